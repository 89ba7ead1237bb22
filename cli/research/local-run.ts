/**
 * One backtest on this machine, in this process: reads the data, runs the engine, makes the report. Owns the order of
 * steps and the measured pace; the folder of the run is named after what decides its numbers, so the same run again is
 * the same folder.
 */
import { hostname } from "node:os";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { BacktestReport } from "../../domain/contract/views/research.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestOutcome } from "../../domain/simulation/backtest/types.ts";
import { type LoadedData, loadData } from "../../research/data/load.ts";
import { specHash } from "../../research/jobs/identity.ts";
import { finishedRun } from "../../research/jobs/run-row.ts";
import { codeVersion } from "../../research/run/code-version.ts";
import { backtestInput } from "../../research/run/input.ts";
import { reportOf, tradeRow } from "../../research/run/report.ts";
import { tradeChart } from "../../research/run/trade-chart.ts";
import type { Catalogue } from "../../strategies/catalogue.ts";

/** Points of the curves on a page. */
const POINTS = 2_000;
/** Candles of a page, shared by its symbols; a page shows so many symbols. */
const CANDLES = 6_000;
const CHARTS_MAX = 6;

export interface LocalRun {
  readonly data: LoadedData;
  readonly outcome: BacktestOutcome;
  /** Curves thinned, every trade. */
  readonly report: BacktestReport;
}

/** @throws {DstaError} naming the field of the spec, the file of the data, or the strategy that failed. */
export async function runLocally(spec: BacktestSpec, catalogue: Catalogue): Promise<LocalRun> {
  const submittedAtMs = Date.now();
  // An unknown name is told before files are read.
  for (const { strategy } of spec.strategies) catalogue.strategyNamed(strategy);
  const data = await loadData(spec.data, { resolve: (name) => name, market: spec.market });
  const input = backtestInput(spec, data, catalogue.strategyNamed);
  const startedAtMs = Date.now();
  const started = performance.now();
  const outcome = runBacktest(input);
  const barsPerSecond = outcome.bars / Math.max(1e-6, (performance.now() - started) / 1_000);
  const code = await codeVersion(catalogue.ownModule);
  const id = `${spec.strategies[0]!.strategy}-${specHash({ spec, data: data.hash, code }).slice(0, 10)}`;
  const progress = {
    done: outcome.bars,
    total: outcome.bars,
    running: 0,
    skipped: 0,
    etaMs: null,
    barsPerSecond,
    bestParams: null,
    bestMetrics: null,
  };
  const run = finishedRun({ id, by: "cli", node: hostname(), codeVersion: code, submittedAtMs }, spec, data, catalogue.strategyNamed, {
    kind: "backtest",
    what: "",
    seed: spec.seed,
    startedAtMs,
    endedAtMs: Date.now(),
    workers: 1,
    progress,
    bestParams: null,
    metrics: null,
    heldOut: null,
    deflatedSharpe: null,
    hash: outcome.hash,
  });
  const thinned = reportOf({ run, spec, input, outcome, data, points: POINTS, barsPerSecond });
  return { data, outcome, report: { ...thinned, trades: outcome.trades.map(tradeRow) } };
}

/** The report with every point of its curve, for files that other programs read. */
export function wholeReport({ report, outcome }: LocalRun): BacktestReport {
  const { timeMs, value } = outcome.equity;
  return { ...report, equity: Array.from(timeMs, (time, index) => ({ time, value: value[index]! })) };
}

/** Candles with the run's trades: of the symbols that were traded most, and of the first where none was. */
export function chartsOf({ data, report }: LocalRun) {
  const trades = new Map(report.attribution.filter(({ by }) => by === "symbol").map((row) => [row.name, row.trades]));
  const tables = data.tables
    .filter(({ symbol }) => report.run.symbols.includes(symbol))
    .toSorted((a, b) => (trades.get(b.symbol) ?? 0) - (trades.get(a.symbol) ?? 0))
    .slice(0, CHARTS_MAX);
  return tables.map((table) => tradeChart(table, report.trades, { points: Math.max(200, Math.floor(CANDLES / tables.length)) }));
}
