/**
 * How many claims may be on their way at once: 64 keep the store as busy as 256, and renewals pass them by in time.
 * With 256 a node that started with thousands of actors on a busy machine lost the right to act in between.
 * A claim past the bound on waiting ones is refused.
 */
import { DstaError } from "../../domain/kernel/errors.ts";

const IN_FLIGHT_MAX = 64;
const WAITING_MAX = 262_144;

export class ClaimSlots {
  #free = IN_FLIGHT_MAX;
  #waiting: (() => void)[] = [];
  /** Index of the first that still waits: taking from the front of a long array would copy it each time. */
  #first = 0;

  /** @throws {DstaError} DIRECTORY_UNAVAILABLE when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#wait();
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length - this.#first >= WAITING_MAX) {
      const message = `${WAITING_MAX} claims are waiting already`;
      return Promise.reject(new DstaError("DIRECTORY_UNAVAILABLE", message, { code: 503, retryable: true }));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The slot goes to the one that waits longest. */
  #next(): void {
    const next = this.#waiting[this.#first];
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#first++;
    if (this.#first === this.#waiting.length) {
      this.#waiting = [];
      this.#first = 0;
    }
    next();
  }
}
