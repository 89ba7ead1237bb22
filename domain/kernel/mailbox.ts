/**
 * A bounded first-in first-out queue on a growing ring. `push` says no when full; what "full" means for a message
 * (refuse, drop, crash the owner) is the owner's decision, made once per lane.
 */
import { invariant } from "./errors.ts";

export class Mailbox<T> {
  readonly capacity: number;
  #ring: (T | undefined)[] = [];
  #head = 0;
  #size = 0;

  /** @param capacity most entries held at once, ≥ 1. Memory grows with use, not with capacity. */
  constructor(capacity: number) {
    invariant(Number.isInteger(capacity) && capacity > 0, "mailbox capacity must be a positive integer");
    this.capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** False when the mailbox is full; the entry is then not taken. */
  push(entry: T): boolean {
    if (this.#size === this.capacity) return false;
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = entry;
    this.#size++;
    return true;
  }

  /** The oldest entry, or undefined when empty. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const entry = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size--;
    return entry;
  }

  /** Empties the mailbox, oldest first. */
  *drain(): Generator<T> {
    for (let entry = this.shift(); entry !== undefined; entry = this.shift()) yield entry;
  }

  #grow(): void {
    const larger: (T | undefined)[] = Array.from({ length: Math.max(4, this.#ring.length * 2) });
    for (let index = 0; index < this.#size; index++) larger[index] = this.#ring[(this.#head + index) & (this.#ring.length - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}
