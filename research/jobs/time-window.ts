/**
 * Data cut to a stretch of time: what a fold trains on, what it is tested on, what is held out. Columns stay where they
 * are; a symbol without bars in the window keeps its empty table, so that shares of the account do not depend on it.
 */
import type { FundingTable } from "../../domain/simulation/backtest/types.ts";
import { rowAt, rowsOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import type { LoadedData } from "../data/load.ts";
import type { TimeWindow } from "./worker-task.ts";

export const WHOLE: TimeWindow = { fromMs: null, toMs: null, tradeFromMs: null };

/** More than the folds of a search have. */
const WINDOWS_MAX = 128;

/** Each window is cut once, so that what is known of its columns is known again by the next trial. */
export class WindowedData {
  readonly #data: LoadedData;
  readonly #windows = new Map<string, LoadedData>();

  constructor(data: LoadedData) {
    this.#data = data;
  }

  at(window: TimeWindow): LoadedData {
    const key = `${window.fromMs}/${window.toMs}`;
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    const made = windowed(this.#data, window);
    if (this.#windows.size === WINDOWS_MAX) this.#windows.clear();
    this.#windows.set(key, made);
    return made;
  }
}

function windowed(data: LoadedData, { fromMs, toMs }: TimeWindow): LoadedData {
  if (fromMs === null && toMs === null) return data;
  const tables = data.tables.map((table) =>
    sliceBarTable(table, fromMs === null ? 0 : rowAt(table, fromMs), toMs === null ? rowsOf(table) : rowAt(table, toMs)),
  );
  const funding = new Map([...data.funding].map(([symbol, table]) => [symbol, fundingIn(table, fromMs, toMs)] as const));
  return { ...data, tables, funding, rows: tables.reduce((sum, table) => sum + rowsOf(table), 0) };
}

/** First open and last close over all symbols; null without bars. */
export function rangeOf(data: Pick<LoadedData, "tables">): { readonly fromMs: number; readonly toMs: number } | null {
  const tables = data.tables.filter((table) => rowsOf(table) > 0);
  if (tables.length === 0) return null;
  return {
    fromMs: Math.min(...tables.map((table) => table.openTimeMs[0]!)),
    toMs: Math.max(...tables.map((table) => table.openTimeMs[rowsOf(table) - 1]! + table.intervalMs)),
  };
}

function fundingIn({ timeMs, rate }: FundingTable, fromMs: number | null, toMs: number | null): FundingTable {
  const start = fromMs === null ? 0 : firstAt(timeMs, fromMs);
  const end = toMs === null ? timeMs.length : firstAt(timeMs, toMs);
  return { timeMs: timeMs.subarray(start, end), rate: rate.subarray(start, end) };
}

function firstAt(timeMs: Float64Array, atMs: number): number {
  const found = timeMs.findIndex((time) => time >= atMs);
  return found < 0 ? timeMs.length : found;
}
