/**
 * Double exponential moving average, 2·E₁ − E₂ of an average and its average: less lag than an EMA. Both start from the
 * simple average of the first `length` values, where the first value is; chains that start E₂ later need 2·length − 1.
 * Source: Mulloy, "Smoothing Data with Faster Moving Averages", Stocks & Commodities 12:1 (1994).
 */
import { ChainedAverages } from "./chained-averages.ts";
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class DemaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #averages: ChainedAverages;

  constructor(length: number) {
    this.warmup = checkLength("dema length", length);
    this.#averages = new ChainedAverages(length, 2);
  }

  step(value: number): void {
    if (!this.#averages.push(value)) return;
    const [first, second] = this.#averages.values;
    this.out[0] = 2 * first! - second!;
  }
}

export const dema = valueIndicator("dema", (length: number) => new DemaKernel(length));
