/**
 * Slows down guessing: after five failures of a name from an address, each further try waits, twice as long every
 * time, up to 15 minutes. An attempt counts as a failure before its password is checked and is forgiven on success, so
 * parallel guesses do not slip through. Bounded to 10,000 pairs: the one untouched longest is forgotten.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";

const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 2_000;
const MAX_WAIT_MS = 15 * 60_000;
const FORGET_MS = 60 * 60_000;
const MAX_PAIRS = 10_000;

interface Failures {
  readonly count: number;
  readonly atMs: number;
}

export class LoginLock {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts an attempt. @throws {DstaError} LOGIN_LOCKED (429) with `retryAfterMs` while the pair has to wait. */
  attempt(name: string, address: string): void {
    const pair = `${name}|${address}`;
    const nowMs = this.#clock.now();
    const before = this.#failures.get(pair);
    const count = before && nowMs - before.atMs < FORGET_MS ? before.count : 0;
    const waitMs = count < FREE_FAILURES ? 0 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - FREE_FAILURES));
    const retryAfterMs = before ? before.atMs + waitMs - nowMs : 0;
    if (waitMs > 0 && retryAfterMs > 0) {
      throw new DstaError("LOGIN_LOCKED", `too many failed logins: wait ${Math.ceil(retryAfterMs / 1_000)} s`, {
        code: 429,
        retryable: true,
        data: { retryAfterMs },
      });
    }
    this.#failures.delete(pair);
    this.#failures.set(pair, { count: count + 1, atMs: nowMs });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > MAX_PAIRS && !oldest.done) this.#failures.delete(oldest.value);
  }

  /** The attempt was a success: the pair starts anew. */
  forgive(name: string, address: string): void {
    this.#failures.delete(`${name}|${address}`);
  }
}
