/**
 * Weighted moving average: the last `length` values weighted 1 (oldest) to `length` (newest), over the sum of weights.
 * First value at the `length`-th input. Source: Murphy (1999), ch. 9, "linearly weighted moving average".
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingWeightedSum } from "./rolling-window.ts";

export class WmaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #weights: number;
  readonly #sum: RollingWeightedSum;

  constructor(length: number) {
    this.warmup = checkLength("wma length", length);
    this.#weights = (length * (length + 1)) / 2;
    this.#sum = new RollingWeightedSum(length);
  }

  step(value: number): void {
    this.out[0] = this.#sum.push(value) / this.#weights;
  }
}

export const wma = valueIndicator("wma", (length: number) => new WmaKernel(length));
