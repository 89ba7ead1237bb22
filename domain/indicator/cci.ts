/**
 * Commodity channel index: how far the typical price, (high + low + close) / 3, is from its mean of `length` bars, in units
 * of 0.015 mean absolute deviations; most readings are within ±100. 0 when the window is flat. First value at bar `length`.
 * The mean absolute deviation has no running form, so a step takes `length` additions.
 * Source: Lambert, "Commodity Channel Index", Commodities (1980).
 */
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

const SCALE = 0.015;

class CciKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #window: Float64Array;
  readonly #sum: RollingSum;
  #at = 0;

  constructor(length: number) {
    this.warmup = checkLength("cci length", length);
    this.#window = new Float64Array(length);
    this.#sum = new RollingSum(length);
  }

  step(high: number, low: number, close: number): void {
    const typical = (high + low + close) / 3;
    const window = this.#window;
    window[this.#at] = typical;
    this.#at = this.#at + 1 === window.length ? 0 : this.#at + 1;
    const mean = this.#sum.push(typical) / window.length;
    if (Number.isNaN(mean)) return;
    let away = 0;
    let isFlat = true;
    for (let index = 0; index < window.length; index++) {
      away += Math.abs(window[index]! - mean);
      if (window[index] !== typical) isFlat = false;
    }
    // The mean of equal values may be off by a rounding, which the division would make large.
    this.out[0] = isFlat ? 0 : (typical - mean) / ((SCALE * away) / window.length);
  }
}

export const cci = barIndicator("cci", (length: number) => new CciKernel(length));
