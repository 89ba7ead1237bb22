/**
 * An actor's own stream: taken over at activation, folded into state, appended to before anything is done.
 *
 * Owns the stream's epoch and version. Keeps the journal's order: one append at a time, which the actor's mailbox
 * already promises. After a failed append its version is not known any more; the error is fatal to the activation
 * (see `isFatalJournalError`) and the next one folds the truth.
 */
import type { Journal, NewEvent, StoredEvent } from "../../domain/journal/journal.ts";
import { isExpected } from "../../domain/kernel/errors.ts";

export interface Opened<S> {
  readonly stream: EventStream;
  readonly state: S;
}

export interface Fold<S> {
  /** State of an empty stream, or the one a snapshot holds. */
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

  /** Raises the stream's epoch first, then replays: nothing can be appended behind the replay's back. */
  static async open<S>(journal: Journal, name: string, fold: Fold<S>): Promise<Opened<S>> {
    const head = await journal.fence(name);
    const snapshot = await journal.loadSnapshot(name);
    const state = fold.start(snapshot?.state ?? null);
    for await (const event of journal.read(name, snapshot?.version ?? 0)) fold.apply(state, event);
    return { stream: new EventStream(journal, name, head.epoch, head.version), state };
  }

  async append(events: readonly NewEvent[]): Promise<void> {
    this.version = await this.#journal.append(this.name, this.epoch, this.version, events);
  }

  async saveSnapshot(state: unknown): Promise<void> {
    await this.#journal.saveSnapshot(this.name, this.version, state);
  }
}

const FATAL = new Set(["FENCED", "VERSION_CONFLICT", "JOURNAL_UNAVAILABLE", "JOURNAL_FULL"]);

/** After these an activation does not know what its stream holds. */
export function isFatalJournalError(error: unknown): boolean {
  return isExpected(error) && FATAL.has(error.type);
}
