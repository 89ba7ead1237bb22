/** The value `length` values ago: a ring that gives what it overwrites, NaN until it has gone round once. */

export class Delay {
  readonly #ring: Float64Array;
  #at = 0;

  constructor(length: number) {
    this.#ring = new Float64Array(length).fill(Number.NaN);
  }

  push(value: number): number {
    const past = this.#ring[this.#at]!;
    this.#ring[this.#at] = value;
    this.#at = this.#at + 1 === this.#ring.length ? 0 : this.#at + 1;
    return past;
  }
}
