/**
 * Williams %R: how far the close is below the highest high of `length` bars, in percent of their range; −100 to 0, −50 when
 * the range is 0. First value at bar `length`. Source: Williams, "How I Made One Million Dollars Last Year Trading
 * Commodities" (1973).
 */
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMaximum } from "./rolling-window.ts";

class WilliamsRKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #highs: RollingMaximum;
  readonly #lows: RollingMaximum;

  constructor(length: number) {
    this.warmup = checkLength("williamsR length", length);
    this.#highs = new RollingMaximum(length);
    this.#lows = new RollingMaximum(length);
  }

  step(high: number, low: number, close: number): void {
    const highest = this.#highs.push(high);
    const range = highest + this.#lows.push(-low);
    this.out[0] = range === 0 ? -50 : (-100 * (highest - close)) / range;
  }
}

export const williamsR = barIndicator("williamsR", (length: number) => new WilliamsRKernel(length));
