/**
 * From the engine's outcome to the report that every face shows: metrics with reasons, benchmark, warnings, drawdowns,
 * months, attribution, costs. Owns which part comes from where; every number is computed in domain/. The report of equal
 * inputs is equal but for the run's own id, times and pace.
 */
import { attributionRows } from "../../domain/analytics/attribution.ts";
import { costAnalysis, costRows, dailyVwap } from "../../domain/analytics/cost-analysis.ts";
import { dailyReturns } from "../../domain/analytics/daily-returns.ts";
import { drawdownCurve, drawdownTable } from "../../domain/analytics/drawdown.ts";
import { type EquitySeries, startingAt, type TradeResult } from "../../domain/analytics/inputs.ts";
import { metricsOf } from "../../domain/analytics/metrics.ts";
import { monthlyTable } from "../../domain/analytics/monthly-table.ts";
import { lttb, minMax } from "../../domain/analytics/thinning.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { BacktestReport, ResearchRun, ResearchTrade } from "../../domain/contract/views/research.ts";
import { toNumber } from "../../domain/kernel/decimal.ts";
import { rowsOf } from "../../domain/market/bar-table.ts";
import type { BacktestInput, BacktestOutcome } from "../../domain/simulation/backtest/types.ts";
import { buyAndHold } from "../../domain/validation/benchmark.ts";
import { warningsOf } from "../../domain/validation/warnings.ts";
import type { LoadedData } from "../data/load.ts";
import { outcomeMetrics } from "./summary.ts";

/** Fewer could not hold the ends, a low and a high. */
const POINTS_MIN = 4;

export interface ReportParts {
  /** What is known of the run; its results are filled in here. */
  readonly run: ResearchRun;
  readonly spec: BacktestSpec;
  readonly input: BacktestInput;
  readonly outcome: BacktestOutcome;
  readonly data: Pick<LoadedData, "findings" | "hash">;
  /** Points of a series, and trades, at most; null for all of them. */
  readonly points: number | null;
  readonly barsPerSecond: number | null;
}

export function reportOf({ run, spec, input, outcome, data, points, barsPerSecond }: ReportParts): BacktestReport {
  const { equity, trades } = outcome;
  const metrics = outcomeMetrics(outcome);
  const held = benchmarkOf(input);
  const findings = data.findings.map((finding) => ({ ...finding, firstMs: finding.firstMs ?? 0 }));
  const warnings = warningsOf({ input, outcome, metrics: metrics.values, benchmark: held.metrics, findings });
  const shown = points === null ? trades : trades.slice(0, points);
  return {
    run: withResults(run, { spec, input, outcome, data, barsPerSecond }, metrics.values),
    spec,
    metrics: metrics.values,
    why: metrics.why,
    benchmark: { name: held.name, metrics: held.metrics, equity: pointsOf(thinned(held.equity, points, lttb)) },
    equity: pointsOf(thinned(equity, points, lttb)),
    drawdown: pointsOf(thinned(drawdownCurve(equity), points, minMax)),
    trades: shown.map(tradeRow),
    tradesTotal: trades.length,
    monthly: monthlyTable(dailyReturns(equity)).map((year) => ({ ...year })),
    drawdowns: drawdownTable(equity).map((row) => ({ ...row })),
    attribution: attributionRows(trades),
    costs: {
      fee: toNumber(outcome.fees),
      slippage: toNumber(outcome.slippage),
      funding: toNumber(outcome.funding),
      turnover: toNumber(outcome.turnover),
    },
    ...analysedCosts(input, outcome),
    warnings,
    finalEquity: toNumber(outcome.finalEquity),
    bars: outcome.bars,
    barsPerSecond,
    hash: outcome.hash,
    refusals: outcome.refusals.map((row) => ({ ...row })),
  };
}

/** The trade as the API gives it. */
export function tradeRow({ entryMs, exitMs, ...trade }: TradeResult): ResearchTrade {
  return { ...trade, entryTime: entryMs, exitTime: exitMs };
}

function analysedCosts({ markets }: BacktestInput, { fills }: BacktestOutcome): Pick<BacktestReport, "costRows"> {
  if (markets.some(({ kind }) => kind === "inverse")) return {};
  const analysis = costAnalysis(fills, dailyVwap(markets.map(({ bars }) => bars)));
  return { costRows: costRows(analysis).map((row) => ({ ...row })) };
}

function benchmarkOf(input: BacktestInput) {
  const { name, equity, fees, funding, slippage, turnover } = buyAndHold(input);
  // Bought at the open of the first bar: its close is a day's result already, and no starting point.
  const firstMs = Math.min(...input.markets.map(({ bars }) => bars.openTimeMs[0] ?? Number.POSITIVE_INFINITY));
  const fromCash = startingAt(Math.max(firstMs, input.tradeFromMs ?? firstMs), toNumber(input.cash), equity);
  const { values } = metricsOf({ equity: fromCash, trades: [], turnover, exposureRatio: 1, fees, funding, slippage });
  return { name, equity, metrics: values };
}

function withResults(
  run: ResearchRun,
  { input, outcome, data, barsPerSecond }: Omit<ReportParts, "run" | "points">,
  metrics: BacktestReport["metrics"],
): ResearchRun {
  const tables = input.markets.map(({ bars }) => bars).filter((bars) => rowsOf(bars) > 0);
  const [first] = input.strategies;
  return {
    ...run,
    strategyVersion: first?.definition.version ?? run.strategyVersion,
    symbols: [...new Set(input.strategies.map(({ symbol }) => symbol))],
    fromMs: Math.min(...tables.map(({ openTimeMs }) => openTimeMs[0]!)),
    toMs: Math.max(...tables.map(({ openTimeMs, intervalMs }) => openTimeMs.at(-1)! + intervalMs)),
    done: outcome.bars,
    total: outcome.bars,
    barsPerSecond,
    bestParams: (first?.params as ResearchRun["bestParams"] | undefined) ?? null,
    metrics,
    dataHash: data.hash,
    hash: outcome.hash,
  };
}

function thinned(series: EquitySeries, points: number | null, thin: (series: EquitySeries, count: number) => EquitySeries): EquitySeries {
  return points === null ? series : thin(series, Math.max(POINTS_MIN, points));
}

function pointsOf({ timeMs, value }: EquitySeries): { time: number; value: number }[] {
  return Array.from(timeMs, (time, index) => ({ time, value: value[index]! }));
}
