/**
 * Ulcer index: root mean square of the drawdowns, in percent, of the last `length` values from the highest before each in the
 * same window. First value at the `length`-th input; NaN when that highest is not positive. A step takes `length` steps.
 * Martin's own form measures each from the highest of its own `length` values, which needs twice the window.
 * Source: Martin and McCann, "The Investor's Guide to Fidelity Funds" (1989).
 */
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class UlcerIndexKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #ring: Float64Array;
  #count = 0;

  constructor(length: number) {
    this.warmup = checkLength("ulcerIndex length", length);
    this.#ring = new Float64Array(length);
  }

  step(value: number): void {
    const ring = this.#ring;
    const { length } = ring;
    ring[this.#count % length] = value;
    this.#count += 1;
    if (this.#count < length) return;
    let highest = Number.NEGATIVE_INFINITY;
    let squares = 0;
    for (let index = 0, at = this.#count % length; index < length; index++, at = at + 1 === length ? 0 : at + 1) {
      const here = ring[at]!;
      if (here > highest) highest = here;
      const drawdown = highest > 0 ? (100 * (highest - here)) / highest : Number.NaN;
      squares += drawdown * drawdown;
    }
    this.out[0] = Math.sqrt(squares / length);
  }
}

export const ulcerIndex = valueIndicator("ulcerIndex", (length: number) => new UlcerIndexKernel(length));
