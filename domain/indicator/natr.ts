/**
 * Normalised average true range: the average true range in percent of the close, comparable between markets. First value at
 * bar `length` + 1; NaN at a close of 0. Source: Forman, "Cross-Market Evaluations with Normalized Average True Range",
 * Stocks & Commodities 24:5 (2006).
 */
import { AtrKernel } from "./atr.ts";
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class NatrKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #atr: AtrKernel;

  constructor(length: number) {
    this.#atr = new AtrKernel(checkLength("natr length", length));
    this.warmup = length + 1;
  }

  step(high: number, low: number, close: number): void {
    this.#atr.step(high, low, close);
    this.out[0] = close === 0 ? Number.NaN : (100 * this.#atr.out[0]!) / close;
  }
}

export const natr = barIndicator("natr", (length: number) => new NatrKernel(length));
