/**
 * Where a venue of ours keeps the truth about our account. The venue appends before it reports, so whatever was
 * reported is in the ledger; what is only in memory at a crash never happened.
 */
import type { LedgerEvent } from "../../domain/simulation/ledger-events.ts";

export type { LedgerEvent } from "../../domain/simulation/ledger-events.ts";

export interface VenueLedger {
  /** Resolves when every event is durable, all or none, in order. May be called again with events it already has (same `seq`). */
  append(events: readonly LedgerEvent[]): Promise<void>;
  /** Every event so far, in order of `seq`; an event that was appended twice may come twice. */
  load(): Promise<readonly LedgerEvent[]>;
}

/** A ledger that lives as long as its object: for tests, and for replays that need no memory of themselves. */
export class MemoryLedger implements VenueLedger {
  readonly #events: LedgerEvent[] = [];

  append(events: readonly LedgerEvent[]): Promise<void> {
    this.#events.push(...events.map((event) => structuredClone(event)));
    return Promise.resolve();
  }

  load(): Promise<readonly LedgerEvent[]> {
    return Promise.resolve([...this.#events]);
  }
}
