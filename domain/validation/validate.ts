/**
 * Every check of a strategy on one data set, in the order of what would make the next ones meaningless: a strategy that
 * sees the future needs no Monte Carlo. A check may be skipped, with the reason said in the report; a check that lacks
 * data to work with says so and is no pass. What the strategy throws ends the validation.
 */
import type { ValidationCheck } from "../contract/views/research.ts";
import { DstaError } from "../kernel/errors.ts";
import { toNumber } from "../kernel/decimal.ts";
import type { BacktestInput, BacktestOutcome } from "../simulation/backtest/types.ts";
import { buyAndHold } from "./benchmark.ts";
import * as row from "./check-rows.ts";
import { checkCosts, type CostSensitivity } from "./cost-sensitivity.ts";
import { checkForeknowledge } from "./foreknowledge.ts";
import type { RunBacktest } from "./logged-run.ts";
import { checkLookAhead } from "./look-ahead.ts";
import { type MonteCarloMethod, runMonteCarlo } from "./monte-carlo.ts";
import { checkRandomEntry } from "./random-entry.ts";
import { checkWarmUp } from "./warm-up.ts";

export const CHECKS = [
  "look-ahead",
  "foreknowledge",
  "warm-up",
  "costs",
  "latency",
  "random-entry",
  "holding",
  "trade-order",
  "block-bootstrap",
  "candle-bootstrap",
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface ValidateOptions {
  readonly seed: string;
  /** Checks left out, each with the reason the report gives. */
  readonly skip?: Readonly<Partial<Record<CheckName, string>>>;
  /** Of trade order and days. Default 1,000. */
  readonly paths?: number;
  /** Backtests on other candles. Default 50. */
  readonly candlePaths?: number;
  /** `part` of the check is done, 0 to 1; the check's place among all is `CHECKS`. */
  readonly onProgress?: (check: CheckName, part: number) => void;
  /** Each row as soon as it is known. */
  readonly onCheck?: (check: ValidationCheck) => void;
}

/** They run on other bars than the market had; a recorded order book is played as it is. */
const ON_OTHER_BARS = ["look-ahead", "foreknowledge", "warm-up", "costs", "random-entry", "candle-bootstrap"] as const;
const NOT_ON_RECORDINGS = Object.fromEntries(
  ON_OTHER_BARS.map((name) => [name, "made for bars: a recorded order book is played message by message, as it was"]),
);

/** About 90 backtests, most of them for the candle bootstrap. Rows in the order of `CHECKS`. */
export function validate(run: RunBacktest, input: BacktestInput, options: ValidateOptions): readonly ValidationCheck[] {
  const judge = judges(run, input, options);
  const skip: ValidateOptions["skip"] = input.recording === undefined ? options.skip : { ...NOT_ON_RECORDINGS, ...options.skip };
  return CHECKS.map((name) => {
    const reason = skip?.[name];
    const check = reason === undefined ? judged(name, judge[name]) : row.skippedRow(name, reason);
    options.onProgress?.(name, 1);
    options.onCheck?.(check);
    return check;
  });
}

function judged(name: CheckName, judge: () => ValidationCheck): ValidationCheck {
  try {
    return judge();
  } catch (error) {
    if (error instanceof DstaError && error.type === "TOO_LITTLE_DATA") return row.skippedRow(name, error.message);
    throw error;
  }
}

function judges(run: RunBacktest, input: BacktestInput, options: ValidateOptions): Record<CheckName, () => ValidationCheck> {
  const { seed } = options;
  const cash = toNumber(input.cash);
  const known: { outcome: BacktestOutcome | null; costs: CostSensitivity | null } = { outcome: null, costs: null };
  const outcome = (): BacktestOutcome => (known.outcome ??= run(input));
  const progress = (name: CheckName) => (done: number, total: number) => options.onProgress?.(name, done / total);
  const costs = (name: CheckName): CostSensitivity => (known.costs ??= checkCosts(run, input, progress(name)));
  const monteCarlo = (method: MonteCarloMethod, paths: number) => () =>
    row.monteCarloRow(method, runMonteCarlo(run, input, outcome(), { method, paths, seed, onProgress: progress(method) }));
  return {
    "look-ahead": () => row.lookAheadRow(checkLookAhead(run, input, { seed, onProgress: progress("look-ahead") })),
    foreknowledge: () => row.foreknowledgeRow(checkForeknowledge(run, input, seed)),
    "warm-up": () => row.warmUpRow(checkWarmUp(run, input, { onProgress: progress("warm-up") })),
    costs: () => row.costRow(costs("costs")),
    latency: () => row.latencyRow(costs("latency")),
    "random-entry": () => row.randomEntryRow(checkRandomEntry(input, outcome(), seed)),
    holding: () => row.holdingRow(buyAndHold(input), cash, toNumber(outcome().finalEquity)),
    "trade-order": monteCarlo("trade-order", options.paths ?? 1_000),
    "block-bootstrap": monteCarlo("block-bootstrap", options.paths ?? 1_000),
    "candle-bootstrap": monteCarlo("candle-bootstrap", options.candlePaths ?? 50),
  };
}
