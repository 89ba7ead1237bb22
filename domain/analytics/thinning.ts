/**
 * Fewer points for charts, chosen so that the picture stays what it was: done where the data is, so that years of
 * one-minute bars travel as a few thousand points. Every function keeps the first and last point and the order of time;
 * of a series that already fits it returns all. Nothing is decided on thinned data.
 */
import { invalid } from "../kernel/errors.ts";
import { type BarTable, newBarTable, rowAt, rowsOf, sliceBarTable } from "../market/bar-table.ts";
import type { EquitySeries } from "./inputs.ts";

/**
 * Largest triangle three buckets: of every bucket the point that spans the largest triangle with the one chosen before and
 * the mean of the next bucket. Keeps the shape of a line (Steinarsson 2013). @param count 3 at least.
 */
export function lttb({ timeMs, value }: EquitySeries, count: number): EquitySeries {
  checkCount(count, 3);
  const points = timeMs.length;
  if (points <= count) return { timeMs, value };
  const chosen = new Uint32Array(count);
  const edge = (bucket: number) => 1 + Math.floor((bucket * (points - 2)) / (count - 2));
  for (let bucket = 0; bucket < count - 2; bucket++) {
    const nextStart = edge(bucket + 1);
    const nextEnd = bucket === count - 3 ? points : edge(bucket + 2);
    let timeSum = 0;
    let valueSum = 0;
    for (let point = nextStart; point < nextEnd; point++) {
      timeSum += timeMs[point]!;
      valueSum += value[point]!;
    }
    const size = nextEnd - nextStart;
    const before = chosen[bucket]!;
    const timeGap = timeMs[before]! - timeSum / size;
    const valueGap = valueSum / size - value[before]!;
    let best = edge(bucket);
    let bestArea = -1;
    for (let point = best; point < nextStart; point++) {
      const area = Math.abs(timeGap * (value[point]! - value[before]!) - (timeMs[before]! - timeMs[point]!) * valueGap);
      if (area > bestArea) {
        bestArea = area;
        best = point;
      }
    }
    chosen[bucket + 1] = best;
  }
  chosen[count - 1] = points - 1;
  return pick(timeMs, value, chosen);
}

/** The lowest and highest point of every bucket: no spike is lost. @param count 4 at least; at most as many are returned. */
export function minMax({ timeMs, value }: EquitySeries, count: number): EquitySeries {
  checkCount(count, 4);
  const points = timeMs.length;
  if (points <= count) return { timeMs, value };
  const buckets = Math.floor((count - 2) / 2);
  const chosen = [0];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = 1 + Math.floor((bucket * (points - 2)) / buckets);
    const end = 1 + Math.floor(((bucket + 1) * (points - 2)) / buckets);
    let low = start;
    let high = start;
    for (let point = start; point < end; point++) {
      if (value[point]! < value[low]!) low = point;
      if (value[point]! > value[high]!) high = point;
    }
    chosen.push(Math.min(low, high));
    if (low !== high) chosen.push(Math.max(low, high));
  }
  return pick(timeMs, value, Uint32Array.from([...chosen, points - 1]));
}

/**
 * Candles that open from `fromMs` up to, not including, `toMs`, joined into longer ones at UTC multiples of a multiple of
 * their interval, at most `count` of them. Unlike `resampleTable` it keeps a last one that is not complete: it is shown.
 */
export function mergeCandles(table: BarTable, fromMs: number, toMs: number, count: number): BarTable {
  checkCount(count, 1);
  const rows = sliceBarTable(table, rowAt(table, fromMs), rowAt(table, toMs));
  const total = rowsOf(rows);
  if (total <= count) return rows;
  const spanMs = rows.openTimeMs[total - 1]! - rows.openTimeMs[0]!;
  // A candle may begin before the first row, so that `count` candles span `count − 1` whole intervals for certain; holes
  // in the market make fewer. The least multiple by rows is tried first.
  for (let multiple = Math.ceil(total / count); ; multiple = Math.max(multiple + 1, Math.floor(multiple * 1.1))) {
    const intervalMs = multiple * table.intervalMs;
    const starts = startsOf(rows, intervalMs);
    if (starts.length <= count || intervalMs > 2 * spanMs + table.intervalMs) return joinAt(rows, starts, intervalMs);
  }
}

function startsOf({ openTimeMs }: BarTable, intervalMs: number): readonly number[] {
  const starts: number[] = [];
  let openMs = Number.NaN;
  for (let row = 0; row < openTimeMs.length; row++) {
    const startMs = Math.floor(openTimeMs[row]! / intervalMs) * intervalMs;
    if (startMs !== openMs) starts.push(row);
    openMs = startMs;
  }
  return starts;
}

function joinAt(rows: BarTable, starts: readonly number[], intervalMs: number): BarTable {
  const merged = newBarTable({ ...rows, intervalMs }, starts.length);
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? rowsOf(rows);
    merged.openTimeMs[index] = Math.floor(rows.openTimeMs[start]! / intervalMs) * intervalMs;
    merged.open[index] = rows.open[start]!;
    merged.close[index] = rows.close[end - 1]!;
    let high = rows.high[start]!;
    let low = rows.low[start]!;
    let volume = 0;
    for (let row = start; row < end; row++) {
      high = Math.max(high, rows.high[row]!);
      low = Math.min(low, rows.low[row]!);
      volume += rows.volume[row]!;
    }
    merged.high[index] = high;
    merged.low[index] = low;
    merged.volume[index] = volume;
  }
  return merged;
}

function pick(timeMs: Float64Array, value: Float64Array, chosen: Uint32Array): EquitySeries {
  return {
    timeMs: Float64Array.from(chosen, (point) => timeMs[point]!),
    value: Float64Array.from(chosen, (point) => value[point]!),
  };
}

function checkCount(count: number, least: number): void {
  if (!Number.isInteger(count) || count < least) throw invalid("points", `a whole number of at least ${least}`, count);
}
