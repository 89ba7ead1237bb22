/**
 * The simulated venue's ledger as a stream of the journal: `venue/<id>`, durable before the venue reports. It stands
 * for the exchange's own database: our orders as the venue has them, whatever happens to this process. It belongs to
 * the epoch of one ownership: once a later owner has it, neither reading nor writing gets it back (FENCED).
 */
import type { Journal, StoredEvent } from "../domain/journal/journal.ts";
import { EventStream } from "../mixins/journal/event-stream.ts";
import type { LedgerEvent, VenueLedger } from "../venues/sim/ledger.ts";

export class JournalVenueLedger implements VenueLedger {
  readonly #journal: Journal;
  readonly #name: string;
  readonly #epoch: bigint;
  #stream: EventStream | null = null;

  constructor(journal: Journal, venue: string, epoch: bigint) {
    this.#journal = journal;
    this.#epoch = epoch;
    this.#name = `venue/${venue}`;
  }

  async load(): Promise<readonly LedgerEvent[]> {
    const fold = {
      start: () => [],
      apply: (events: LedgerEvent[], stored: StoredEvent) => void events.push(stored.data.event as LedgerEvent),
    };
    const { stream, state } = await EventStream.open<LedgerEvent[]>(this.#journal, this.#name, fold, this.#epoch);
    this.#stream = stream;
    return state;
  }

  async append(events: readonly LedgerEvent[]): Promise<void> {
    // After a failed append the stream's version is not known: read it again, and leave out what did arrive.
    const known = this.#stream ? new Set<number>() : new Set((await this.load()).map((event) => event.seq));
    const stream = this.#stream!;
    const fresh = events.filter((event) => !known.has(event.seq));
    this.#stream = null;
    if (fresh.length > 0) await stream.append(fresh.map((event) => ({ type: event.type, schema: 1, atMs: event.atMs, data: { event } })));
    this.#stream = stream;
  }
}
