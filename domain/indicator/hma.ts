/**
 * Hull moving average: twice the weighted average over half the length less the one over the whole, weighted once more over
 * the root of the length; halves and roots are cut to whole bars. First value at input length + ⌊√length⌋ − 1.
 * Source: Hull, "Hull Moving Average" (2005), alanhull.com.
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { WmaKernel } from "./wma.ts";

class HmaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #half: WmaKernel;
  readonly #whole: WmaKernel;
  readonly #last: WmaKernel;

  constructor(length: number) {
    checkLength("hma length", length, 2);
    this.#half = new WmaKernel(Math.floor(length / 2));
    this.#whole = new WmaKernel(length);
    this.#last = new WmaKernel(Math.floor(Math.sqrt(length)));
    this.warmup = length + this.#last.warmup - 1;
  }

  step(value: number): void {
    this.#half.step(value);
    this.#whole.step(value);
    const raw = 2 * this.#half.out[0]! - this.#whole.out[0]!;
    if (Number.isNaN(raw)) return;
    this.#last.step(raw);
    this.out[0] = this.#last.out[0]!;
  }
}

export const hma = valueIndicator("hma", (length: number) => new HmaKernel(length));
