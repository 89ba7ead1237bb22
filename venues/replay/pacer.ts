/**
 * Turns recorded time into waiting: 1/speed of it, through an injected wait. Small waits are saved up until they are
 * worth a timer; long ones are cut so that `stop` is heard. Time spent elsewhere is not subtracted.
 */
import { invalid } from "../../domain/kernel/errors.ts";

const SHORTEST_MS = 4;
const LONGEST_MS = 250;

export class Pacer {
  readonly #speed: number | "max";
  readonly #pace: (delayMs: number) => Promise<void>;
  #lastMs: number;
  #owedMs = 0;
  #stopped = false;

  /** @throws {DstaError} VALIDATION_ERROR for a speed that is not above 0. */
  constructor(speed: number | "max", pace: (delayMs: number) => Promise<void>, startMs: number) {
    if (speed !== "max" && !(Number.isFinite(speed) && speed > 0)) throw invalid("speed", 'a number above 0, or "max"', speed);
    this.#speed = speed;
    this.#pace = pace;
    this.#lastMs = startMs;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves when recorded time `atMs` is due. */
  async until(atMs: number): Promise<void> {
    if (this.#speed === "max") return;
    this.#owedMs += Math.max(0, atMs - this.#lastMs) / this.#speed;
    this.#lastMs = Math.max(this.#lastMs, atMs);
    if (this.#owedMs < SHORTEST_MS) return;
    for (; this.#owedMs > 0 && !this.#stopped; this.#owedMs -= LONGEST_MS) await this.#pace(Math.min(LONGEST_MS, this.#owedMs));
    this.#owedMs = 0;
  }
}
