/**
 * Least-squares line through the last `length` values: its `value` at the newest, its `slope` a bar, and `rSquared`, the share
 * of variance it explains (NaN when the values do not vary). First value at the `length`-th input. Charts draw the last
 * line back over its window; here each bar has the end of its own line, so nothing is redrawn.
 * Source: Draper and Smith, "Applied Regression Analysis" (1998), ch. 1.
 */
import { RollingCoMoments } from "./co-moments.ts";
import { valueBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class LinearRegressionKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #moments: RollingCoMoments;
  /** In the block of the window, so that a long stream costs no precision. */
  #position = 0;

  constructor(length: number) {
    this.warmup = checkLength("linearRegression length", length, 2);
    this.#moments = new RollingCoMoments(length, length);
  }

  step(value: number): void {
    const moments = this.#moments;
    const isFull = moments.push(this.#position, value);
    this.#position = this.#position + 1 === this.warmup ? 0 : this.#position + 1;
    if (!isFull) return;
    const { varianceX, varianceY, covariance } = moments;
    const slope = covariance / varianceX;
    this.out[0] = moments.meanY + (slope * (this.warmup - 1)) / 2;
    this.out[1] = slope;
    this.out[2] = varianceY === 0 ? Number.NaN : Math.min(1, (covariance * covariance) / (varianceX * varianceY));
  }
}

export const linearRegression = valueBundle(
  "linearRegression",
  ["value", "slope", "rSquared"],
  (length: number) => new LinearRegressionKernel(length),
);
