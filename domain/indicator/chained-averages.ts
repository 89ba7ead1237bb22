/**
 * Exponential averages of exponential averages, all started together from the simple average of the first `length` values.
 * The classical chain starts each from the average of the one before and waits longer; the two converge at the pace of the
 * average itself. Owns the chain that DEMA, TEMA and TRIX share.
 */

export class ChainedAverages {
  readonly values: Float64Array;
  readonly #length: number;
  readonly #weight: number;
  #seen = 0;
  #sum = 0;

  constructor(length: number, depth: number) {
    this.#length = length;
    this.#weight = 2 / (length + 1);
    this.values = new Float64Array(depth);
  }

  /** True once the averages have a value. */
  push(value: number): boolean {
    if (this.#seen < this.#length) {
      this.#seen += 1;
      this.#sum += value;
      if (this.#seen < this.#length) return false;
      this.values.fill(this.#sum / this.#length);
      return true;
    }
    let input = value;
    for (let index = 0; index < this.values.length; index++) {
      input = this.values[index]! + this.#weight * (input - this.values[index]!);
      this.values[index] = input;
    }
    return true;
  }
}
