/**
 * Completed bars of one symbol and interval as columns, for research: a million bars are six arrays, not a million
 * objects, and workers read the same memory. Owns layout, slicing and resampling; refuses rows that are out of order.
 * Rows are in order of `openTimeMs`, each once; holes in the market are holes in the rows. Whoever fills a table hands it
 * over: nobody writes to it afterwards.
 */
import { invalid } from "../kernel/errors.ts";
import type { Bar } from "./events.ts";

export interface BarTable {
  readonly venue: string;
  readonly symbol: string;
  readonly intervalMs: number;
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export const BAR_COLUMNS = ["openTimeMs", "open", "high", "low", "close", "volume"] as const;

type Place = Pick<BarTable, "venue" | "symbol" | "intervalMs">;

/** An empty table on shared memory: every thread that is sent it reads the same bytes. */
export function newBarTable({ venue, symbol, intervalMs }: Place, rows: number): BarTable {
  const columns = Object.fromEntries(
    BAR_COLUMNS.map((name) => [name, new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT))]),
  ) as unknown as Omit<BarTable, keyof Place>;
  return { venue, symbol, intervalMs, ...columns };
}

export function rowsOf(table: BarTable): number {
  return table.openTimeMs.length;
}

/** Rows from `start` up to, not including, `end`, on the same memory. */
export function sliceBarTable(table: BarTable, start: number, end: number): BarTable {
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, table[name].subarray(start, end)])) as unknown as Omit<
    BarTable,
    keyof Place
  >;
  return { venue: table.venue, symbol: table.symbol, intervalMs: table.intervalMs, ...columns };
}

/** The first row that opens at or after `timeMs`; the number of rows when there is none. */
export function rowAt(table: BarTable, timeMs: number): number {
  let low = 0;
  let high = table.openTimeMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.openTimeMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function barAt(table: BarTable, row: number): Bar {
  return {
    venue: table.venue,
    symbol: table.symbol,
    intervalMs: table.intervalMs,
    openTimeMs: table.openTimeMs[row]!,
    open: table.open[row]!,
    high: table.high[row]!,
    low: table.low[row]!,
    close: table.close[row]!,
    volume: table.volume[row]!,
  };
}

/** @throws {DstaError} VALIDATION_ERROR when bars are out of order or of another interval. */
export function barTableOf(place: Place, bars: readonly Bar[]): BarTable {
  const table = newBarTable(place, bars.length);
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const [row, bar] of bars.entries()) {
    if (bar.openTimeMs <= previousMs) throw invalid("bars", "bars in order of time, each once", bar.openTimeMs);
    if (bar.intervalMs !== place.intervalMs) throw invalid("bars", `bars of ${place.intervalMs} ms`, bar.intervalMs);
    previousMs = bar.openTimeMs;
    for (const name of BAR_COLUMNS) table[name][row] = bar[name];
  }
  return table;
}

/**
 * Longer bars from shorter ones, at UTC multiples of the interval. Holes stay holes; a last bar whose end the rows do
 * not reach is left out. @throws {DstaError} VALIDATION_ERROR when the interval is not a multiple of the table's own.
 */
export function resampleTable(table: BarTable, intervalMs: number): BarTable {
  const multiple = intervalMs / table.intervalMs;
  if (!Number.isInteger(multiple) || multiple < 1) throw invalid("intervalMs", `a multiple of ${table.intervalMs} ms`, intervalMs);
  if (multiple === 1) return table;
  const rows = rowsOf(table);
  const starts: number[] = [];
  let openMs = Number.NaN;
  for (let row = 0; row < rows; row++) {
    const timeMs = table.openTimeMs[row]!;
    const startMs = timeMs - (timeMs % intervalMs);
    if (startMs !== openMs) starts.push(row);
    openMs = startMs;
  }
  const lastEndsMs = rows === 0 ? 0 : table.openTimeMs[rows - 1]! + table.intervalMs;
  const isOpen = rows > 0 && lastEndsMs < openMs + intervalMs;
  const result = newBarTable({ ...table, intervalMs }, starts.length - (isOpen ? 1 : 0));
  for (let index = 0; index < rowsOf(result); index++) joinRows(table, starts[index]!, starts[index + 1] ?? rows, result, index);
  return result;
}

function joinRows(from: BarTable, start: number, end: number, to: BarTable, row: number): void {
  const timeMs = from.openTimeMs[start]!;
  let high = from.high[start]!;
  let low = from.low[start]!;
  let volume = 0;
  for (let index = start; index < end; index++) {
    if (from.high[index]! > high) high = from.high[index]!;
    if (from.low[index]! < low) low = from.low[index]!;
    volume += from.volume[index]!;
  }
  to.openTimeMs[row] = timeMs - (timeMs % to.intervalMs);
  to.open[row] = from.open[start]!;
  to.high[row] = high;
  to.low[row] = low;
  to.close[row] = from.close[end - 1]!;
  to.volume[row] = volume;
}
