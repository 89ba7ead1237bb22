/**
 * The form of a new run: what its fields hold as texts, before anybody checked them. Defaults follow the contract's own,
 * so that a form nobody touched asks for what the CLI would.
 */
import type { SearchMethod } from "../../../../domain/contract/research/search.ts";
import type { BacktestSpec, FillModelName, SlippageSpec } from "../../../../domain/contract/research/spec.ts";
import type { ParamField } from "../../../../domain/contract/views.ts";
import { isNumeric, paramText } from "../params.ts";

/** A parameter is fixed at `value`, or searched from … to by step; a listed one is searched over all it offers. */
export interface ParamDraft {
  readonly searched: boolean;
  readonly value: string;
  readonly from: string;
  readonly to: string;
  readonly step: string;
}

export interface RunDraft {
  readonly kind: "backtest" | "optimise";
  readonly strategy: string;
  /** Names of data sets. */
  readonly data: readonly string[];
  /** "" is every symbol of the data. */
  readonly symbol: string;
  /** Days as YYYY-MM-DD, "" for the data's own ends; the last day is included. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly makerFeeBps: string;
  readonly takerFeeBps: string;
  readonly slippage: SlippageSpec["model"];
  readonly slippageValue: string;
  readonly fill: FillModelName;
  readonly latencyMs: string;
  readonly interval: string;
  readonly cash: string;
  readonly market: BacktestSpec["market"]["kind"];
  readonly leverage: string;
  readonly lot: string;
  readonly sizeAt: BacktestSpec["sizeAt"];
  readonly closeAtEnd: boolean;
  readonly seed: string;
  readonly params: Readonly<Record<string, ParamDraft>>;
  readonly method: SearchMethod;
  readonly objectives: string;
  readonly constraint: string;
  readonly trials: string;
  readonly workers: string;
  readonly folds: "none" | "rolling" | "anchored";
  readonly foldCount: string;
  readonly embargoDays: string;
  readonly holdOutPercent: string;
  readonly prune: boolean;
}

export const FIRST_DRAFT: RunDraft = {
  kind: "backtest",
  strategy: "",
  data: [],
  symbol: "",
  fromDay: "",
  toDay: "",
  makerFeeBps: "10",
  takerFeeBps: "10",
  slippage: "none",
  slippageValue: "",
  fill: "next-open",
  latencyMs: "0",
  interval: "",
  cash: "10000",
  market: "linear",
  leverage: "10",
  lot: "0.00000001",
  sizeAt: "fill",
  closeAtEnd: false,
  seed: "dsta",
  params: {},
  method: "grid",
  objectives: "sharpe",
  constraint: "",
  trials: "100",
  workers: "",
  folds: "none",
  foldCount: "6",
  embargoDays: "1",
  holdOutPercent: "20",
  prune: false,
};

export const METHODS: readonly { readonly value: SearchMethod; readonly text: string }[] = [
  { value: "grid", text: "grid" },
  { value: "random", text: "random" },
  { value: "nsga2", text: "genetic (NSGA-II)" },
  { value: "bayes", text: "Bayes" },
];

export const OBJECTIVES: readonly { readonly value: string; readonly text: string }[] = [
  { value: "sharpe", text: "Sharpe" },
  { value: "sharpe,-maxDrawdown", text: "Sharpe and −drawdown" },
  { value: "sortino", text: "Sortino" },
  { value: "calmar", text: "Calmar" },
  { value: "totalReturn", text: "total return" },
  { value: "totalReturn,-maxDrawdown", text: "return and −drawdown" },
  { value: "profitFactor", text: "profit factor" },
  { value: "sqn", text: "SQN" },
  { value: "-maxDrawdown", text: "−drawdown alone" },
];

export const FILLS: readonly { readonly value: FillModelName; readonly text: string }[] = [
  { value: "next-open", text: "at the next open" },
  { value: "close", text: "at the close" },
  { value: "worst-case", text: "inside the bar, worst" },
  { value: "volume-share", text: "share of the volume" },
  { value: "l2", text: "book, with queue" },
];

/** The number a slippage model asks for: its unit and what stands there first; null when it asks for none. */
export const SLIPPAGES: Readonly<
  Record<SlippageSpec["model"], { readonly text: string; readonly unit: string; readonly first: string } | null>
> = {
  none: null,
  fixed: { text: "fixed", unit: "bp", first: "2" },
  "volume-share": { text: "by volume share", unit: "impact", first: "0.1" },
  "square-root": { text: "square root", unit: "× σ", first: "1" },
};

const STEPS_WANTED = 10;

/** Where a search of a field starts out: around its default, in about ten steps, inside its range. */
export function firstParam(field: ParamField): ParamDraft {
  const value = field.type === "interval" ? "" : paramText(field.default);
  if (!isNumeric(field)) return { searched: false, value, from: "", to: "", step: "" };
  const middle = Number(field.default);
  // Around nothing there is no half and no double: then the whole range is where a search begins.
  const low = middle === 0 ? (field.min ?? 0) : Math.max(field.min ?? Number.NEGATIVE_INFINITY, Math.min(middle / 2, middle * 2));
  const high = middle === 0 ? (field.max ?? 1) : Math.min(field.max ?? Number.POSITIVE_INFINITY, Math.max(middle / 2, middle * 2));
  const least = field.step ?? (field.type === "int" ? 1 : 0);
  const raw = (high - low) / STEPS_WANTED;
  const step = least > 0 ? Math.max(least, Math.round(raw / least) * least) : raw;
  const tidy = (number: number): string => String(Number((field.type === "int" ? Math.round(number) : number).toPrecision(6)));
  return { searched: false, value, from: tidy(low), to: tidy(high), step: tidy(step) };
}

/** Whole numbers are searched first: two of them make a picture. */
const SEARCHED_FIRST = 2;

/** The drafts of a strategy's fields, before anybody touched them. */
export function paramDrafts(fields: readonly ParamField[]): RunDraft["params"] {
  const searched = fields.filter(({ type }) => type === "int").slice(0, SEARCHED_FIRST);
  return Object.fromEntries(fields.map((field) => [field.name, { ...firstParam(field), searched: searched.includes(field) }]));
}
