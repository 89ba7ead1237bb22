/**
 * How strategies are counted and ranked on the floor: who trades, who needs a person, what the totals hold.
 * Simulated strategies on a live desk stay outside the totals: their money is not real.
 */
import type { StrategyRow, StrategyState } from "../../../domain/contract/views.ts";
import { sumDecimals } from "./format.ts";

export type StrategyFilter = "all" | "trading" | "attention";

const TRADING: readonly StrategyState[] = ["running", "reducing"];
const ATTENTION: readonly StrategyState[] = ["failed", "halted", "reducing"];

export function isTrading(row: StrategyRow): boolean {
  return TRADING.includes(row.state);
}

/** A book is only missed by a strategy that is meant to use it. */
export function bookStale(row: StrategyRow): boolean {
  return row.bookQuality !== "LIVE" && row.state !== "stopped";
}

export function needsAttention(row: StrategyRow): boolean {
  return ATTENTION.includes(row.state) || bookStale(row);
}

export function filterStrategies(rows: readonly StrategyRow[], filter: StrategyFilter): StrategyRow[] {
  if (filter === "all") return [...rows];
  return rows.filter(filter === "trading" ? isTrading : needsAttention);
}

const CONCERN: Readonly<Record<StrategyState, number>> = {
  failed: 6,
  halted: 5,
  reducing: 4,
  "warm-up": 1,
  running: 2,
  paused: 1,
  stopped: 0,
};

export function strategiesWorstFirst(rows: readonly StrategyRow[]): StrategyRow[] {
  const rank = (row: StrategyRow): number => CONCERN[row.state] + (bookStale(row) ? 3.5 : 0);
  return [...rows].sort((a, b) => rank(b) - rank(a) || Number(a.dayPnl) - Number(b.dayPnl));
}

export interface StrategyTotals {
  readonly counted: number;
  readonly trading: number;
  /** Rows left out because their money is simulated on a live desk. */
  readonly left: number;
  readonly unrealisedPnl: string;
  readonly dayPnl: string;
  readonly signals: number;
}

export function strategyTotals(rows: readonly StrategyRow[], live: boolean): StrategyTotals {
  const counted = live ? rows.filter((row) => !row.simulated) : rows;
  return {
    counted: counted.length,
    trading: counted.filter(isTrading).length,
    left: rows.length - counted.length,
    unrealisedPnl: sumDecimals(counted.map((row) => row.unrealisedPnl)),
    dayPnl: sumDecimals(counted.map((row) => row.dayPnl)),
    signals: counted.reduce((total, row) => total + row.signals, 0),
  };
}
