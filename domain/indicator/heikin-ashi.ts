/**
 * Heikin-Ashi bars: the close is the mean of the bar's four prices, the open the middle of the smoothed bar before (of the
 * bar itself at the first), high and low reach to both. Smoothed prices, at which nothing trades. First value at bar 1.
 * Source: Valcu, "Using the Heikin-Ashi Technique", Stocks & Commodities 22:2 (2004).
 */
import { barBundle } from "./indicator.ts";
import type { Kernel } from "./kernel.ts";

class HeikinAshiKernel implements Kernel {
  readonly warmup = 1;
  readonly out = new Float64Array(4).fill(Number.NaN);
  #open = Number.NaN;
  #close = Number.NaN;

  step(high: number, low: number, close: number, _volume: number, open: number): void {
    this.#open = Number.isNaN(this.#open) ? (open + close) / 2 : (this.#open + this.#close) / 2;
    this.#close = (open + high + low + close) / 4;
    this.out[0] = this.#open;
    this.out[1] = Math.max(high, this.#open, this.#close);
    this.out[2] = Math.min(low, this.#open, this.#close);
    this.out[3] = this.#close;
  }
}

export const heikinAshi = barBundle("heikinAshi", ["open", "high", "low", "close"], () => new HeikinAshiKernel(), ["open"]);
