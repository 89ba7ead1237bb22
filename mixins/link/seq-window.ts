/**
 * Items under consecutive sequence numbers from 1, kept from the first that is not settled to the last: a queue whose
 * inner items can be taken out. Adding and settling cost O(1), spread over all items.
 */

const SHRINK_FROM = 1_024;

export class SeqWindow<T> {
  #items: (T | undefined)[] = [];
  /** Position of `floor` in the array. */
  #head = 0;
  #floor = 1;
  #kept = 0;

  /** The lowest number that is not settled; the next one to be given when all are. */
  get floor(): number {
    return this.#floor;
  }

  /** The next number to be given. */
  get next(): number {
    return this.#floor + this.#items.length - this.#head;
  }

  /** Items not settled. */
  get size(): number {
    return this.#kept;
  }

  /** Returns its number. */
  add(item: T): number {
    this.#items.push(item);
    this.#kept++;
    return this.next - 1;
  }

  /** Undefined when it is settled or was never given. */
  get(seq: number): T | undefined {
    return seq < this.#floor ? undefined : this.#items[this.#head + seq - this.#floor];
  }

  /** Takes the item out; undefined when it was out already. */
  settle(seq: number): T | undefined {
    const item = this.get(seq);
    if (item === undefined) return undefined;
    this.#items[this.#head + seq - this.#floor] = undefined;
    this.#kept--;
    while (this.#head < this.#items.length && this.#items[this.#head] === undefined) {
      this.#head++;
      this.#floor++;
    }
    if (this.#head >= SHRINK_FROM && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Those not settled, lowest number first. */
  *entries(): Generator<[seq: number, item: T]> {
    for (let seq = this.#floor; seq < this.next; seq++) {
      const item = this.get(seq);
      if (item !== undefined) yield [seq, item];
    }
  }
}
