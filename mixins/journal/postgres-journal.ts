/**
 * The journal on PostgreSQL: the record that decides what happened, durable before anyone hears of it.
 *
 * Owns lanes of group commit (two for appends, one for take-overs), each on a connection of its own, and a small pool
 * for reading. Keeps the promise of the port: an acknowledged append survives kill -9 of the server; an append whose
 * answer got lost is looked up before it counts as refused, so nothing is doubled and nothing is lost.
 * While the database is away appends wait up to `maxAwayMs`; then they fail with JOURNAL_UNAVAILABLE and may be repeated.
 */
import pg from "pg";
import { acceptAppend, acceptEpoch, acceptName, acceptSnapshot, acceptVersion } from "../../domain/journal/accept.ts";
import { acceptQuery, acceptReadAll } from "../../domain/journal/event-query.ts";
import type { EventQuery, Journal, NewEvent, Snapshot, StoredEvent, StreamHead } from "../../domain/journal/journal.ts";
import { journalFull, journalUnavailable } from "../../domain/journal/refusals.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { executeAppends, pickAppends } from "./append-batch.ts";
import type { Append } from "./append.ts";
import { CommitLane } from "./commit-lane.ts";
import type { LaneOptions } from "./commit-lane.ts";
import { querySql, READ_ALL, READ_PAGE, toEvent } from "./event-rows.ts";
import type { EventRow } from "./event-rows.ts";
import { executeFences, type Fence, pickFences } from "./fence-batch.ts";
import { LatencyRing } from "./latency-ring.ts";
import { isPermanent, Link } from "./link.ts";
import { migrate } from "./schema.ts";

export interface PostgresJournalOptions {
  /** `postgres://…`, of an embedded or a given server. */
  readonly url: string;
  /** Bounds waiting and pauses. */
  readonly clock: Clock;
  /** Milliseconds of a clock that never jumps, for latencies. */
  readonly monotonicMs: () => number;
  /** Most appends (and, apart, take-overs) waiting or in flight. Default 8,192. */
  readonly maxPending?: number;
  /** Longest an append waits while the database is away, ms. Default 10,000. */
  readonly maxAwayMs?: number;
  /** Longest one statement may take before its connection counts as lost, ms. Default 10,000. */
  readonly statementTimeoutMs?: number;
  /** Longest one connection attempt may take, ms. Default 2,000. */
  readonly connectTimeoutMs?: number;
}

/** A statement that takes longer is not a slow one: the server hangs. */
const SILENT_MS = 1_000;
const READ_CONNECTIONS = 4;
const PAGE = 1_000;
/** While one lane's batch is at the disk, the other's is prepared: in this process and, up to the order lock, in the server. */
const APPEND_LANES = 2;

export class PostgresJournal implements Journal {
  readonly #monotonicMs: () => number;
  readonly #maxPending: number;
  readonly #lanes: readonly CommitLane<Append, number>[];
  readonly #fences: CommitLane<Fence, StreamHead>;
  readonly #reads: pg.Pool;
  readonly #latencies = new LatencyRing();
  readonly #listeners = new Set<() => void>();

  /** Use `openPostgresJournal`, which brings the schema up to date first. */
  constructor(options: PostgresJournalOptions) {
    const { url, clock, maxPending = 8_192, maxAwayMs = 10_000, statementTimeoutMs = 10_000, connectTimeoutMs = 2_000 } = options;
    const link = (): Link => new Link({ url, clock, statementTimeoutMs, connectTimeoutMs });
    const bounds = { clock, maxPending, maxAwayMs };
    const execute: LaneOptions<Append, number>["execute"] = async (client, batch) => {
      const outcomes = await executeAppends(client, batch);
      for (const listener of this.#listeners) listener();
      return outcomes;
    };
    this.#monotonicMs = options.monotonicMs;
    this.#maxPending = maxPending;
    const lane = { ...bounds, key: ({ stream }: Append) => stream, pick: pickAppends, execute };
    this.#lanes = Array.from({ length: APPEND_LANES }, () => new CommitLane({ ...lane, link: link() }));
    this.#fences = new CommitLane({ ...bounds, link: link(), key: ({ stream }) => stream, pick: pickFences, execute: executeFences });
    this.#reads = new pg.Pool({
      connectionString: url,
      max: READ_CONNECTIONS,
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 1_000,
      application_name: "dsta-journal-read",
    });
    // The pool replaces a broken idle connection by itself; the next read reports what is wrong, if anything is.
    this.#reads.on("error", () => undefined);
  }

  async fence(stream: string, epoch?: bigint): Promise<StreamHead> {
    acceptName("stream", stream);
    if (epoch !== undefined) acceptEpoch(epoch);
    return this.#fences.submit({ stream, epoch: epoch ?? null });
  }

  async highestEpoch(): Promise<bigint> {
    const rows = await this.#select<{ epoch: string }>("select coalesce(max(epoch), 0) as epoch from dsta.head", []);
    return BigInt(rows[0]!.epoch);
  }

  async append(stream: string, epoch: bigint, expectedVersion: number, events: readonly NewEvent[]): Promise<number> {
    const texts = acceptAppend(stream, epoch, expectedVersion, events);
    const startedMs = this.#monotonicMs();
    const sizeBytes = texts.reduce((sum, text) => sum + text.length, 0);
    if (this.#pendingAppends() >= this.#maxPending) throw journalFull(this.#maxPending);
    const version = await this.#lanes[laneOf(stream)]!.submit({ stream, epoch, base: expectedVersion, events, texts, sizeBytes });
    this.#latencies.record(this.#monotonicMs() - startedMs);
    return version;
  }

  async *read(stream: string, afterVersion: number): AsyncIterable<StoredEvent> {
    acceptName("stream", stream);
    acceptVersion("afterVersion", afterVersion);
    for (let after = afterVersion; ;) {
      const rows = await this.#select<EventRow>(READ_PAGE, [stream, after, PAGE]);
      for (const row of rows) yield toEvent(row);
      if (rows.length < PAGE) return;
      after = Number(rows[PAGE - 1]!.version);
    }
  }

  async readAll(afterPosition: bigint, limit: number): Promise<readonly StoredEvent[]> {
    acceptReadAll(afterPosition, limit);
    return (await this.#select<EventRow>(READ_ALL, [afterPosition, limit])).map(toEvent);
  }

  onAppended(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async query(query: EventQuery): Promise<readonly StoredEvent[]> {
    acceptQuery(query);
    const { text, values } = querySql(query);
    return (await this.#select<EventRow>(text, values)).map(toEvent);
  }

  async saveSnapshot(stream: string, version: number, state: unknown): Promise<void> {
    const text = acceptSnapshot(stream, version, state);
    const upsert = `
      insert into dsta.snapshot as s (stream, version, state) values ($1, $2, $3::jsonb)
      on conflict (stream) do update set version = excluded.version, state = excluded.state, saved_at = now()
      where s.version <= excluded.version`;
    await this.#select(upsert, [stream, version, text]);
  }

  async loadSnapshot(stream: string): Promise<Snapshot | null> {
    acceptName("stream", stream);
    const text = "select version, state from dsta.snapshot where stream = $1";
    const rows = await this.#select<{ version: string; state: unknown }>(text, [stream]);
    return rows[0] ? { version: Number(rows[0].version), state: rows[0].state } : null;
  }

  health(): ReturnType<Journal["health"]> {
    return {
      ok: [...this.#lanes, this.#fences].every(({ away, waitedMs }) => away === null && waitedMs < SILENT_MS),
      pending: this.#pendingAppends() + this.#fences.pending,
      p50Ms: this.#latencies.quantile(0.5),
      p99Ms: this.#latencies.quantile(0.99),
    };
  }

  /** Finishes what waits (unless the database is away) and closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#lanes.map((lane) => lane.close()), this.#fences.close()]);
    await this.#reads.end();
  }

  #pendingAppends(): number {
    return this.#lanes.reduce((sum, { pending }) => sum + pending, 0);
  }

  async #select<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return (await this.#reads.query<R>(text, values)).rows;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === "57014") {
        const message = "the query takes too long; narrow it by stream, type or time";
        throw new DstaError("JOURNAL_QUERY_TIMEOUT", message, { code: 504, cause: error });
      }
      if (isPermanent(error)) throw error;
      throw journalUnavailable(messageOf(error), error);
    }
  }
}

/** A stream stays in its lane: its appends keep their order. */
function laneOf(stream: string): number {
  let hash = 0;
  for (let index = 0; index < stream.length; index++) hash = (hash * 31 + stream.charCodeAt(index)) | 0;
  return (hash >>> 0) % APPEND_LANES;
}

/**
 * Connects, migrates and returns the journal.
 * @throws {DstaError} JOURNAL_UNAVAILABLE (retryable), JOURNAL_SCHEMA_NEWER, JOURNAL_NOT_DURABLE
 */
export async function openPostgresJournal(options: PostgresJournalOptions): Promise<PostgresJournal> {
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000 });
  client.on("error", () => undefined); // Also rejects the pending statement below.
  try {
    await client.connect();
    await migrate(client);
  } catch (error) {
    if (error instanceof DstaError || isPermanent(error)) throw error;
    throw journalUnavailable(messageOf(error), error);
  } finally {
    await client.end().catch(() => undefined); // Closing a connection that never opened.
  }
  return new PostgresJournal(options);
}
