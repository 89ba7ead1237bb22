/** A small backtest for tests of runs and reports: a wave of hourly bars, the crossover strategy, the real engine. */
import { type BacktestSpec, backtestSpec, type BacktestSpecInput } from "../../domain/contract/research/spec.ts";
import type { BacktestReport, ResearchRun } from "../../domain/contract/views/research.ts";
import { decimal, ZERO } from "../../domain/kernel/decimal.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { type BarTable, newBarTable } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { LoadedData } from "../../research/data/load.ts";
import { backtestInput } from "../../research/run/input.ts";
import { reportOf } from "../../research/run/report.ts";
import { strategyNamed } from "../../strategies/index.ts";

export const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

/** Prices go up and down around 100 with a period of 60 bars. */
export function waveBars(symbol: string, rows: number, intervalMs = HOUR_MS): BarTable {
  const table = newBarTable({ venue: "csv", symbol, intervalMs }, rows);
  const priceAt = (row: number) => Math.round(1_000 * (100 + row * 0.01 + 10 * Math.sin((row / 60) * 2 * Math.PI))) / 1_000;
  for (let row = 0; row < rows; row++) {
    const open = priceAt(row);
    const close = priceAt(row + 1);
    table.openTimeMs[row] = START_MS + row * intervalMs;
    table.open[row] = open;
    table.close[row] = close;
    table.high[row] = Math.max(open, close) + 0.5;
    table.low[row] = Math.min(open, close) - 0.5;
    table.volume[row] = 1_000;
  }
  return table;
}

export function waveData(symbols: readonly string[] = ["BTC/USDT"], rows = 1_000, intervalMs = HOUR_MS): LoadedData {
  const tables = symbols.map((symbol) => waveBars(symbol, rows, intervalMs));
  return {
    tables,
    instruments: symbols.map(instrumentNamed),
    funding: new Map(),
    findings: [],
    hash: "5f".repeat(32),
    rows: rows * symbols.length,
  };
}

function instrumentNamed(symbol: string): Instrument {
  return {
    venue: "csv",
    symbol,
    base: symbol.split("/")[0]!,
    quote: "USDT",
    kind: "linear",
    priceDecimals: 3,
    quantityDecimals: 8,
    tickSize: decimal("0.001"),
    lotSize: decimal("0.00000001"),
    minQuantity: decimal("0.00000001"),
    maxQuantity: decimal("1000000000"),
    minNotional: decimal("0.00000000001"),
    makerFeeRate: ZERO,
    takerFeeRate: ZERO,
  };
}

export function sampleSpec(changes: Partial<BacktestSpecInput> = {}): BacktestSpec {
  return backtestSpec.parse({
    strategies: [{ strategy: "sma-cross", params: { fast: 5, slow: 20, allocation: 1 } }],
    data: { files: ["wave.csv"] },
    closeAtEnd: true,
    ...changes,
  });
}

export function sampleRun(changes: Partial<ResearchRun> = {}): ResearchRun {
  return {
    id: "run-1",
    kind: "backtest",
    state: "done",
    title: "sma-cross",
    strategy: "sma-cross",
    strategyVersion: 1,
    symbols: [],
    fromMs: null,
    toMs: null,
    submittedAtMs: START_MS,
    startedAtMs: START_MS,
    endedAtMs: START_MS,
    by: "test",
    done: 0,
    total: 0,
    skipped: 0,
    running: 0,
    etaMs: null,
    barsPerSecond: null,
    error: null,
    bestParams: null,
    metrics: null,
    heldOut: null,
    deflatedSharpe: null,
    dataHash: null,
    codeVersion: "0.1.0+test",
    seed: "dsta",
    hash: null,
    node: "test",
    workers: 1,
    ...changes,
  };
}

export function sampleReport(
  options: { readonly data?: LoadedData; readonly spec?: BacktestSpec; readonly run?: ResearchRun; readonly points?: number | null } = {},
): BacktestReport {
  const { data = waveData(), spec = sampleSpec(), run = sampleRun(), points = null } = options;
  const input = backtestInput(spec, data, strategyNamed);
  return reportOf({ run, spec, input, outcome: runBacktest(input), data, points, barsPerSecond: null });
}
