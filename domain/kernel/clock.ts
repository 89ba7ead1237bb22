/**
 * Time as a port. Everything that decides takes its time from a `Clock`; only brokers/ owns one that reads the
 * machine. `ManualClock` is the clock of tests, replays and simulations: time moves when it is told to.
 */

/** Cancels a timer; calling it after the timer fired, or twice, does nothing. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the Unix epoch, UTC; whole. */
  now(): number;
  /** Runs `callback` once, not before `delayMs` from now. */
  after(delayMs: number, callback: () => void): CancelTimer;
}

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until `advanceTo` moves it; due timers fire in due order, ties in creation order. A fraction
 * of a millisecond in a delay counts as a whole one, so that time is always whole.
 */
export class ManualClock implements Clock {
  #nowMs: number;
  #created = 0;
  #timers: PendingTimer[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): CancelTimer {
    const timer = { dueMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)), order: this.#created++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time forward, firing what falls due on the way; a target in the past leaves time where it is. */
  advanceTo(targetMs: number): void {
    for (let next = this.#earliest(); next && next.dueMs <= targetMs; next = this.#earliest()) {
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }

  advance(byMs: number): void {
    this.advanceTo(this.#nowMs + byMs);
  }

  #earliest(): PendingTimer | undefined {
    let best: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (!best || timer.dueMs < best.dueMs || (timer.dueMs === best.dueMs && timer.order < best.order)) best = timer;
    }
    return best;
  }
}
