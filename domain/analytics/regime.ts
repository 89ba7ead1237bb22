/**
 * What kind of market it is, by rule: volatility against its own past and trend by the t-statistic of the mean return,
 * both over a rolling window. Causal: the label of a row is made of that row and earlier ones, so that a label can be
 * traded on. Rows before the window is full, or before there is a past to compare with, have none.
 *
 * Bound: volatility is compared with its newest `memory` values; older ones are forgotten.
 */
import { invalid } from "../kernel/errors.ts";

export type Volatility = "low" | "normal" | "high";
export type Trend = "down" | "sideways" | "up";

export interface Regime {
  readonly volatility: Volatility | null;
  readonly trend: Trend | null;
}

export interface RegimeOptions {
  /** Rows of the rolling window, 5 at least. */
  readonly window: number;
  /** Values of volatility that make its past. Default 1,000. */
  readonly memory?: number;
  /** Size of the t-statistic that is a trend. Default 1.5. */
  readonly trendFrom?: number;
}

const MEMORY_LEAST = 10;

export function classifyRegimes(returns: ArrayLike<number>, { window, memory = 1_000, trendFrom = 1.5 }: RegimeOptions): readonly Regime[] {
  if (!Number.isInteger(window) || window < 5) throw invalid("window", "a whole number of at least 5", window);
  if (!Number.isInteger(memory) || memory < MEMORY_LEAST) throw invalid("memory", `a whole number of at least ${MEMORY_LEAST}`, memory);
  const bad = Array.from(returns).findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw invalid(`returns[${bad}]`, "a finite number", returns[bad]);
  const regimes: Regime[] = [];
  const past: number[] = [];
  const sorted: number[] = [];
  for (let row = 0; row < returns.length; row++) {
    if (row + 1 < window) {
      regimes.push({ volatility: null, trend: null });
      continue;
    }
    const { mean, deviation } = windowMoments(returns, row - window + 1, row + 1);
    regimes.push({ volatility: against(sorted, deviation), trend: trendOf(mean, deviation, window, trendFrom) });
    past.push(deviation);
    sorted.splice(placeOf(sorted, deviation), 0, deviation);
    if (past.length > memory) sorted.splice(placeOf(sorted, past.shift()!), 1);
  }
  return regimes;
}

/** Two passes over the window: running sums would carry the rounding of rows long gone. */
function windowMoments(returns: ArrayLike<number>, start: number, end: number): { mean: number; deviation: number } {
  let sum = 0;
  for (let row = start; row < end; row++) sum += returns[row]!;
  const mean = sum / (end - start);
  let squares = 0;
  for (let row = start; row < end; row++) squares += (returns[row]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / (end - start - 1)) };
}

/** By the thirds of what was seen before. */
function against(sorted: readonly number[], deviation: number): Volatility | null {
  if (sorted.length < MEMORY_LEAST) return null;
  const rank = placeOf(sorted, deviation) / sorted.length;
  return rank < 1 / 3 ? "low" : rank < 2 / 3 ? "normal" : "high";
}

function trendOf(mean: number, deviation: number, window: number, from: number): Trend {
  const strength = mean === 0 ? 0 : (mean / deviation) * Math.sqrt(window);
  return strength >= from ? "up" : strength <= -from ? "down" : "sideways";
}

/** The first place whose value is not below. */
function placeOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
