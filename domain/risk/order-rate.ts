/**
 * Approved orders of one strategy in a sliding second, by event time. Keeps the newest 1,000 times (the largest limit
 * there is) and forgets the oldest: whether `max` orders lie within the last second is one look at the max-th newest.
 * Times that lie ahead by a second or more are of a clock that was put back: they count no longer, or orders would be
 * refused until the clock is there again.
 */
const TIMES_MAX = 1_000;
const WINDOW_MS = 1_000;

export class OrderRate {
  #times: Float64Array;
  #count = 0;
  /** Place the next time is written to. */
  #next = 0;

  constructor(times: readonly number[] = []) {
    this.#times = new Float64Array(32);
    for (const atMs of times) this.record(atMs);
  }

  record(atMs: number): void {
    if (this.#isAhead(atMs)) this.#count = this.#next = 0;
    if (this.#count === this.#times.length && this.#count < TIMES_MAX) this.#grow();
    this.#times[this.#next] = atMs;
    this.#next = (this.#next + 1) % this.#times.length;
    if (this.#count < this.#times.length) this.#count++;
  }

  /** True when another order at `nowMs` would be more than `max` within one second. */
  isFull(max: number, nowMs: number): boolean {
    return this.#count >= max && this.#newest(max) > nowMs - WINDOW_MS && !this.#isAhead(nowMs);
  }

  /** Orders within the second that ends at `nowMs`. */
  used(nowMs: number): number {
    if (this.#isAhead(nowMs)) return 0;
    let used = 0;
    while (used < this.#count && this.#newest(used + 1) > nowMs - WINDOW_MS) used++;
    return used;
  }

  /** Times within a second of the newest, oldest first: all that can still count while time moves on. */
  recent(): number[] {
    const used = this.#count === 0 ? 0 : this.used(this.#newest(1));
    return Array.from({ length: used }, (_, index) => this.#newest(used - index));
  }

  #isAhead(nowMs: number): boolean {
    return this.#count > 0 && this.#newest(1) >= nowMs + WINDOW_MS;
  }

  /** 1 is the newest. */
  #newest(rank: number): number {
    return this.#times[(this.#next - rank + this.#times.length) % this.#times.length]!;
  }

  /** Only while the ring has never wrapped over its oldest time, so the order stays as it is. */
  #grow(): void {
    const larger = new Float64Array(Math.min(this.#times.length * 2, TIMES_MAX));
    for (let index = 0; index < this.#count; index++) larger[index] = this.#newest(this.#count - index);
    this.#next = this.#count;
    this.#times = larger;
  }
}
