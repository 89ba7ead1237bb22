/**
 * Donchian channel: highest high and lowest low of the `length` bars BEFORE the newest, and the middle between them, so
 * that a breakout is `close > upper`. First value at bar `length` + 1. Source: Donchian's four-week rule, in Murphy (1999), ch. 9.
 */
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMaximum } from "./rolling-window.ts";

class DonchianKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #highs: RollingMaximum;
  readonly #lows: RollingMaximum;
  #highest = Number.NaN;
  #lowest = Number.NaN;

  constructor(length: number) {
    this.warmup = checkLength("donchian length", length) + 1;
    this.#highs = new RollingMaximum(length);
    this.#lows = new RollingMaximum(length);
  }

  step(high: number, low: number): void {
    this.out[0] = this.#highest;
    this.out[1] = (this.#highest + this.#lowest) / 2;
    this.out[2] = this.#lowest;
    this.#highest = this.#highs.push(high);
    this.#lowest = -this.#lows.push(-low);
  }
}

export const donchian = barBundle("donchian", ["upper", "middle", "lower"], (length: number) => new DonchianKernel(length));
