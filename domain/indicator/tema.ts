/**
 * Triple exponential moving average, 3·E₁ − 3·E₂ + E₃. The three start from the simple average of the first `length`
 * values, where the first value is; chains that start each later need 3·length − 2.
 * Source: Mulloy, "Smoothing Data with Faster Moving Averages", Stocks & Commodities 12:1 (1994).
 */
import { ChainedAverages } from "./chained-averages.ts";
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class TemaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #averages: ChainedAverages;

  constructor(length: number) {
    this.warmup = checkLength("tema length", length);
    this.#averages = new ChainedAverages(length, 3);
  }

  step(value: number): void {
    if (!this.#averages.push(value)) return;
    const [first, second, third] = this.#averages.values;
    this.out[0] = 3 * (first! - second!) + third!;
  }
}

export const tema = valueIndicator("tema", (length: number) => new TemaKernel(length));
