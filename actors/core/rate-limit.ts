/**
 * Requests a minute per key, counted in windows that open with a key's first request. Bounded to 10,000 keys: when
 * full, the window opened longest ago is forgotten, which can only be generous.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";

const WINDOW_MS = 60_000;
const MAX_KEYS = 10_000;

interface Window {
  readonly openedAtMs: number;
  count: number;
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** @throws {DstaError} RATE_LIMITED (429) with `retryAfterMs` when the key's minute is used up. */
  take(key: string): void {
    const nowMs = this.#clock.now();
    const window = this.#windows.get(key);
    if (!window || nowMs - window.openedAtMs >= WINDOW_MS) {
      this.#windows.delete(key);
      this.#windows.set(key, { openedAtMs: nowMs, count: 1 });
      const oldest = this.#windows.keys().next();
      if (this.#windows.size > MAX_KEYS && !oldest.done) this.#windows.delete(oldest.value);
      return;
    }
    if (window.count >= this.#perMinute) {
      throw new DstaError("RATE_LIMITED", `more than ${this.#perMinute} requests in a minute`, {
        code: 429,
        retryable: true,
        data: { retryAfterMs: window.openedAtMs + WINDOW_MS - nowMs, perMinute: this.#perMinute },
      });
    }
    window.count++;
  }
}
