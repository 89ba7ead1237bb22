/**
 * The wall clock of a running node: read once, then carried on by the monotonic clock, so that it never goes back and a
 * step of the machine's clock (a wrong time server, somebody's hand) does not reach ages, deadlines and order rates.
 *
 * Differences below a second are followed at 500 parts per million, as NTP does. A step forward is believed once it has
 * lasted a minute: a machine that slept is late. A step back is never believed: the node's time comes from its start,
 * and only a restart asks again.
 */
const STEP_MS = 1_000;
const BELIEVED_AFTER_MS = 60_000;
const LOOK_EVERY_MS = 100;
const SLEW = 500e-6;

export class SteadyClock {
  readonly #wallMs: () => number;
  readonly #elapsedMs: () => number;
  #baseMs: number;
  #lookedAtMs: number;
  #steppedAtMs: number | null = null;

  /** @param elapsedMs of a clock that never jumps */
  constructor(wallMs: () => number, elapsedMs: () => number) {
    this.#wallMs = wallMs;
    this.#elapsedMs = elapsedMs;
    this.#lookedAtMs = elapsedMs();
    this.#baseMs = wallMs() - this.#lookedAtMs;
  }

  /** Unix time in whole ms; never below an earlier answer. */
  now(): number {
    const elapsedMs = this.#elapsedMs();
    if (elapsedMs - this.#lookedAtMs >= LOOK_EVERY_MS) this.#look(elapsedMs);
    return Math.floor(this.#baseMs + elapsedMs);
  }

  #look(elapsedMs: number): void {
    const mostMs = (elapsedMs - this.#lookedAtMs) * SLEW;
    this.#lookedAtMs = elapsedMs;
    const aheadMs = this.#wallMs() - this.#baseMs - elapsedMs;
    if (Math.abs(aheadMs) < STEP_MS) {
      this.#steppedAtMs = null;
      this.#baseMs += Math.max(-mostMs, Math.min(mostMs, aheadMs));
      return;
    }
    this.#steppedAtMs ??= elapsedMs;
    if (aheadMs < 0 || elapsedMs - this.#steppedAtMs < BELIEVED_AFTER_MS) return;
    this.#steppedAtMs = null;
    this.#baseMs += aheadMs;
  }
}
