/**
 * Exponential moving average with weight 2 / (length + 1), started from the simple average of the first `length`
 * values (so the first value is at the `length`-th input). Source: Murphy (1999), ch. 9.
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

export class EmaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #weight: number;
  #seen = 0;
  #average = 0;

  constructor(length: number) {
    this.warmup = checkLength("ema length", length);
    this.#weight = 2 / (length + 1);
  }

  step(value: number): void {
    if (this.#seen >= this.warmup) {
      this.#average += this.#weight * (value - this.#average);
    } else {
      this.#seen += 1;
      this.#average += value;
      if (this.#seen < this.warmup) return;
      this.#average /= this.warmup;
    }
    this.out[0] = this.#average;
  }
}

export const ema = valueIndicator("ema", (length: number) => new EmaKernel(length));
