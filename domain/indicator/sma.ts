/**
 * Simple moving average: the mean of the last `length` values. First value at the `length`-th input.
 * Source: Murphy, "Technical Analysis of the Financial Markets" (1999), ch. 9.
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

class SmaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #sum: RollingSum;

  constructor(length: number) {
    this.warmup = checkLength("sma length", length);
    this.#sum = new RollingSum(length);
  }

  step(value: number): void {
    this.out[0] = this.#sum.push(value) / this.warmup;
  }
}

export const sma = valueIndicator("sma", (length: number) => new SmaKernel(length));
