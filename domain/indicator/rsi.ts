/**
 * Relative strength index, 0 to 100, by Wilder: average gain and loss start as the mean of the first `length` changes
 * and are then smoothed by 1 / `length`. First value at input `length` + 1. 100 when nothing was lost; 50 when nothing
 * moved at all. Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

export class RsiKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #length: number;
  #previous = Number.NaN;
  #changes = 0;
  #gain = 0;
  #loss = 0;

  constructor(length: number) {
    this.#length = checkLength("rsi length", length);
    this.warmup = length + 1;
  }

  step(value: number): void {
    const change = value - this.#previous;
    this.#previous = value;
    if (Number.isNaN(change)) return;
    const gain = change > 0 ? change : 0;
    const loss = change < 0 ? -change : 0;
    if (this.#changes >= this.#length) {
      this.#gain += (gain - this.#gain) / this.#length;
      this.#loss += (loss - this.#loss) / this.#length;
    } else {
      this.#changes += 1;
      this.#gain += gain;
      this.#loss += loss;
      if (this.#changes < this.#length) return;
      this.#gain /= this.#length;
      this.#loss /= this.#length;
    }
    const total = this.#gain + this.#loss;
    this.out[0] = total === 0 ? 50 : (100 * this.#gain) / total;
  }
}

export const rsi = valueIndicator("rsi", (length: number) => new RsiKernel(length));
