/**
 * What else could have come of the same strategy. Three questions: the same trades in another order (how much of the
 * drawdown was luck of the order), days drawn again in blocks (how much of the result was luck of the days), and other
 * candles made of the real ones (would the rules work on markets like this one). Seeded: equal seeds give equal numbers,
 * path by path, wherever and in whatever order the paths are made. Bounded by monte-carlo-paths.ts.
 * Sources: Politis & Romano 1994 (stationary bootstrap); Aronson 2006, "Evidence-Based Technical Analysis", ch. 5.
 */
import { dailyReturns, DAY_MS } from "../analytics/daily-returns.ts";
import type { EquitySeries, TradeResult } from "../analytics/inputs.ts";
import type { MonteCarloReport } from "../contract/views/research.ts";
import { toNumber } from "../kernel/decimal.ts";
import { DstaError } from "../kernel/errors.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import type { BacktestInput, BacktestOutcome } from "../simulation/backtest/types.ts";
import { bootstrappedInput, stationaryRows, usualBlock } from "./candle-bootstrap.ts";
import type { RunBacktest } from "./logged-run.ts";
import { fanTimes, PathCollector, type PathResult, PathTrace } from "./monte-carlo-paths.ts";
import { monteCarloWarnings } from "./monte-carlo-warnings.ts";

export type MonteCarloMethod = MonteCarloReport["method"];
export type MonteCarloResult = Omit<MonteCarloReport, "run">;

export interface MonteCarloOptions {
  readonly method: MonteCarloMethod;
  /** 1 to 100,000. */
  readonly paths: number;
  readonly seed: string;
  /** Mean length of a block in days or bars. Default √n. */
  readonly meanBlock?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Makes path `index`, the same for the same index whatever was made before. */
export interface PathMaker {
  readonly fanTimesMs: Float64Array;
  path(index: number): PathResult;
}

/**
 * All paths, one after another. A pool makes them in parallel with `pathMaker` and `PathCollector`.
 * @throws {DstaError} VALIDATION_ERROR for too many paths; TOO_LITTLE_DATA for fewer than 2 trades, days or bars.
 */
export function runMonteCarlo(
  run: RunBacktest,
  input: BacktestInput,
  outcome: BacktestOutcome,
  options: MonteCarloOptions,
): MonteCarloResult {
  const maker = pathMaker(run, input, outcome, options);
  const collector = new PathCollector(options.paths, maker.fanTimesMs, toNumber(input.cash));
  for (let index = 0; index < options.paths; index++) {
    collector.add(maker.path(index));
    options.onProgress?.(index + 1, options.paths);
  }
  return monteCarloResult(collector, input, outcome, options.method);
}

export function monteCarloResult(
  collector: PathCollector,
  input: BacktestInput,
  outcome: BacktestOutcome,
  method: MonteCarloMethod,
): MonteCarloResult {
  const summary = collector.summary();
  return { method, ...summary, warnings: monteCarloWarnings(method, summary, outcome, toNumber(input.cash)) };
}

/** @throws {DstaError} TOO_LITTLE_DATA */
export function pathMaker(run: RunBacktest, input: BacktestInput, outcome: BacktestOutcome, options: MonteCarloOptions): PathMaker {
  const cash = toNumber(input.cash);
  if (options.method === "trade-order") return tradeOrder(outcome.trades, cash, options);
  if (options.method === "block-bootstrap") return blockBootstrap(outcome.equity, cash, options);
  return candleBootstrap(run, input, outcome, options);
}

function tooLittle(what: string, got: number): DstaError {
  return new DstaError("TOO_LITTLE_DATA", `${what}: expected at least 2 to draw from, got ${got}`, { data: { field: what, got } });
}

function randomOf({ seed, method }: MonteCarloOptions, index: number): Random {
  return seededRandom(`${seed}:${method}:${index}`);
}

/**
 * Closed trades shuffled, each as the share of the equity it changed, so that every order ends where the backtest's
 * trades did: the spread is in the drawdowns. Between trades equity stands still: a fall inside a trade is not seen.
 */
function tradeOrder(trades: readonly TradeResult[], cash: number, options: MonteCarloOptions): PathMaker {
  const closed = trades.filter(({ exitMs }) => exitMs !== null).sort((a, b) => a.exitMs! - b.exitMs!);
  if (closed.length < 2) throw tooLittle("closed trades", closed.length);
  const times = closed.map(({ exitMs }) => exitMs!);
  let before = cash;
  const shares = closed.map(({ pnl }) => {
    const share = before > 0 ? Math.max(-1, pnl / before) : 0;
    before += pnl;
    return share;
  });
  const fanTimesMs = fanTimes(times, options.paths);
  const path = (index: number): PathResult => {
    const random = randomOf(options, index);
    const order = Float64Array.from(shares);
    const trace = new PathTrace(fanTimesMs, cash);
    let value = cash;
    for (let at = 0; at < order.length; at++) {
      const other = random.integer(at, order.length - 1);
      const share = order[other]!;
      order[other] = order[at]!;
      value *= 1 + share;
      trace.step(times[at]!, value);
    }
    return trace.result();
  };
  return { fanTimesMs, path };
}

/** As many days as there were, drawn in blocks of the real daily returns. */
function blockBootstrap(equity: EquitySeries, cash: number, options: MonteCarloOptions): PathMaker {
  const { dayMs, returns } = dailyReturns(equity);
  if (returns.length < 2) throw tooLittle("days", returns.length);
  const fanTimesMs = fanTimes(dayMs, options.paths).map((startMs) => startMs + DAY_MS);
  const meanBlock = options.meanBlock ?? usualBlock(returns.length);
  const path = (index: number): PathResult => {
    const next = stationaryRows(randomOf(options, index), returns.length, meanBlock);
    const trace = new PathTrace(fanTimesMs, cash);
    let value = cash;
    for (const startMs of dayMs) {
      value *= 1 + Math.max(-1, returns[next()]!);
      trace.step(startMs + DAY_MS, value);
    }
    return trace.result();
  };
  return { fanTimesMs, path };
}

/** The strategy itself on other candles, each path a whole backtest. */
function candleBootstrap(run: RunBacktest, input: BacktestInput, outcome: BacktestOutcome, options: MonteCarloOptions): PathMaker {
  const bars = outcome.equity.timeMs.length;
  if (bars < 2) throw tooLittle("bars", bars);
  const fanTimesMs = fanTimes(outcome.equity.timeMs, options.paths);
  const path = (index: number): PathResult => {
    const { equity } = run(bootstrappedInput(input, `${options.seed}:${options.method}:${index}`, options.meanBlock ?? null));
    const trace = new PathTrace(fanTimesMs, toNumber(input.cash));
    for (let at = 0; at < equity.timeMs.length; at++) trace.step(equity.timeMs[at]!, equity.value[at]!);
    return trace.result();
  };
  return { fanTimesMs, path };
}
