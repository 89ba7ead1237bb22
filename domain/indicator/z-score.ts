/**
 * How many population standard deviations the newest value is away from the mean of the last `length` values, itself
 * among them. 0 when the window is flat: the value is its mean. First value at the `length`-th input.
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMoments } from "./rolling-window.ts";

class ZScoreKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #moments: RollingMoments;

  constructor(length: number) {
    this.warmup = checkLength("zScore length", length, 2);
    this.#moments = new RollingMoments(length);
  }

  step(value: number): void {
    const moments = this.#moments;
    if (!moments.push(value)) return;
    this.out[0] = moments.variance === 0 ? 0 : (value - moments.mean) / Math.sqrt(moments.variance);
  }
}

export const zScore = valueIndicator("zScore", (length: number) => new ZScoreKernel(length));
