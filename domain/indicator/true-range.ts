/**
 * True range: how far the price went since the close before, the bar's own range or the gap to it included. In price units;
 * first value at bar 2, for it needs that close. Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { barIndicator } from "./indicator.ts";
import type { Kernel } from "./kernel.ts";

class TrueRangeKernel implements Kernel {
  readonly warmup = 2;
  readonly out = new Float64Array([Number.NaN]);
  #before = Number.NaN;

  step(high: number, low: number, close: number): void {
    // NaN at the first bar, whose close before is NaN.
    this.out[0] = Math.max(high - low, Math.abs(high - this.#before), Math.abs(low - this.#before));
    this.#before = close;
  }
}

export const trueRange = barIndicator("trueRange", () => new TrueRangeKernel());
