/**
 * The hash by which two runs are the same: over the bits of every fill's time, side, price and quantity in order, and of
 * the final equity. Two lanes of a multiply-xor hash: made to tell results apart, not to withstand an attacker.
 */

export class ResultHash {
  readonly #float = new Float64Array(1);
  readonly #words = new Uint32Array(this.#float.buffer);
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  add(value: number): void {
    this.#float[0] = value;
    this.#mix(this.#words[0]!);
    this.#mix(this.#words[1]!);
  }

  /** 16 hexadecimal digits. */
  text(): string {
    return hex(this.#a) + hex(this.#b);
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul((this.#b ^ word) + (this.#b >>> 15), 0x85ebca6b);
  }
}

function hex(lane: number): string {
  const spread = Math.imul(lane ^ (lane >>> 16), 0xc2b2ae35);
  return ((spread ^ (spread >>> 13)) >>> 0).toString(16).padStart(8, "0");
}
