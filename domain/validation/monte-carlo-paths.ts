/**
 * Many equity curves boiled down: quantiles of where they end and how far they fall, the share that is ruined, and a fan
 * of quantiles over time. A path leaves its end, its deepest fall, its lowest point and its value at the fan's times,
 * nothing more: at most `MOST_CELLS` numbers are kept, so many paths make a coarser fan, never more memory.
 */
import { quantile } from "../analytics/moments.ts";
import { invalid } from "../kernel/errors.ts";
import type { MonteCarloReport } from "../contract/views/research.ts";

export const MOST_PATHS = 100_000;
const MOST_TIMES = 400;
const MOST_CELLS = 8_000_000;
const QUANTILES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const;
/** Ruin is the loss of this share of the capital at any time. */
const RUIN_SHARE = 0.5;

export type PathSummary = Pick<MonteCarloReport, "paths" | "quantiles" | "ruinShare" | "fan">;

/** What one path leaves. Sent between threads by the pool that makes paths in parallel. */
export interface PathResult {
  readonly finalEquity: number;
  readonly maxDrawdown: number;
  readonly lowest: number;
  /** Equity at the fan's times. */
  readonly values: Float64Array;
}

/** At most 400 of the given times, evenly by index, first and last among them; fewer when paths are many. */
export function fanTimes(timeMs: ArrayLike<number>, paths: number): Float64Array {
  const count = Math.min(timeMs.length, MOST_TIMES, Math.max(2, Math.floor(MOST_CELLS / Math.max(1, paths))));
  if (count < 2) return Float64Array.from(timeMs);
  return Float64Array.from({ length: count }, (_, index) => timeMs[Math.round((index * (timeMs.length - 1)) / (count - 1))]!);
}

/** Follows one curve as it grows. `begin`, then `step` at every time in order, then `result`. */
export class PathTrace {
  readonly #timeMs: Float64Array;
  #values: Float64Array;
  #at = 0;
  #peak: number;
  #value: number;
  #lowest: number;
  #deepest = 0;

  constructor(fanTimesMs: Float64Array, start: number) {
    this.#timeMs = fanTimesMs;
    this.#values = new Float64Array(fanTimesMs.length);
    this.#peak = start;
    this.#value = start;
    this.#lowest = start;
  }

  step(timeMs: number, value: number): void {
    while (this.#at < this.#timeMs.length && this.#timeMs[this.#at]! < timeMs) this.#values[this.#at++] = this.#value;
    this.#value = value;
    if (value > this.#peak) this.#peak = value;
    else if (this.#peak > 0) this.#deepest = Math.max(this.#deepest, 1 - value / this.#peak);
    if (value < this.#lowest) this.#lowest = value;
  }

  result(): PathResult {
    this.#values.fill(this.#value, this.#at);
    return { finalEquity: this.#value, maxDrawdown: this.#deepest, lowest: this.#lowest, values: this.#values };
  }
}

/** Takes paths in any order; equal paths give an equal summary. */
export class PathCollector {
  readonly #timeMs: Float64Array;
  readonly #cash: number;
  readonly #ends: Float64Array;
  readonly #falls: Float64Array;
  readonly #columns: readonly Float64Array[];
  #ruined = 0;
  #count = 0;

  /** @throws {DstaError} VALIDATION_ERROR for fewer than 1 or more than 100,000 paths. */
  constructor(paths: number, fanTimesMs: Float64Array, cash: number) {
    if (!Number.isInteger(paths) || paths < 1 || paths > MOST_PATHS)
      throw invalid("paths", `a whole number from 1 to ${MOST_PATHS}`, paths);
    this.#timeMs = fanTimesMs;
    this.#cash = cash;
    this.#ends = new Float64Array(paths);
    this.#falls = new Float64Array(paths);
    this.#columns = Array.from(fanTimesMs, () => new Float64Array(paths));
  }

  /** @throws {DstaError} VALIDATION_ERROR for more paths than were announced. */
  add(path: PathResult): void {
    if (this.#count >= this.#ends.length) throw invalid("paths", `at most the ${this.#ends.length} announced`);
    this.#ends[this.#count] = path.finalEquity;
    this.#falls[this.#count] = path.maxDrawdown;
    if (path.lowest <= this.#cash * RUIN_SHARE) this.#ruined++;
    for (const [at, column] of this.#columns.entries()) column[this.#count] = path.values[at]!;
    this.#count++;
  }

  summary(): PathSummary {
    const ends = this.#ends.subarray(0, this.#count).sort();
    const falls = this.#falls.subarray(0, this.#count).sort();
    const at = (sorted: Float64Array, share: number) => quantile(sorted, share) ?? 0;
    return {
      paths: this.#count,
      quantiles:
        this.#count === 0
          ? []
          : QUANTILES.map((share) => ({ quantile: share, finalEquity: at(ends, share), maxDrawdown: at(falls, share) })),
      ruinShare: this.#count === 0 ? null : this.#ruined / this.#count,
      fan: this.#columns.map((column, index) => {
        const sorted = column.subarray(0, this.#count).sort();
        const [p05, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((share) => at(sorted, share));
        return { time: this.#timeMs[index]!, p05: p05!, p25: p25!, p50: p50!, p75: p75!, p95: p95! };
      }),
    };
  }
}
