/**
 * Percent change of a triple exponential average from one value to the next. The averages start from the simple average of
 * the first `length` values, so the first value is at input `length` + 1. NaN where the average was 0.
 * Source: Hutson, "Good TRIX", Stocks & Commodities 1:5 (1983).
 */
import { ChainedAverages } from "./chained-averages.ts";
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class TrixKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #averages: ChainedAverages;
  #before = Number.NaN;

  constructor(length: number) {
    this.warmup = checkLength("trix length", length) + 1;
    this.#averages = new ChainedAverages(length, 3);
  }

  step(value: number): void {
    if (!this.#averages.push(value)) return;
    const now = this.#averages.values[2]!;
    this.out[0] = this.#before === 0 ? Number.NaN : (100 * (now - this.#before)) / this.#before;
    this.#before = now;
  }
}

export const trix = valueIndicator("trix", (length: number) => new TrixKernel(length));
