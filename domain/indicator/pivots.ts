/**
 * Swing points: a bar whose high is above the highs of `left` bars before and `right` bars after it (a low below the lows).
 * Known only `right` bars later, and given from there: `high` and `low` are the last swings known, `highAge` and `lowAge` how
 * many bars ago they were (never less than `right`), `highTrend` and `lowTrend` 1 when above the swing before, −1 when
 * below, 0 when equal. NaN until there is one. Charts that mark the bar itself redraw the past; this does not.
 * Source: Williams, "Trading Chaos" (1995), fractals (left = right = 2).
 */
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class Swing {
  price = Number.NaN;
  age = Number.NaN;
  trend = Number.NaN;
  readonly #right: number;
  readonly #ring: Float64Array;
  #count = 0;

  constructor(left: number, right: number) {
    this.#right = right;
    this.#ring = new Float64Array(left + right + 1);
  }

  /** Swings are peaks of what is pushed: lows come negated. */
  push(value: number): void {
    const ring = this.#ring;
    ring[this.#count % ring.length] = value;
    this.#count += 1;
    this.age += 1;
    if (this.#count < ring.length) return;
    const middle = (this.#count - 1 - this.#right) % ring.length;
    const peak = ring[middle]!;
    for (let index = 0; index < ring.length; index++) if (index !== middle && ring[index]! >= peak) return;
    // NaN, so no trend, at the first.
    this.trend = Math.sign(peak - this.price);
    this.price = peak;
    this.age = this.#right;
  }
}

class PivotsKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(6).fill(Number.NaN);
  readonly #highs: Swing;
  readonly #lows: Swing;

  constructor(left: number, right: number) {
    checkLength("pivots left", left);
    checkLength("pivots right", right);
    this.#highs = new Swing(left, right);
    this.#lows = new Swing(left, right);
    this.warmup = left + right + 1;
  }

  step(high: number, low: number): void {
    const highs = this.#highs;
    const lows = this.#lows;
    highs.push(high);
    lows.push(-low);
    this.out[0] = highs.price;
    this.out[1] = -lows.price;
    this.out[2] = highs.age;
    this.out[3] = lows.age;
    this.out[4] = highs.trend;
    // 0 − 0, not −0: lows are negated.
    this.out[5] = 0 - lows.trend;
  }
}

export const pivots = barBundle(
  "pivots",
  ["high", "low", "highAge", "lowAge", "highTrend", "lowTrend"],
  (left: number, right: number) => new PivotsKernel(left, right),
);
