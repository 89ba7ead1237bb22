/**
 * From the form's texts to what the API takes, or to what is wrong field by field. The server checks again; this only
 * spares a round trip and says what is expected.
 */
import type { DimensionSpec, SearchSpecInput } from "../../../../domain/contract/research/search.ts";
import type { BacktestSpecInput } from "../../../../domain/contract/research/spec.ts";
import type { ParamField } from "../../../../domain/contract/views.ts";
import { checkParam, choicesOf, isNumeric, type ParamValue } from "../params.ts";
import type { ParamDraft, RunDraft } from "./draft.ts";

export interface ReadDraft {
  readonly backtest: BacktestSpecInput;
  /** Null for a backtest. */
  readonly search: SearchSpecInput | null;
  /** Field → what is expected; empty when everything is right. */
  readonly wrong: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
/** A larger grid is refused by the contract. */
const TRIALS_MAX = 100_000;

/** Collects what is wrong while values are read. */
class Reader {
  readonly wrong: Record<string, string> = {};

  number(field: string, text: string, low: number, high: number, whole = false): number {
    const value = Number(text.trim().replaceAll(",", ""));
    if (text.trim() === "" || !Number.isFinite(value)) this.wrong[field] = "a number";
    else if (whole && !Number.isInteger(value)) this.wrong[field] = "a whole number";
    else if (value < low || value > high) this.wrong[field] = `${low} to ${high}`;
    return value;
  }

  positiveDecimal(field: string, text: string): string {
    const plain = text.trim().replaceAll(",", "");
    if (!/^\d+(\.\d{1,18})?$/.test(plain) || Number(plain) <= 0) this.wrong[field] = "an amount above 0";
    return plain;
  }

  /** The day's first moment in UTC, or null where none is given. */
  day(field: string, text: string): number | null {
    if (text.trim() === "") return null;
    const ms = /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? Date.parse(`${text.trim()}T00:00:00Z`) : Number.NaN;
    if (!Number.isFinite(ms)) this.wrong[field] = "a day such as 2024-01-31";
    return ms;
  }
}

export function readDraft(draft: RunDraft, fields: readonly ParamField[]): ReadDraft {
  const reader = new Reader();
  if (draft.strategy === "") reader.wrong["strategy"] = "a strategy";
  if (draft.data.length === 0) reader.wrong["data"] = "at least one data set";
  const search = draft.kind === "optimise";
  const params: Record<string, ParamValue> = {};
  const space: Record<string, DimensionSpec> = {};
  for (const field of fields) {
    const one = draft.params[field.name];
    if (one === undefined) continue;
    if (search && one.searched) {
      const dimension = readDimension(field, one, reader);
      if (dimension !== null) space[field.name] = dimension;
    } else if (!(field.type === "interval" && one.value === "")) {
      const check = checkParam(field, one.value);
      if (check.ok) params[field.name] = check.value;
      else reader.wrong[field.name] = check.problem;
    }
  }
  const backtest = readBacktest(draft, params, reader);
  if (!search) return { backtest, search: null, wrong: reader.wrong };
  return { backtest, search: readSearch(draft, backtest, space, reader), wrong: reader.wrong };
}

function readBacktest(draft: RunDraft, params: Record<string, ParamValue>, reader: Reader): BacktestSpecInput {
  const fromMs = reader.day("from", draft.fromDay);
  const toDay = reader.day("to", draft.toDay);
  if (fromMs !== null && toDay !== null && toDay < fromMs) reader.wrong["to"] = "a day not before from";
  return {
    strategies: [{ strategy: draft.strategy, params, ...(draft.symbol === "" ? {} : { symbols: [draft.symbol] }) }],
    data: {
      files: [...draft.data],
      ...(draft.interval === "" ? {} : { interval: draft.interval as NonNullable<BacktestSpecInput["data"]["interval"]> }),
      ...(fromMs === null ? {} : { fromMs }),
      ...(toDay === null ? {} : { toMs: toDay + DAY_MS }),
    },
    market: {
      kind: draft.market,
      lot: reader.positiveDecimal("lot", draft.lot),
      ...(draft.market === "spot" ? {} : { leverage: reader.number("leverage", draft.leverage, 1, 125) }),
    },
    costs: {
      makerFeeBps: reader.number("maker fee", draft.makerFeeBps, -100, 1_000),
      takerFeeBps: reader.number("taker fee", draft.takerFeeBps, -100, 1_000),
      slippage: readSlippage(draft, reader),
      latency: { model: "constant", ms: reader.number("latency", draft.latencyMs, 0, 600_000) },
    },
    fill: draft.fill,
    cash: reader.positiveDecimal("cash", draft.cash),
    sizeAt: draft.sizeAt,
    closeAtEnd: draft.closeAtEnd,
    seed: readSeed(draft, reader),
  };
}

function readSeed(draft: RunDraft, reader: Reader): string {
  const seed = draft.seed.trim();
  if (seed.length < 1 || seed.length > 64) reader.wrong["seed"] = "1 to 64 characters";
  return seed;
}

function readSlippage(draft: RunDraft, reader: Reader): NonNullable<NonNullable<BacktestSpecInput["costs"]>["slippage"]> {
  switch (draft.slippage) {
    case "none":
      return { model: "none" };
    case "fixed":
      return { model: "fixed", bps: reader.number("slippage", draft.slippageValue, 0, 1_000) };
    case "volume-share":
      return { model: "volume-share", impact: reader.number("slippage", draft.slippageValue, 0, 10) };
    case "square-root":
      return { model: "square-root", coefficient: reader.number("slippage", draft.slippageValue, 0, 10) };
  }
}

function readDimension(field: ParamField, one: ParamDraft, reader: Reader): DimensionSpec | null {
  if (!isNumeric(field)) return { values: [...searchedValues(field)] };
  const [low, high] = [field.min ?? -1e15, field.max ?? 1e15];
  const whole = field.type === "int";
  const before = Object.keys(reader.wrong).length;
  const from = reader.number(`${field.name} from`, one.from, low, high, whole);
  const to = reader.number(`${field.name} to`, one.to, low, high, whole);
  const step = reader.number(`${field.name} step`, one.step, whole ? 1 : 1e-12, 1e15, whole);
  if (Object.keys(reader.wrong).length > before) return null;
  if (to < from) {
    reader.wrong[`${field.name} to`] = `at least from, ${from}`;
    return null;
  }
  return { from, to, step, log: false };
}

function searchedValues(field: ParamField): readonly (string | boolean)[] {
  return field.type === "bool" ? [false, true] : (choicesOf(field) ?? []);
}

function readSearch(draft: RunDraft, backtest: BacktestSpecInput, space: Record<string, DimensionSpec>, reader: Reader): SearchSpecInput {
  if (Object.keys(space).length === 0 && Object.keys(reader.wrong).length === 0) reader.wrong["params"] = "at least one searched param";
  const grid = draft.method === "grid";
  const points = gridPoints(space);
  if (grid && points > TRIALS_MAX) reader.wrong["params"] = `a grid of at most ${TRIALS_MAX} points, not ${points}`;
  const constraint = draft.constraint.trim();
  if (constraint !== "" && !/^[a-zA-Z][A-Za-z0-9]{1,40}\s*(>=|<=)\s*-?\d+(\.\d+)?$/.test(constraint))
    reader.wrong["constraint"] = "such as trades >= 30";
  const folds =
    draft.folds === "none"
      ? null
      : {
          mode: draft.folds,
          count: reader.number("folds", draft.foldCount, 2, 50, true),
          embargoMs: reader.number("embargo", draft.embargoDays, 0, 365) * DAY_MS,
        };
  return {
    backtest,
    space,
    method: draft.method,
    objectives: draft.objectives.split(","),
    constraints: constraint === "" ? [] : [constraint],
    trials: grid ? Math.max(1, Math.min(points, TRIALS_MAX)) : reader.number("trials", draft.trials, 1, TRIALS_MAX, true),
    ...(draft.workers.trim() === "" ? {} : { workers: reader.number("workers", draft.workers, 1, 256, true) }),
    holdOutShare: reader.number("hold-out", draft.holdOutPercent, 0, 50) / 100,
    folds,
    prune: draft.prune,
    seed: readSeed(draft, reader),
  };
}

/** Points of the whole grid; a range without a step counts once. */
export function gridPoints(space: Readonly<Record<string, DimensionSpec>>): number {
  return Object.values(space).reduce((points, dimension) => points * dimensionPoints(dimension), 1);
}

function dimensionPoints(dimension: DimensionSpec): number {
  if ("values" in dimension) return dimension.values.length;
  if (dimension.step === undefined) return 1;
  // A step that meets `to` up to rounding counts it.
  return Math.floor((dimension.to - dimension.from) / dimension.step + 1e-9) + 1;
}
