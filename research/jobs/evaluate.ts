/**
 * One trial: the strategy with the candidate's parameters on a window of the data, and the numbers that are kept of it.
 * Parameters that do not fit are a skipped trial, a strategy that throws a failed one; a broken invariant of the engine
 * is neither and ends the search. Decided by its arguments alone: equal trials give equal results in any worker.
 */
import { blockMoments } from "../../domain/analytics/block-moments.ts";
import { dailyReturns } from "../../domain/analytics/daily-returns.ts";
import type { EquitySeries } from "../../domain/analytics/inputs.ts";
import { metricsOf } from "../../domain/analytics/metrics.ts";
import { lttb } from "../../domain/analytics/thinning.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { MetricValues } from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";
import type { ColumnCache } from "../../domain/indicator/column-series.ts";
import { toNumber } from "../../domain/kernel/decimal.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput, BacktestOutcome } from "../../domain/simulation/backtest/types.ts";
import { scoreOf } from "../../domain/optimization/objective.ts";
import { endsAt } from "../../domain/optimization/pruning.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import type { LoadedData } from "../data/load.ts";
import { backtestInput } from "../run/input.ts";
import type { WindowedData } from "./time-window.ts";
import type { CurvePoint, PruneRule, TrialRequest, TrialResult } from "./worker-task.ts";

/** Blocks that the probability of overfitting is made of (CSCV with S = 16). */
const BLOCKS = 16;

/** What a worker keeps from trial to trial: neither may change a result. */
export interface TrialBench {
  readonly strategyNamed: (name: string) => AnyStrategy;
  readonly data: WindowedData;
  readonly cache: ColumnCache;
}

/** @throws {InvariantError} when the engine is broken; {DstaError} when spec and data fit no trial at all. */
export function evaluateTrial(spec: BacktestSpec, bench: TrialBench, request: TrialRequest): TrialResult {
  const { window, prune, curvePoints } = request;
  const data = bench.data.at(window);
  const fitted = inputOf(withParams(spec, request.params), data, bench.strategyNamed, window.tradeFromMs);
  if ("reason" in fitted) return nothing("skipped", fitted.reason, [], 0);
  // Nobody reads the fills of a trial: the hash and the trades say what they were.
  const input: BacktestInput = { ...fitted.input, record: "summary" };
  const partial: (number | null)[] = [];
  let outcome: BacktestOutcome;
  try {
    outcome = runBacktest(prune === null ? input : { ...input, ...pruning(prune, partial) }, bench.cache);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return nothing("failed", error.message, partial, data.rows);
  }
  if (outcome.stopped) return nothing("pruned", "below the median of the finished trials", partial, outcome.bars);
  const equity = since(outcome.equity, window.tradeFromMs);
  return {
    state: "done",
    reason: null,
    metrics: metricsIn(outcome, equity),
    blocks: blockMoments(dailyReturns(equity).returns, BLOCKS),
    hash: outcome.hash,
    partial,
    bars: outcome.bars,
    curve: curvePoints > 0 ? thinned(equity, curvePoints) : [],
  };
}

/** The spec with the candidate's parameters in place of the strategy's own. */
export function withParams(spec: BacktestSpec, params: ParamValues): BacktestSpec {
  return { ...spec, strategies: spec.strategies.map((row) => ({ ...row, params: { ...row.params, ...params } })) };
}

function inputOf(
  spec: BacktestSpec,
  data: LoadedData,
  strategyNamed: (name: string) => AnyStrategy,
  tradeFromMs: number | null,
): { readonly input: BacktestInput } | { readonly reason: string } {
  try {
    return { input: backtestInput(spec, data, strategyNamed, tradeFromMs === null ? {} : { tradeFromMs }) };
  } catch (error) {
    if (error instanceof DstaError && error.type === "VALIDATION_ERROR") return { reason: error.message };
    throw error;
  }
}

function pruning(rule: PruneRule, partial: (number | null)[]): Pick<BacktestInput, "checkpoints" | "onCheckpoint"> {
  return {
    checkpoints: rule.checkpoints,
    onCheckpoint(index, soFar) {
      const { values } = metricsOf({ equity: soFar, trades: [], turnover: 0, exposureRatio: 0, fees: 0, funding: 0, slippage: 0 });
      const score = scoreOf(rule.objective, values);
      partial.push(score);
      return !endsAt(rule.stopBelow, index, score);
    },
  };
}

/** From the first point of trading, or from the one before it when that point paid for a fill already. */
function since({ timeMs, value }: EquitySeries, tradeFromMs: number | null): EquitySeries {
  const first = tradeFromMs === null ? 0 : timeMs.findIndex((time) => time >= tradeFromMs);
  if (first <= 0) return first === 0 ? { timeMs, value } : { timeMs: timeMs.subarray(timeMs.length), value: value.subarray(value.length) };
  const start = value[first] === value[first - 1] ? first : first - 1;
  return { timeMs: timeMs.subarray(start), value: value.subarray(start) };
}

function metricsIn(outcome: BacktestOutcome, equity: EquitySeries): MetricValues {
  const { trades, turnover, fees, funding, slippage, exposureRatio } = outcome;
  // The engine's share is of all bar times, those before trading began included.
  const exposure = equity.timeMs.length === 0 ? 0 : exposureRatio * (outcome.equity.timeMs.length / equity.timeMs.length);
  const money = { turnover: toNumber(turnover), fees: toNumber(fees), funding: toNumber(funding), slippage: toNumber(slippage) };
  return metricsOf({ equity, trades, exposureRatio: exposure, ...money }).values;
}

function nothing(state: TrialResult["state"], reason: string, partial: readonly (number | null)[], bars: number): TrialResult {
  return { state, reason, metrics: {}, blocks: [], hash: null, partial, bars, curve: [] };
}

function thinned(equity: EquitySeries, points: number): CurvePoint[] {
  const { timeMs, value } = lttb(equity, points);
  return Array.from(timeMs, (time, index) => ({ time, value: value[index]! }));
}
