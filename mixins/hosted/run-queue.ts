/**
 * Fair turns for many actors on one thread: each ready actor gets a small batch of messages, then goes to the back.
 * A drain gives the event loop back after a time budget, so timers and sockets are served under total saturation.
 *
 * Two lanes: actors on the trading path run before the others, which still get one batch after every eight. A node that may
 * have lost its session gives no turns.
 */
import type { Clock } from "../../domain/kernel/clock.ts";

/** Something that can be given a turn; returns whether it wants another. */
export interface Runnable {
  /** For people. */
  readonly actorId: string;
  readonly urgent: boolean;
  turn(batch: number): boolean;
}

/** Is told whose turn it is: a watchdog reads it when the event loop is late. */
export interface TurnHolder {
  turn: Pick<Runnable, "actorId"> | null;
}

export interface RunQueuePorts {
  /** Runs a callback on a later turn of the event loop, after pending input and output. */
  readonly defer: (callback: () => void) => void;
  /** Monotonic milliseconds with fractions. */
  readonly elapsedMs: () => number;
  readonly systemClock: Clock;
  /** Whether this node may act; while it may not, nobody gets a turn and messages wait. */
  readonly isValid: () => boolean;
  readonly holder?: TurnHolder;
}

const BATCH = 8;
const BUDGET_MS = 1.5;
const TURNS_BETWEEN_CHECKS = 16;
/** A node that lost its session is told so; one that was only late may act again without notice. */
const INVALID_RECHECK_MS = 10;

class Ring {
  items: (Runnable | undefined)[] = Array.from({ length: 64 });
  head = 0;
  size = 0;

  push(item: Runnable): void {
    if (this.size === this.items.length) {
      const larger: (Runnable | undefined)[] = Array.from({ length: this.size * 2 });
      for (let index = 0; index < this.size; index++) larger[index] = this.items[(this.head + index) & (this.size - 1)];
      this.items = larger;
      this.head = 0;
    }
    this.items[(this.head + this.size++) & (this.items.length - 1)] = item;
  }

  shift(): Runnable | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head = (this.head + 1) & (this.items.length - 1);
    this.size--;
    return item;
  }
}

export class RunQueue {
  readonly #ports: RunQueuePorts;
  readonly #urgent = new Ring();
  readonly #normal = new Ring();
  #scheduled = false;
  #urgentInRow = 0;
  readonly #holder: TurnHolder;

  constructor(ports: RunQueuePorts) {
    this.#ports = ports;
    this.#holder = ports.holder ?? { turn: null };
  }

  get idle(): boolean {
    return this.#urgent.size + this.#normal.size === 0;
  }

  /** The caller keeps an actor from being queued twice. */
  add(runnable: Runnable): void {
    (runnable.urgent ? this.#urgent : this.#normal).push(runnable);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#ports.defer(this.#drain);
  }

  #next(): Runnable | undefined {
    const preferUrgent = this.#urgentInRow < 8 || this.#normal.size === 0;
    const urgent = preferUrgent ? this.#urgent.shift() : undefined;
    this.#urgentInRow = urgent ? this.#urgentInRow + 1 : 0;
    return urgent ?? this.#normal.shift() ?? this.#urgent.shift();
  }

  #drain = (): void => {
    const { elapsedMs, isValid } = this.#ports;
    const endMs = elapsedMs() + BUDGET_MS;
    for (let turns = 1; ; turns++) {
      if (!isValid()) return this.#pause();
      const runnable = this.#next();
      if (!runnable) {
        this.#holder.turn = null;
        this.#scheduled = false;
        return;
      }
      this.#holder.turn = runnable;
      if (runnable.turn(BATCH)) (runnable.urgent ? this.#urgent : this.#normal).push(runnable);
      if (turns % TURNS_BETWEEN_CHECKS === 0 && elapsedMs() > endMs) break;
    }
    this.#holder.turn = null;
    this.#ports.defer(this.#drain);
  };

  #pause(): void {
    this.#holder.turn = null;
    this.#ports.systemClock.after(INVALID_RECHECK_MS, () => this.#ports.defer(this.#drain));
  }
}
