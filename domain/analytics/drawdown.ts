/**
 * Falls of an equity curve below its highest point so far, on every point of the curve, not on daily values: what was
 * lost inside a day was lost. A drawdown runs from the last point at the peak to the first point at or above it again.
 * Depths are positive shares of the peak. A curve that starts at 0 or below has no shares and so no drawdowns.
 */
import { DAY_MS } from "./daily-returns.ts";
import type { EquitySeries } from "./inputs.ts";

export interface Drawdown {
  readonly fromMs: number;
  readonly troughMs: number;
  /** Null while not recovered. */
  readonly toMs: number | null;
  readonly depth: number;
  /** From the peak to the recovery, or to the end of the curve. */
  readonly days: number;
}

export interface DrawdownSummary {
  /** 0 of a curve that never fell. */
  readonly maxDepth: number;
  /** Of the longest, which need not be the deepest. */
  readonly longestDays: number;
  readonly count: number;
  readonly averageDepth: number | null;
  /** From the trough of the deepest to its recovery; null when there is none, or it has not recovered. */
  readonly recoveryDays: number | null;
}

type Visit = (peak: number, trough: number, recovered: number | null, depth: number) => void;

/** Calls `visit` with the rows of every drawdown, oldest first. */
function eachDrawdown(value: Float64Array, visit: Visit): void {
  let peak = 0;
  let trough = 0;
  let top = value[0] ?? 0;
  let bottom = top;
  if (!(top > 0)) return;
  // The end is a row of the loop: code behind a hot loop is not known to the compiler when it replaces the loop.
  for (let row = 1; row <= value.length; row++) {
    const isEnd = row === value.length;
    const now = isEnd ? Number.POSITIVE_INFINITY : value[row]!;
    if (now >= top) {
      if (bottom < top) visit(peak, trough, isEnd ? null : row, (top - bottom) / top);
      peak = row;
      top = now;
      bottom = now;
    } else if (now < bottom) {
      bottom = now;
      trough = row;
    }
  }
}

export function drawdownSummary({ timeMs, value }: EquitySeries): DrawdownSummary {
  let maxDepth = 0;
  let longestMs = 0;
  let count = 0;
  let sum = 0;
  let recoveryMs: number | null = null;
  const endMs = timeMs[timeMs.length - 1]!;
  eachDrawdown(value, (peak, trough, recovered, depth) => {
    count += 1;
    sum += depth;
    longestMs = Math.max(longestMs, (recovered === null ? endMs : timeMs[recovered]!) - timeMs[peak]!);
    if (depth <= maxDepth) return;
    maxDepth = depth;
    recoveryMs = recovered === null ? null : timeMs[recovered]! - timeMs[trough]!;
  });
  return {
    maxDepth,
    longestDays: longestMs / DAY_MS,
    count,
    averageDepth: count === 0 ? null : sum / count,
    recoveryDays: recoveryMs === null ? null : recoveryMs / DAY_MS,
  };
}

/** The deepest first; equal ones oldest first. */
export function drawdownTable({ timeMs, value }: EquitySeries, rows = 10): readonly Drawdown[] {
  const deepest: Drawdown[] = [];
  const endMs = timeMs[timeMs.length - 1]!;
  eachDrawdown(value, (peak, trough, recovered, depth) => {
    if (deepest.length === rows && depth <= deepest[rows - 1]!.depth) return;
    const toMs = recovered === null ? null : timeMs[recovered]!;
    const days = ((toMs ?? endMs) - timeMs[peak]!) / DAY_MS;
    deepest.push({ fromMs: timeMs[peak]!, troughMs: timeMs[trough]!, toMs, depth, days });
    deepest.sort((a, b) => b.depth - a.depth);
    deepest.length = Math.min(deepest.length, rows);
  });
  return deepest;
}

/** At every point its distance from the highest so far: 0 or below, as a share. */
export function drawdownCurve({ timeMs, value }: EquitySeries): EquitySeries {
  let top = Number.NEGATIVE_INFINITY;
  const falls = value.map((now) => {
    top = Math.max(top, now);
    return top > 0 ? now / top - 1 : 0;
  });
  return { timeMs, value: falls };
}
