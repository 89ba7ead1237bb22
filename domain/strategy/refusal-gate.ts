/**
 * Holds a strategy back that is refused again and again, so that it cannot fill the journal with refusals: after ten
 * in a row it only watches for a while, twice as long each time, at most a minute. One approval lets it go on freely.
 */

const REFUSALS_MAX = 10;
const FIRST_HOLD_MS = 1_000;
const HOLD_MAX_MS = 60_000;

export class RefusalGate {
  #inRow = 0;
  #holds = 0;
  #untilMs = 0;

  approved(): void {
    this.#inRow = 0;
    this.#holds = 0;
  }

  /** Returns how long it is held, or 0 when it is not (yet). */
  refused(nowMs: number): number {
    if (++this.#inRow < REFUSALS_MAX) return 0;
    this.#inRow = 0;
    const holdMs = Math.min(HOLD_MAX_MS, FIRST_HOLD_MS * 2 ** this.#holds++);
    this.#untilMs = nowMs + holdMs;
    return holdMs;
  }

  isHolding(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }
}
