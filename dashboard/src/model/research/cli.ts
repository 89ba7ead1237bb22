/** The run of the form as a command line: the same run from a terminal or a script. Values are quoted for a POSIX shell. */
import type { DimensionSpec, SearchSpecInput } from "../../../../domain/contract/research/search.ts";
import type { BacktestSpecInput } from "../../../../domain/contract/research/spec.ts";
import type { ReadDraft } from "./form.ts";

const DAY_MS = 86_400_000;

export function commandLine({ backtest, search }: ReadDraft): string {
  const verb = search === null ? "backtest" : search.folds === null || search.folds === undefined ? "optimize" : "walk-forward";
  const words = ["dsta", verb, backtest.strategies[0]?.strategy ?? "", ...backtestWords(backtest), ...searchWords(search)];
  return words.map(quoted).join(" ");
}

function backtestWords(spec: BacktestSpecInput): string[] {
  const { data, costs, market } = spec;
  const words = ["--data", ...data.files];
  for (const [name, value] of Object.entries(spec.strategies[0]?.params ?? {})) words.push("--param", `${name}=${String(value)}`);
  if (data.interval !== undefined) words.push("--interval", data.interval);
  if (data.fromMs !== undefined) words.push("--from", dayText(data.fromMs));
  if (data.toMs !== undefined) words.push("--to", dayText(data.toMs));
  words.push("--cash", spec.cash ?? "10000", "--maker-fee-bps", String(costs?.makerFeeBps ?? 10));
  words.push("--taker-fee-bps", String(costs?.takerFeeBps ?? 10), ...slippageWords(costs?.slippage));
  if (costs?.latency?.model === "constant" && costs.latency.ms > 0) words.push("--latency-ms", String(costs.latency.ms));
  words.push("--fill", spec.fill ?? "next-open", "--market", market?.kind ?? "linear", "--lot", market?.lot ?? "0.00000001");
  if (market?.leverage !== undefined) words.push("--leverage", String(market.leverage));
  if (spec.sizeAt !== undefined && spec.sizeAt !== "fill") words.push("--size-at", spec.sizeAt);
  if (spec.closeAtEnd === true) words.push("--close-at-end");
  return [...words, "--seed", spec.seed ?? "dsta"];
}

function slippageWords(slippage: NonNullable<BacktestSpecInput["costs"]>["slippage"]): string[] {
  switch (slippage?.model) {
    case "fixed":
      return ["--slippage-bps", String(slippage.bps)];
    case "volume-share":
      return ["--slippage", `volume-share:${slippage.impact ?? 0.1}`];
    case "square-root":
      return ["--slippage", `square-root:${slippage.coefficient ?? 1}`];
    default:
      return [];
  }
}

function searchWords(search: SearchSpecInput | null): string[] {
  if (search === null) return [];
  const words: string[] = [];
  for (const [name, dimension] of Object.entries(search.space)) words.push("--space", `${name}=${spaceText(dimension as DimensionSpec)}`);
  words.push("--method", search.method ?? "grid", "--objective", (search.objectives ?? ["sharpe"]).join(","));
  for (const constraint of search.constraints ?? []) words.push("--constraint", constraint);
  words.push("--trials", String(search.trials ?? 100), "--hold-out", String(search.holdOutShare ?? 0.2));
  if (search.workers !== undefined) words.push("--workers", String(search.workers));
  if (search.prune === true) words.push("--prune");
  const { folds } = search;
  if (folds !== null && folds !== undefined) {
    words.push("--folds", String(folds.count ?? 6), "--mode", folds.mode ?? "rolling");
    words.push("--embargo", folds.embargoMs === 0 ? "0" : `${(folds.embargoMs ?? DAY_MS) / DAY_MS}d`);
  }
  return words;
}

function spaceText(dimension: DimensionSpec): string {
  if ("values" in dimension) return dimension.values.map(String).join(",");
  return [dimension.from, dimension.to, ...(dimension.step === undefined ? [] : [dimension.step])].join(":");
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
