/**
 * Pearson correlation of two series over the last `length` bars, −1 to 1; NaN when one of them does not vary. Of prices it
 * mostly says that both drifted: give it changes (`roc`) for how they move together. First value at the `length`-th bar.
 * Source: Pearson, "Mathematical Contributions to the Theory of Evolution III" (1896).
 */
import { RollingCoMoments } from "./co-moments.ts";
import { pairIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class CorrelationKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #moments: RollingCoMoments;

  constructor(length: number) {
    this.warmup = checkLength("correlation length", length, 2);
    this.#moments = new RollingCoMoments(length);
  }

  step(first: number, second: number): void {
    if (!this.#moments.push(first, second)) return;
    const { varianceX, varianceY, covariance } = this.#moments;
    const scale = Math.sqrt(varianceX) * Math.sqrt(varianceY);
    this.out[0] = scale === 0 ? Number.NaN : Math.max(-1, Math.min(1, covariance / scale));
  }
}

export const correlation = pairIndicator("correlation", (length: number) => new CorrelationKernel(length));
