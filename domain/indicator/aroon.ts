/**
 * Aroon: how recent the highest high (`up`) and the lowest low (`down`) of the last `length` + 1 bars are: 100 is now, 0 is
 * `length` bars ago; `oscillator` is up − down. Of equal extremes the older counts. First value at bar `length` + 1.
 * Source: Chande, "A Time Price Oscillator", Stocks & Commodities 13:9 (1995).
 */
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

/** How many values ago the largest of the last `length` was: searched for only when the largest leaves. */
class LargestAge {
  readonly #ring: Float64Array;
  #count = 0;
  #at = 0;

  constructor(length: number) {
    this.#ring = new Float64Array(length);
  }

  push(value: number): number {
    const ring = this.#ring;
    const now = this.#count;
    ring[now % ring.length] = value;
    this.#count += 1;
    const oldest = Math.max(0, this.#count - ring.length);
    if (now === 0 || value > ring[this.#at % ring.length]! || this.#at < oldest) {
      this.#at = this.#at < oldest ? this.#search(oldest) : now;
    }
    return now - this.#at;
  }

  #search(oldest: number): number {
    const ring = this.#ring;
    let best = oldest;
    for (let at = oldest + 1; at < this.#count; at++) if (ring[at % ring.length]! > ring[best % ring.length]!) best = at;
    return best;
  }
}

class AroonKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #length: number;
  readonly #high: LargestAge;
  readonly #low: LargestAge;
  #seen = 0;

  constructor(length: number) {
    this.#length = checkLength("aroon length", length);
    this.warmup = length + 1;
    this.#high = new LargestAge(length + 1);
    this.#low = new LargestAge(length + 1);
  }

  step(high: number, low: number): void {
    const highAge = this.#high.push(high);
    const lowAge = this.#low.push(-low);
    if (this.#seen < this.warmup) this.#seen += 1;
    if (this.#seen < this.warmup) return;
    const up = (100 * (this.#length - highAge)) / this.#length;
    const down = (100 * (this.#length - lowAge)) / this.#length;
    this.out[0] = up;
    this.out[1] = down;
    this.out[2] = up - down;
  }
}

export const aroon = barBundle("aroon", ["up", "down", "oscillator"], (length: number) => new AroonKernel(length));
