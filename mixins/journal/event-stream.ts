/**
 * An actor's own stream: taken over at activation, folded into state, appended to before anything is done.
 *
 * Owns the stream's epoch and version. Keeps the journal's order: one append at a time, which the actor's mailbox
 * already promises. After a failed append its version is not known any more; the error is fatal to the activation
 * (see `isFatalJournalError`) and the next one folds the truth.
 */
import type { Journal, NewEvent, Snapshot, StoredEvent } from "../../domain/journal/journal.ts";
import { isExpected } from "../../domain/kernel/errors.ts";

export interface Opened<S> {
  readonly stream: EventStream;
  readonly state: S;
}

export interface Fold<S> {
  /** State of an empty stream, or the one a snapshot holds. @throws {DstaError} VALIDATION_ERROR when it cannot be read */
  start(snapshot: unknown): S;
  apply(state: S, event: StoredEvent): void;
}

export class EventStream {
  readonly name: string;
  readonly epoch: bigint;
  version: number;
  readonly #journal: Journal;

  private constructor(journal: Journal, name: string, epoch: bigint, version: number) {
    this.#journal = journal;
    this.name = name;
    this.epoch = epoch;
    this.version = version;
  }

  /**
   * Raises the stream's epoch first (to the activation's, where there is one), then replays: nothing can be appended
   * behind the replay's back. @throws {DstaError} FENCED when a later activation has the stream already
   */
  static async open<S>(journal: Journal, name: string, fold: Fold<S>, epoch?: bigint): Promise<Opened<S>> {
    const head = await journal.fence(name, epoch);
    const { state, version } = startFrom(await journal.loadSnapshot(name), fold);
    for await (const event of journal.read(name, version)) fold.apply(state, event);
    return { stream: new EventStream(journal, name, head.epoch, head.version), state };
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    this.version = await this.#journal.append(this.name, this.epoch, this.version, events);
  }

  async saveSnapshot(state: unknown): Promise<void> {
    await this.#journal.saveSnapshot(this.name, this.version, state);
  }
}

/** A snapshot only saves time: one of another version's shape is left aside, and the stream is folded from its beginning. */
function startFrom<S>(snapshot: Snapshot | null, fold: Fold<S>): { state: S; version: number } {
  if (snapshot === null) return { state: fold.start(null), version: 0 };
  try {
    return { state: fold.start(snapshot.state), version: snapshot.version };
  } catch (error) {
    if (!isExpected(error) || error.type !== "VALIDATION_ERROR") throw error;
    return { state: fold.start(null), version: 0 };
  }
}

const FATAL = new Set(["FENCED", "VERSION_CONFLICT", "JOURNAL_UNAVAILABLE", "JOURNAL_FULL"]);

/** After these an activation does not know what its stream holds. */
export function isFatalJournalError(error: unknown): boolean {
  return isExpected(error) && FATAL.has(error.type);
}
