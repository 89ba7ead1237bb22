/**
 * Actors that nobody may run until a person says so, because they held a whole process. A port: written by a process
 * about to end, read by whoever is to run the actor next, cleared by a person's start. One record an actor, the newest.
 */
export interface QuarantineRecord {
  /** For example `strategy/sma-btc-1`. */
  readonly actorId: string;
  readonly reason: string;
  /** Node that it held. */
  readonly node: string;
  /** UTC, ms. */
  readonly atMs: number;
}

export interface Quarantine {
  /** @throws {DstaError} QUARANTINE_UNAVAILABLE (retryable); so do the others */
  of(actorId: string): Promise<QuarantineRecord | null>;
  put(record: QuarantineRecord): Promise<void>;
  clear(actorId: string): Promise<void>;
}
