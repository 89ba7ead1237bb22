/**
 * The journal port: the record that decides what happened. Append-only streams of events; an actor owns one stream,
 * with an epoch that only grows; a lower epoch is refused at the sink.
 */

/** What an actor appends. `data` is JSON (decimals as texts, see codec). */
export interface NewEvent {
  readonly type: string;
  /** Schema version of this event type; upcasters raise old ones on read. */
  readonly schema: number;
  /** When it happened by the trading clock, UTC ms. */
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** What caused it (an intent, a report, a command), for tracing one order end to end. */
  readonly causationId?: string;
  readonly correlationId?: string;
}

export interface StoredEvent extends NewEvent {
  readonly stream: string;
  /** 1 for the first event of a stream, then contiguous. */
  readonly version: number;
  readonly epoch: bigint;
  /** Position in commit order over all streams of this database; grows, may have gaps. */
  readonly position: bigint;
}

export interface StreamHead {
  readonly epoch: bigint;
  readonly version: number;
}

export interface Snapshot {
  readonly version: number;
  readonly state: unknown;
}

export interface EventQuery {
  /** Exact stream, or every stream beginning with it when it ends in "/". */
  readonly stream?: string;
  readonly types?: readonly string[];
  /** Only events whose data has this value at a top-level key, e.g. { strategyId: "sma-btc-1" }. */
  readonly match?: Readonly<Record<string, string>>;
  /** By `atMs`; `fromMs` is included, `toMs` is not. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Only events before this position: the cursor of newest-first paging. */
  readonly before?: bigint;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface Journal {
  /**
   * Takes a stream over and returns the head: raises its epoch to `epoch`, that of the caller's lease, or by one when
   * there is none. Whoever held it with a lower epoch can no longer append. Repeating is safe.
   * @throws {DstaError} FENCED when the stream's epoch is above `epoch`; JOURNAL_UNAVAILABLE (retryable)
   */
  fence(stream: string, epoch?: bigint): Promise<StreamHead>;
  /** The highest epoch of any stream; 0 in an empty journal. Leases of a new directory begin above it. */
  highestEpoch(): Promise<bigint>;
  /**
   * Appends `events` as versions `expectedVersion + 1 …`, all or none; resolves when durable (fsync), with the new version.
   * An epoch above the stream's takes it over with the append, as `fence` before it would have.
   * Appends of many callers are batched into one statement. Repeating an append whose outcome was lost is safe.
   * @throws {DstaError} FENCED (epoch below the stream's), VERSION_CONFLICT, JOURNAL_UNAVAILABLE (retryable), JOURNAL_FULL (queue bound)
   */
  append(stream: string, epoch: bigint, expectedVersion: number, events: readonly NewEvent[]): Promise<number>;
  /** Events with version > `afterVersion`, in order. */
  read(stream: string, afterVersion: number): AsyncIterable<StoredEvent>;
  /**
   * Events of all streams with a position above `afterPosition`, oldest first, at most `limit` (1 to 1,000). Without gaps:
   * an event with a lower position than one returned never appears later. @throws {DstaError} VALIDATION_ERROR
   */
  readAll(afterPosition: bigint, limit: number): Promise<readonly StoredEvent[]>;
  /**
   * Calls `listener` after events were appended through this very journal, once a batch; it must be quick and not throw. A
   * hint: other nodes' appends are not told, so a reader of `readAll` also looks by itself now and then. Returns its end.
   */
  onAppended(listener: () => void): () => void;
  /** Newest first. */
  query(query: EventQuery): Promise<readonly StoredEvent[]>;
  /** Keeps the newest snapshot of a stream; older versions than the stored one are ignored. */
  saveSnapshot(stream: string, version: number, state: unknown): Promise<void>;
  loadSnapshot(stream: string): Promise<Snapshot | null>;
  /** Newest `limit` append latencies as quantiles in ms, and whether the sink can be reached. */
  health(): { readonly ok: boolean; readonly pending: number; readonly p50Ms: number; readonly p99Ms: number };
}
