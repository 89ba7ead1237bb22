/**
 * The world a simulated floor lives in: one virtual time, one queue of work that runs only when pumped, and lives of
 * the program that can end between any two pieces of work, as kill -9 ends a process.
 *
 * A life hands out the ports a floor is built from (clock, defer, journal). After its end nothing it started happens
 * any more: its timers, its deferred work and the answers of its journal are gone; what the journal took stays. Every
 * append takes two pieces of work, so an end may fall before it, and between its effect and its answer.
 */
import type { Journal } from "../../domain/journal/journal.ts";
import { type CancelTimer, type Clock, ManualClock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Random } from "../../domain/kernel/random.ts";

/** A multiple of a day, so that a day of risk and positions begins with the run. */
export const START_MS = Date.UTC(2025, 5, 16, 9, 30);

/** Pieces of work in one settling; what waits for time to pass while it goes on deferring gets its time after these. */
const WORK_MAX = 2_000;

export class World {
  readonly clock = new ManualClock(START_MS);
  #work: { readonly life: Life; readonly callback: () => void }[] = [];
  /** Pieces of work run so far. */
  worked = 0;
  /** Ends a life before the piece of work with this number. */
  killBefore: { readonly work: number; readonly life: Life } | null = null;

  defer(life: Life, callback: () => void): void {
    this.#work.push({ life, callback });
  }

  /** Moves time, firing timers, then lets everything that follows from it happen. */
  async advance(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    await this.settle();
  }

  /** Runs work until none is left, or a great deal was done; promises settle between two pieces. */
  async settle(): Promise<void> {
    await microtasks();
    for (let count = 0; this.#work.length > 0 && count < WORK_MAX; count++) {
      const { life, callback } = this.#work.shift()!;
      if (this.killBefore !== null && this.worked >= this.killBefore.work) {
        this.killBefore.life.end();
        this.killBefore = null;
      }
      this.worked++;
      if (!life.alive) continue;
      callback();
      await microtasks();
    }
  }
}

/** A turn of the event loop: every promise that can settle has settled when it comes. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export interface JournalFaults {
  readonly random: Random;
  /** Probability that an append fails, half of them after it took effect. */
  readonly failAppend: number;
}

export class Life {
  readonly clock: Clock;
  readonly #world: World;
  readonly #endings: (() => void)[] = [];
  alive = true;

  constructor(world: World) {
    this.#world = world;
    this.clock = {
      now: () => world.clock.now(),
      after: (delayMs, callback): CancelTimer => {
        if (!this.alive) return () => undefined;
        return world.clock.after(delayMs, () => {
          if (this.alive) callback();
        });
      },
    };
  }

  readonly defer = (callback: () => void): void => this.#world.defer(this, callback);

  atEnd(callback: () => void): void {
    this.#endings.push(callback);
  }

  end(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const callback of this.#endings) callback();
  }

  /** Does work one piece later and answers one piece after that. */
  later<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.defer(() => {
        work().then(
          (value) => this.defer(() => resolve(value)),
          (error: unknown) => this.defer(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  }
}

/** A journal as a life reaches it: slow, at times unreachable, and deaf to a life that has ended. */
export function journalOf(life: Life, journal: Journal, faults: JournalFaults | null): Journal {
  const append: Journal["append"] = async (stream, epoch, expectedVersion, events) => {
    const draw = faults ? faults.random.next() : 1;
    if (faults && draw < faults.failAppend / 2) throw unreachable();
    const version = await journal.append(stream, epoch, expectedVersion, events);
    if (faults && draw < faults.failAppend) throw unreachable();
    return version;
  };
  return {
    fence: (stream, epoch) => life.later(() => journal.fence(stream, epoch)),
    highestEpoch: () => life.later(() => journal.highestEpoch()),
    append: (stream, epoch, version, events) => life.later(() => append(stream, epoch, version, events)),
    read: (stream, afterVersion) => journal.read(stream, afterVersion),
    readAll: (afterPosition, limit) => life.later(() => journal.readAll(afterPosition, limit)),
    onAppended: (listener) => journal.onAppended(listener),
    query: (query) => life.later(() => journal.query(query)),
    saveSnapshot: (stream, version, state) => life.later(() => journal.saveSnapshot(stream, version, state)),
    loadSnapshot: (stream) => life.later(() => journal.loadSnapshot(stream)),
    health: () => journal.health(),
  };
}

function unreachable(): DstaError {
  return new DstaError("JOURNAL_UNAVAILABLE", "the journal cannot be reached: simulated", { code: 503, retryable: true });
}
