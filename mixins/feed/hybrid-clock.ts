/**
 * Stamps that say which of two values is newer, also when two nodes said them: the wall clock in microseconds, moved
 * past every stamp heard, so that what follows from a message is stamped later than it even when clocks differ.
 * A stamp further ahead than ten minutes is not believed: one broken clock must not set everybody's.
 *
 * Hybrid logical clocks: Kulkarni et al., "Logical Physical Clocks", 2014.
 */
import type { Clock } from "../../domain/kernel/clock.ts";

const MICROS_PER_MS = 1_000;
const AHEAD_MAX_MICROS = 600_000_000;

export class HybridClock {
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Above every stamp given or believed before. */
  tick(): number {
    const now = this.#clock.now() * MICROS_PER_MS;
    this.#last = now > this.#last ? now : this.#last + 1;
    return this.#last;
  }

  merge(stamp: number): void {
    if (stamp > this.#last && stamp <= this.#clock.now() * MICROS_PER_MS + AHEAD_MAX_MICROS) this.#last = stamp;
  }
}
