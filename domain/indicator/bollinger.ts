/**
 * Bollinger bands: the mean of the last `length` values and `deviations` population standard deviations either side.
 * First value at the `length`-th input. Source: Bollinger, "Bollinger on Bollinger Bands" (2001).
 */
import { valueBundle } from "./indicator.ts";
import { checkFactor, checkLength, type Kernel } from "./kernel.ts";
import { RollingMoments } from "./rolling-window.ts";

class BollingerKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #deviations: number;
  readonly #moments: RollingMoments;

  constructor(length: number, deviations: number) {
    this.warmup = checkLength("bollinger length", length);
    this.#deviations = checkFactor("bollinger deviations", deviations, 100);
    this.#moments = new RollingMoments(length);
  }

  step(value: number): void {
    const moments = this.#moments;
    if (!moments.push(value)) return;
    const width = this.#deviations * Math.sqrt(moments.variance);
    this.out[0] = moments.mean + width;
    this.out[1] = moments.mean;
    this.out[2] = moments.mean - width;
  }
}

export const bollinger = valueBundle(
  "bollinger",
  ["upper", "middle", "lower"],
  (length: number, deviations: number) => new BollingerKernel(length, deviations),
);
