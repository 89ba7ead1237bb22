/**
 * Average true range by Wilder: the mean of the first `length` true ranges, then smoothed by 1 / `length`. A true range
 * needs the close before it, so the first value is at bar `length` + 1. In price units.
 * Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

export class AtrKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #length: number;
  #previousClose = Number.NaN;
  #seen = 0;
  #average = 0;

  constructor(length: number) {
    this.#length = checkLength("atr length", length);
    this.warmup = length + 1;
  }

  step(high: number, low: number, close: number): void {
    const before = this.#previousClose;
    this.#previousClose = close;
    if (Number.isNaN(before)) return;
    const range = Math.max(high - low, Math.abs(high - before), Math.abs(low - before));
    if (this.#seen >= this.#length) {
      this.#average += (range - this.#average) / this.#length;
    } else {
      this.#seen += 1;
      this.#average += range;
      if (this.#seen < this.#length) return;
      this.#average /= this.#length;
    }
    this.out[0] = this.#average;
  }
}

export const atr = barIndicator("atr", (length: number) => new AtrKernel(length));
