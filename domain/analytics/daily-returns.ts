/**
 * Daily returns of an equity curve: the sample that every risk figure is made of, so that a strategy on one-minute bars
 * and one on four-hour bars are measured by the same ruler. Owns the day: UTC, and a point at exactly 00:00 belongs to
 * the day that ended there. Simple returns; a day without a point carries the last value on (return 0).
 *
 * The curve's first point is the equity it starts from, not a day: the day it lies in counts when a later point follows
 * in it. Once the equity is 0 or below there is nothing to earn on, and later days return 0.
 */
import { type DstaError, invalid } from "../kernel/errors.ts";
import type { EquitySeries } from "./inputs.ts";

export const DAY_MS = 86_400_000;

/** A curve over more days is in the wrong unit of time: 500 years. */
const DAYS_MAX = 182_500;

export interface DailyReturns {
  /** 00:00 UTC at which each day begins. */
  readonly dayMs: number[];
  readonly returns: Float64Array;
}

/** @throws {DstaError} VALIDATION_ERROR for times out of order or a value that is not a finite number. */
export function dailyReturns({ timeMs, value }: EquitySeries): DailyReturns {
  const points = timeMs.length;
  if (value.length !== points) throw invalid("equity", `${points} values, one a time`, value.length);
  if (points === 0) return { dayMs: [], returns: new Float64Array(0) };
  const bad = firstBad(timeMs, value);
  if (bad < points) throw badPoint(timeMs, value, bad);
  const firstDay = dayOf(timeMs[0]!);
  const days = dayOf(timeMs[points - 1]!) - firstDay + 1;
  if (!(days <= DAYS_MAX)) throw invalid("equity", `times in milliseconds, over at most ${DAYS_MAX} days`, days);
  const closes = new Float64Array(days).fill(Number.NaN);
  for (let day = 0, end = 1; day < days && end < points; day++) {
    const start = end;
    end = firstAfter(timeMs, (firstDay + day + 1) * DAY_MS, start);
    if (end > start) closes[day] = value[end - 1]!;
  }
  return returnsOf(closes, value[0]!, firstDay);
}

/**
 * The number of points when all are good. A million of them for every trial of a search: one comparison each (Infinity and
 * NaN are not 0 away from themselves), and nothing behind the loop, which would be run without the compiler's knowing it.
 */
function firstBad(timeMs: Float64Array, value: Float64Array): number {
  let beforeMs = Number.NEGATIVE_INFINITY;
  let point = 0;
  for (; point < timeMs.length; point++) {
    const atMs = timeMs[point]!;
    const now = value[point]!;
    if (!(atMs >= beforeMs) || now - now !== 0) break;
    beforeMs = atMs;
  }
  return point;
}

/** The first point from `from` on that is later than `atMs`. */
function firstAfter(timeMs: Float64Array, atMs: number, from: number): number {
  let low = from;
  let high = timeMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeMs[middle]! <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function returnsOf(closes: Float64Array, start: number, firstDay: number): DailyReturns {
  const dayMs: number[] = [];
  const returns: number[] = [];
  let previous = start;
  for (const [day, close] of closes.entries()) {
    const isStart = day === 0 && Number.isNaN(close);
    if (isStart) continue;
    const now = Number.isNaN(close) ? previous : close;
    dayMs.push((firstDay + day) * DAY_MS);
    returns.push(previous > 0 ? now / previous - 1 : 0);
    previous = now;
  }
  return { dayMs, returns: Float64Array.from(returns) };
}

function dayOf(timeMs: number): number {
  return Math.ceil(timeMs / DAY_MS) - 1;
}

function badPoint(timeMs: Float64Array, value: Float64Array, point: number): DstaError {
  if (!Number.isFinite(value[point])) return invalid(`equity.value[${point}]`, "a finite number", value[point]);
  return invalid(`equity.timeMs[${point}]`, "times in order", timeMs[point]);
}
