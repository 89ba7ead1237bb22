/**
 * One side of a simulated book: price levels in priority order, each a first-in first-out queue of orders.
 *
 * Finding a level is a map look-up, its place a binary search; the array holds the best price at its end, so opening
 * or closing a level moves only the prices that are better than it. Removing an order is O(1) (linked queue).
 * Invariant: a level exists exactly while it has orders, and its quantity is the sum of their remaining quantities.
 */
import type { Side } from "../market/events.ts";

/** An order waiting in the book. Only the engine changes it. */
export interface RestingOrder {
  readonly id: number;
  readonly owner: string;
  readonly side: Side;
  readonly price: number;
  remaining: number;
  previous: RestingOrder | null;
  next: RestingOrder | null;
}

export interface PriceLevel {
  readonly price: number;
  quantity: number;
  first: RestingOrder | null;
  last: RestingOrder | null;
}

export class PriceLevels {
  readonly #sign: 1 | -1;
  /** Signed prices, ascending: the best is the last. */
  readonly #keys: number[] = [];
  readonly #levels = new Map<number, PriceLevel>();

  constructor(side: Side) {
    this.#sign = side === "buy" ? 1 : -1;
  }

  get count(): number {
    return this.#keys.length;
  }

  /** Best price, or 0 when the side is empty. */
  get bestPrice(): number {
    return this.#keys.length === 0 ? 0 : this.#sign * this.#keys[this.#keys.length - 1]!;
  }

  best(): PriceLevel | undefined {
    return this.#keys.length === 0 ? undefined : this.#levels.get(this.bestPrice);
  }

  at(price: number): PriceLevel | undefined {
    return this.#levels.get(price);
  }

  /** Puts an order at the end of the queue of its price. */
  append(order: RestingOrder): PriceLevel {
    let level = this.#levels.get(order.price);
    if (!level) {
      level = { price: order.price, quantity: 0, first: null, last: null };
      this.#levels.set(order.price, level);
      const key = this.#sign * order.price;
      this.#keys.splice(this.#indexOf(key), 0, key);
    }
    order.previous = level.last;
    order.next = null;
    if (level.last) level.last.next = order;
    else level.first = order;
    level.last = order;
    level.quantity += order.remaining;
    return level;
  }

  /** Takes an order out of its queue; an emptied level goes with it. */
  remove(order: RestingOrder): void {
    const level = this.#levels.get(order.price);
    if (!level) return;
    if (order.previous) order.previous.next = order.next;
    else level.first = order.next;
    if (order.next) order.next.previous = order.previous;
    else level.last = order.previous;
    level.quantity -= order.remaining;
    if (level.first) return;
    this.#levels.delete(level.price);
    this.#keys.splice(this.#indexOf(this.#sign * level.price), 1);
  }

  /** Levels best first. */
  *inPriority(): Generator<PriceLevel> {
    for (let index = this.#keys.length - 1; index >= 0; index--) yield this.#levels.get(this.#sign * this.#keys[index]!)!;
  }

  /** Index of the first key that is not below `key`. */
  #indexOf(key: number): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
