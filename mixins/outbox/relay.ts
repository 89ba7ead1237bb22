/**
 * Carries the journal's records to those outside, in commit order, at least once: reads, maps, publishes, waits until all
 * is stored, and only then moves its checkpoint. The journal stays the record; the relay retains nothing.
 *
 * Waits with growing pauses while the journal, the checkpoint or the publisher cannot be reached, and goes on where it
 * stood. Ends for good when its epoch is fenced or at a failure that waiting does not cure; whoever started it is told.
 * Bounded: one batch in memory, at most `BATCH_RECORDS` records.
 */
import type { RelayView } from "../../domain/contract/actors/relay.ts";
import type { PublicEvent, RecordedEvent } from "../../domain/contract/events.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { EventPublisher, OutboxMessage } from "./event-publisher.ts";

export interface RelayPorts {
  readonly journal: {
    readAll(afterPosition: bigint, limit: number): Promise<readonly RecordedEvent[]>;
    onAppended(listener: () => void): () => void;
  };
  readonly checkpoints: Checkpoints;
  readonly publisher: EventPublisher;
  readonly toPublic: (record: RecordedEvent) => readonly PublicEvent[];
  /** The machine's: bounds pauses. */
  readonly clock: Clock;
  /** It has not reached something for seconds (why), or does again (null). */
  readonly onTrouble: (why: string | null) => void;
  /** It ended by itself: FENCED, or a failure that waiting does not cure. Not called by `stop`. */
  readonly onEnd: (error: unknown) => void;
}

/**
 * Most records published and not yet saved as such. The first batch after a crash so holds the last record that was
 * published, by which a publisher can tell where to go on.
 */
const BATCH_RECORDS = 256;
/** The hint of an append may be missed; then a record waits for so long. */
const LOOK_MS = 1_000;
/** A checkpoint is a durable write: while little happens not every event needs one, repeats are dropped by id. */
const SAVE_EVERY_MS = 500;
/** Shorter troubles are nobody's business: a server that restarts, a consumer that is still starting. */
const REPORTED_AFTER_MS = 3_000;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 5_000;

const encoder = new TextEncoder();

export class OutboxRelay {
  readonly #name: string;
  readonly #epoch: bigint;
  readonly #ports: RelayPorts;
  #position: bigint | null = null;
  #savedPosition = 0n;
  #savedAtMs = 0;
  #unsaved = 0;
  #published = 0;
  #lastEventAtMs = 0;
  #caughtUp = false;
  #trouble: string | null = null;
  #troubleSinceMs = 0;
  #reported = false;
  #stopped = false;
  #appended = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | null = null;

  constructor(name: string, epoch: bigint, ports: RelayPorts) {
    this.#name = name;
    this.#epoch = epoch;
    this.#ports = ports;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the batch under way; its checkpoint is saved when it can be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#running;
  }

  status(): RelayView {
    return {
      name: this.#name,
      epoch: String(this.#epoch),
      position: String(this.#position ?? 0n),
      published: this.#published,
      caughtUp: this.#caughtUp,
      lastEventAtMs: this.#lastEventAtMs,
      trouble: this.#trouble,
    };
  }

  async #run(): Promise<void> {
    const unsubscribe = this.#ports.journal.onAppended(() => {
      this.#appended = true;
      this.#wake();
    });
    let pauseMs = PAUSE_FIRST_MS;
    try {
      while (!this.#stopped) {
        try {
          const more = await this.#round();
          this.#report(null);
          pauseMs = PAUSE_FIRST_MS;
          if (!more && !this.#appended) await this.#rest(this.#savedPosition === this.#position ? LOOK_MS : SAVE_EVERY_MS);
        } catch (error) {
          if (!isExpected(error) || !error.retryable) return this.#ports.onEnd(error);
          this.#report(messageOf(error));
          await this.#pause(pauseMs);
          pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
        }
      }
      await this.#saveLast();
    } finally {
      unsubscribe();
    }
  }

  /** Whether there may be more at once. */
  async #round(): Promise<boolean> {
    const { journal, checkpoints, publisher, toPublic } = this.#ports;
    if (this.#position === null) {
      this.#position = await checkpoints.take(this.#name, this.#epoch);
      this.#savedPosition = this.#position;
      this.#savedAtMs = this.#ports.clock.now();
    }
    // Before reading: what is appended from here on is looked for again.
    this.#appended = false;
    const room = BATCH_RECORDS - this.#unsaved;
    const records = await journal.readAll(this.#position, room);
    const last = records.at(-1);
    if (last) {
      const messages = records.flatMap(toPublic).map(encode);
      if (messages.length > 0) await publisher.publish(messages);
      this.#position = last.position;
      this.#unsaved += records.length;
      this.#lastEventAtMs = last.atMs;
      this.#published += messages.length;
    }
    const more = records.length === room;
    this.#caughtUp = !more;
    if (more || this.#ports.clock.now() - this.#savedAtMs >= SAVE_EVERY_MS) await this.#save();
    return more;
  }

  async #save(): Promise<void> {
    const position = this.#position!;
    if (position === this.#savedPosition) return;
    await this.#ports.checkpoints.save(this.#name, this.#epoch, position);
    this.#savedPosition = position;
    this.#unsaved = 0;
    this.#savedAtMs = this.#ports.clock.now();
  }

  /** What cannot be saved now is published once more by the next activation, and dropped by its id. */
  async #saveLast(): Promise<void> {
    if (this.#position === null) return;
    try {
      await this.#save();
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.#report(messageOf(error));
    }
  }

  /** Until somebody appends, stops us, or `ms` are over. */
  #rest(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Until somebody stops us, or `ms` are over: an append does not make what is away come back. */
  async #pause(ms: number): Promise<void> {
    const untilMs = this.#ports.clock.now() + ms;
    while (!this.#stopped && this.#ports.clock.now() < untilMs) await this.#rest(untilMs - this.#ports.clock.now());
  }

  #report(trouble: string | null): void {
    const nowMs = this.#ports.clock.now();
    if (this.#trouble === null) this.#troubleSinceMs = nowMs;
    this.#trouble = trouble;
    const isDue = trouble !== null && nowMs - this.#troubleSinceMs >= REPORTED_AFTER_MS;
    if (this.#reported ? trouble !== null : !isDue) return;
    this.#reported = trouble !== null;
    this.#ports.onTrouble(trouble);
  }
}

function encode(event: PublicEvent): OutboxMessage {
  return { id: event.id, subject: event.subject, bytes: encoder.encode(JSON.stringify(event)) };
}
