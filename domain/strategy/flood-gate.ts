/**
 * At most `max` intents in any one second of event time: a strategy in a loop is stopped before its intents reach risk.
 * Keeps the times of the last `max` intents and nothing else.
 */
import { DstaError, invalid } from "../kernel/errors.ts";

const WINDOW_MS = 1_000;

export class FloodGate {
  readonly #max: number;
  readonly #timesMs: Float64Array;
  #passed = 0;

  constructor(max: number) {
    if (!Number.isInteger(max) || max < 1 || max > 10_000) throw invalid("intentsPerSecondMax", "a whole number from 1 to 10,000", max);
    this.#max = max;
    this.#timesMs = new Float64Array(max).fill(Number.NEGATIVE_INFINITY);
  }

  /** @throws {DstaError} INTENT_FLOOD when `max` intents have passed within the second before `nowMs`. */
  pass(nowMs: number): void {
    const slot = this.#passed % this.#max;
    if (nowMs - this.#timesMs[slot]! < WINDOW_MS) {
      throw new DstaError("INTENT_FLOOD", `more than ${this.#max} intents in one second`, { data: { max: this.#max, nowMs } });
    }
    this.#timesMs[slot] = nowMs;
    this.#passed += 1;
  }
}
