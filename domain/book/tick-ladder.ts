/**
 * Quantities by slot number, one slot per tick, with the occupied slots as bits: a change is one array write, and the
 * next occupied slot below is found by counting leading zeros in at most a few words.
 *
 * Three levels: quantities; one bit per slot, 32 in a word; one bit per word. `set` has no branch on what it writes, since
 * whether a change adds, alters or deletes is what a processor cannot predict. Invariant: a slot's bit is set exactly
 * when its quantity is not 0, and `top` is the highest set slot; a word's bit is set when the word has bits, and may stay
 * set when it has none. Which price a slot stands for is the owner's business, and so is passing no slot but 0 … size − 1.
 */

export class TickLadder {
  /** Number of slots, a multiple of 1,024, or 0. */
  readonly size: number;
  readonly #quantities: Float64Array;
  readonly #words: Int32Array;
  readonly #summary: Int32Array;
  #top = -1;

  constructor(size: number) {
    this.size = size;
    this.#quantities = new Float64Array(size);
    this.#words = new Int32Array(size >>> 5);
    this.#summary = new Int32Array(size >>> 10);
  }

  /** Highest occupied slot, −1 when none is. */
  get top(): number {
    return this.#top;
  }

  quantity(slot: number): number {
    return this.#quantities[slot]!;
  }

  /** Sets an absolute quantity; 0 empties the slot. Returns by how much the number of occupied slots changed. */
  set(slot: number, quantity: number): number {
    const quantities = this.#quantities;
    const wasFull = +(quantities[slot] !== 0);
    const isFull = +(quantity !== 0);
    const word = slot >>> 5;
    // Shift counts are taken modulo 32.
    quantities[slot] = quantity;
    this.#words[word] = (this.#words[word]! & ~(1 << slot)) | (isFull << slot);
    this.#summary[word >>> 5]! |= 1 << word;
    if (slot >= this.#top) this.#top = isFull === 1 ? slot : slot === this.#top ? this.below(slot) : this.#top;
    return isFull - wasFull;
  }

  /** The next occupied slot below `slot`, or −1. */
  below(slot: number): number {
    const word = slot >>> 5;
    const left = this.#words[word]! & ((1 << slot) - 1);
    return left === 0 ? this.#belowWord(word) : (word << 5) + 31 - Math.clz32(left);
  }

  /** The lowest occupied slot, or −1. */
  lowest(): number {
    for (let word = 0; word < this.#words.length; word++) {
      const bits = this.#words[word]!;
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  clear(): void {
    for (let slot = this.#top; slot >= 0; slot = this.below(slot)) this.#quantities[slot] = 0;
    this.#words.fill(0);
    this.#summary.fill(0);
    this.#top = -1;
  }

  /** The highest occupied slot in the words below `word`, or −1. Forgets words it finds empty. */
  #belowWord(word: number): number {
    const summary = this.#summary;
    let group = word >>> 5;
    let mask = (1 << word) - 1;
    while (group >= 0) {
      const left = summary[group]! & mask;
      if (left === 0) {
        group -= 1;
        mask = -1;
        continue;
      }
      const bit = 31 - Math.clz32(left);
      const bits = this.#words[(group << 5) + bit]!;
      if (bits !== 0) return (group << 10) + (bit << 5) + 31 - Math.clz32(bits);
      summary[group]! &= ~(1 << bit);
    }
    return -1;
  }
}
