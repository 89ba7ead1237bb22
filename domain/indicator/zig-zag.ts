/**
 * Zigzag: turning points at least `percent` apart. A turn is known once the price has come back by `percent` from it: `pivot`
 * is the last turn known and `pivotAge` the bars since it, `direction` the leg since (1 up, −1 down), `extreme` and
 * `extremeAge` its furthest value so far, the next turn if it holds. NaN until the first turn, input 2 at the earliest.
 * Charts draw the line to a turn before it is known, and move its last point with every bar; this never changes a past
 * value. Of equal extremes the newer counts. Source: Merrill, "Filtered Waves" (1977).
 */
import { valueBundle } from "./indicator.ts";
import { checkFactor, type Kernel } from "./kernel.ts";

class ZigZagKernel implements Kernel {
  readonly warmup = 2;
  readonly out = new Float64Array(5).fill(Number.NaN);
  readonly #share: number;
  #direction = 0;
  #pivot = Number.NaN;
  #pivotAge = 0;
  /** Of the leg; before the first turn of all values. */
  #high = Number.NEGATIVE_INFINITY;
  #low = Number.POSITIVE_INFINITY;
  #highAge = 0;
  #lowAge = 0;

  constructor(percent: number) {
    this.#share = checkFactor("zigZag percent", percent, 90) / 100;
  }

  step(value: number): void {
    this.#pivotAge += 1;
    this.#highAge += 1;
    this.#lowAge += 1;
    if (value >= this.#high) {
      this.#high = value;
      this.#highAge = 0;
    }
    if (value <= this.#low) {
      this.#low = value;
      this.#lowAge = 0;
    }
    const risen = value - this.#low;
    const fallen = this.#high - value;
    if (this.#direction <= 0 && risen > 0 && risen / this.#low >= this.#share) this.#turnUp(value);
    else if (this.#direction >= 0 && fallen > 0 && fallen / this.#high >= this.#share) this.#turnDown(value);
    if (this.#direction === 0) return;
    const isUp = this.#direction > 0;
    this.out[0] = this.#pivot;
    this.out[1] = this.#pivotAge;
    this.out[2] = this.#direction;
    this.out[3] = isUp ? this.#high : this.#low;
    this.out[4] = isUp ? this.#highAge : this.#lowAge;
  }

  #turnUp(value: number): void {
    this.#pivot = this.#low;
    this.#pivotAge = this.#lowAge;
    this.#direction = 1;
    this.#startLeg(value);
  }

  #turnDown(value: number): void {
    this.#pivot = this.#high;
    this.#pivotAge = this.#highAge;
    this.#direction = -1;
    this.#startLeg(value);
  }

  /** The value that makes a turn known is the furthest of the new leg: an earlier one as far would have made it known. */
  #startLeg(value: number): void {
    this.#high = value;
    this.#low = value;
    this.#highAge = 0;
    this.#lowAge = 0;
  }
}

export const zigZag = valueBundle(
  "zigZag",
  ["pivot", "pivotAge", "direction", "extreme", "extremeAge"],
  (percent: number) => new ZigZagKernel(percent),
);
