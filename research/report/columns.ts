/**
 * Trades and equity as columns for other programs: one definition for CSV and Parquet, so that both hold the same.
 * Times are UTC milliseconds; an undefined value is an empty cell.
 */
import type { BacktestReport, ResearchTrade } from "../../domain/contract/views/research.ts";

export type ColumnType = "time" | "number" | "count" | "text";

export interface DataColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: readonly (number | string | null)[];
}

const TRADE_COLUMNS: readonly (readonly [name: keyof ResearchTrade, type: ColumnType])[] = [
  ["strategyId", "text"],
  ["symbol", "text"],
  ["side", "text"],
  ["entryTime", "time"],
  ["entryPrice", "number"],
  ["exitTime", "time"],
  ["exitPrice", "number"],
  ["quantity", "number"],
  ["fee", "number"],
  ["funding", "number"],
  ["pnl", "number"],
  ["returnRatio", "number"],
  ["bars", "count"],
  ["mae", "number"],
  ["mfe", "number"],
  ["why", "text"],
  ["exitWhy", "text"],
];

export function tradeColumns(trades: readonly ResearchTrade[]): readonly DataColumn[] {
  return TRADE_COLUMNS.map(([name, type]) => ({ name, type, values: trades.map((trade) => trade[name]) }));
}

/** The curve and its distance from the peak. The report has to hold every point that is wanted. */
export function equityColumns(report: Pick<BacktestReport, "equity">): readonly DataColumn[] {
  let peak = Number.NEGATIVE_INFINITY;
  const falls = report.equity.map(({ value }) => {
    peak = Math.max(peak, value);
    return peak > 0 ? value / peak - 1 : 0;
  });
  return [
    { name: "time", type: "time", values: report.equity.map(({ time }) => time) },
    { name: "equity", type: "number", values: report.equity.map(({ value }) => value) },
    { name: "drawdown", type: "number", values: falls },
  ];
}
