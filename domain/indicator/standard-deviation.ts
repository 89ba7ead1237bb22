/**
 * Standard deviation of the last `length` values, of the population (divided by `length`, not `length − 1`), which is
 * what Bollinger's bands use. First value at the `length`-th input. Source: Bollinger, "Bollinger on Bollinger Bands" (2001).
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMoments } from "./rolling-window.ts";

class StandardDeviationKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #moments: RollingMoments;

  constructor(length: number) {
    this.warmup = checkLength("standardDeviation length", length);
    this.#moments = new RollingMoments(length);
  }

  step(value: number): void {
    if (this.#moments.push(value)) this.out[0] = Math.sqrt(this.#moments.variance);
  }
}

export const standardDeviation = valueIndicator("standardDeviation", (length: number) => new StandardDeviationKernel(length));
