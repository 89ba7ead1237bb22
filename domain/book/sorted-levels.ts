/**
 * Price levels in a typed array, sorted by key, the best level at the END: near it, inserts and deletes move few elements.
 *
 * A level is a pair [key, quantity], side by side so that one move shifts both; what a key means (bids: the price, asks:
 * minus the price) is the owner's business. Mutates in place. Invariant: keys strictly ascend and every kept quantity is
 * above 0. It grows without a bound of its own: `BookSide` bounds it.
 */

/** Up to this many levels an element-wise move beats `copyWithin`, whose call costs more than the copy. */
const SHORT_MOVE = 16;
const INITIAL_LEVELS = 16;

export class SortedLevels {
  /** [key, quantity, key, quantity, …], worst first. */
  #cells = new Float64Array(INITIAL_LEVELS * 2);
  #count = 0;
  /** Ranks of the changes since it was taken, summed. */
  #reach = 0;

  get count(): number {
    return this.#count;
  }

  /** Minus infinity when empty. */
  get bestKey(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#cells[this.#count * 2 - 2]!;
  }

  /** 0 when empty. */
  get bestQuantity(): number {
    return this.#count === 0 ? 0 : this.#cells[this.#count * 2 - 1]!;
  }

  /** Plus infinity when empty. */
  get worstKey(): number {
    return this.#count === 0 ? Number.POSITIVE_INFINITY : this.#cells[0]!;
  }

  /** Key at `rank`, 0 being the best. The rank must exist. O(1). */
  keyAt(rank: number): number {
    return this.#cells[(this.#count - rank) * 2 - 2]!;
  }

  quantityAt(rank: number): number {
    return this.#cells[(this.#count - rank) * 2 - 1]!;
  }

  /** Quantity of exactly this key, 0 when none. O(log n). */
  quantityOf(key: number): number {
    const index = this.#lowerBound(key);
    return index < this.#count && this.#cells[index * 2] === key ? this.#cells[index * 2 + 1]! : 0;
  }

  /** How many levels have this key or a better one. O(log of the answer). */
  countFrom(key: number): number {
    return this.#count - this.#lowerBound(key);
  }

  /** Sets an absolute quantity; 0 deletes. Returns by how much the number of levels changed: −1, 0 or 1. */
  set(key: number, quantity: number): number {
    const index = this.#lowerBound(key);
    this.#reach = (this.#reach + this.#count - index) | 0;
    if (index < this.#count && this.#cells[index * 2] === key) {
      if (quantity === 0) return this.#remove(index);
      this.#cells[index * 2 + 1] = quantity;
      return 0;
    }
    return quantity === 0 ? 0 : this.#insert(index, key, quantity);
  }

  /** How deep changes lay since it was last asked: the sum, over them, of the levels at or above each. */
  takeReach(): number {
    const reach = this.#reach;
    this.#reach = 0;
    return reach;
  }

  removeWorst(): void {
    if (this.#count > 0) this.#remove(0);
  }

  clear(): void {
    this.#count = 0;
  }

  /** As `clear`, and gives the memory back. */
  reset(): void {
    this.#count = 0;
    this.#cells = new Float64Array(INITIAL_LEVELS * 2);
  }

  /** Index of the first key at or above `key`: gallops down from the top, then bisects the last stride. O(log rank). */
  #lowerBound(key: number): number {
    const cells = this.#cells;
    let high = this.#count;
    let low = high - 1;
    let stride = 1;
    while (low >= 0 && cells[low * 2]! >= key) {
      high = low;
      low -= stride;
      stride <<= 1;
    }
    if (low < -1) low = -1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (cells[middle * 2]! >= key) high = middle;
      else low = middle;
    }
    return high;
  }

  #insert(index: number, key: number, quantity: number): 1 {
    if (this.#count * 2 === this.#cells.length) this.#grow();
    const cells = this.#cells;
    const count = this.#count;
    if (count - index <= SHORT_MOVE) {
      for (let to = count * 2 + 1; to > index * 2 + 1; to--) cells[to] = cells[to - 2]!;
    } else {
      cells.copyWithin(index * 2 + 2, index * 2, count * 2);
    }
    cells[index * 2] = key;
    cells[index * 2 + 1] = quantity;
    this.#count = count + 1;
    return 1;
  }

  #remove(index: number): -1 {
    const cells = this.#cells;
    const last = this.#count - 1;
    if (last - index <= SHORT_MOVE) {
      for (let to = index * 2; to < last * 2; to++) cells[to] = cells[to + 2]!;
    } else {
      cells.copyWithin(index * 2, index * 2 + 2, last * 2 + 2);
    }
    this.#count = last;
    return -1;
  }

  #grow(): void {
    const cells = new Float64Array(this.#cells.length * 2);
    cells.set(this.#cells);
    this.#cells = cells;
  }
}
