/**
 * A map that remembers only its newest `capacity` keys: for fills already seen and decisions already made.
 *
 * `add` takes a key once and refuses it again (`false`), which is how duplicates are found. When full, the oldest key is
 * forgotten. Forgetting goes by a ring of keys, because walking a `Map` from its front past deleted entries is linear.
 * With capacity 0 nothing is remembered: for a simulation, where nothing comes twice.
 */
import { invariant } from "../kernel/errors.ts";

export class RecentMap<V> {
  readonly #capacity: number;
  readonly #values = new Map<string, V>();
  readonly #ring: string[] = [];
  /** Place of the oldest key once the ring is full. */
  #oldest = 0;

  constructor(capacity: number) {
    invariant(Number.isSafeInteger(capacity) && capacity >= 0, "capacity must be a whole number of at least 0");
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#values.size;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  /** Remembers a new key; false when it is known already, and nothing changes. */
  add(key: string, value: V): boolean {
    if (this.#capacity === 0) return true;
    if (this.#values.has(key)) return false;
    if (this.#ring.length < this.#capacity) {
      this.#ring.push(key);
    } else {
      this.#values.delete(this.#ring[this.#oldest]!);
      this.#ring[this.#oldest] = key;
      this.#oldest = (this.#oldest + 1) % this.#capacity;
    }
    this.#values.set(key, value);
    return true;
  }

  /** Remembers the newest value of a key; a known key keeps its age. */
  set(key: string, value: V): void {
    if (!this.add(key, value)) this.#values.set(key, value);
  }

  /** Oldest first. */
  *entries(): Generator<[string, V]> {
    for (let index = 0; index < this.#ring.length; index++) {
      const key = this.#ring[(this.#oldest + index) % this.#ring.length]!;
      yield [key, this.#values.get(key)!];
    }
  }
}
