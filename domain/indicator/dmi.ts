/**
 * Directional movement: `plus` and `minus` are the share of the true range that went up and down, 0 to 100, by Wilder's
 * sums (started from `length` bars' changes, then a 1 / `length` part replaced by the newest); `dx` is how one-sided they
 * are, 0 when neither moved. First value at bar `length` + 1.
 * Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

export class DmiKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #length: number;
  #high = Number.NaN;
  #low = Number.NaN;
  #close = Number.NaN;
  #seen = 0;
  #range = 0;
  #up = 0;
  #down = 0;

  constructor(length: number) {
    this.#length = checkLength("dmi length", length);
    this.warmup = length + 1;
  }

  step(high: number, low: number, close: number): void {
    const [beforeHigh, beforeLow, beforeClose] = [this.#high, this.#low, this.#close];
    this.#high = high;
    this.#low = low;
    this.#close = close;
    if (Number.isNaN(beforeClose)) return;
    const rise = high - beforeHigh;
    const fall = beforeLow - low;
    const keep = this.#seen < this.#length ? 1 : 1 - 1 / this.#length;
    this.#range = this.#range * keep + Math.max(high - low, Math.abs(high - beforeClose), Math.abs(low - beforeClose));
    this.#up = this.#up * keep + (rise > fall && rise > 0 ? rise : 0);
    this.#down = this.#down * keep + (fall > rise && fall > 0 ? fall : 0);
    if (this.#seen < this.#length) this.#seen += 1;
    if (this.#seen < this.#length) return;
    const plus = this.#range === 0 ? 0 : (100 * this.#up) / this.#range;
    const minus = this.#range === 0 ? 0 : (100 * this.#down) / this.#range;
    const moved = plus + minus;
    this.out[0] = plus;
    this.out[1] = minus;
    this.out[2] = moved === 0 ? 0 : (100 * Math.abs(plus - minus)) / moved;
  }
}

export const dmi = barBundle("dmi", ["plus", "minus", "dx"], (length: number) => new DmiKernel(length));
