/**
 * The journal in memory, with the same semantics and refusals as the durable one: for tests of the domain and for
 * simulation. Events are kept as JSON text, so what comes back is what a real store would give back.
 *
 * Invariant: versions of a stream are contiguous from 1; positions grow with every append. Bounded: at
 * `maxEvents` an append is refused with JOURNAL_FULL.
 */
import { acceptAppend, acceptEpoch, acceptName, acceptSnapshot, acceptVersion } from "./accept.ts";
import { acceptQuery, acceptReadAll, answers } from "./event-query.ts";
import type { EventQuery, Journal, NewEvent, Snapshot, StoredEvent, StreamHead } from "./journal.ts";
import { fenced, journalFull, versionConflict } from "./refusals.ts";

interface Kept {
  readonly event: Omit<StoredEvent, "data">;
  readonly dataText: string;
}

export class MemoryJournal implements Journal {
  readonly #maxEvents: number;
  readonly #heads = new Map<string, StreamHead>();
  readonly #streams = new Map<string, Kept[]>();
  readonly #all: Kept[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #snapshots = new Map<string, { version: number; text: string }>();

  constructor(options: { readonly maxEvents?: number } = {}) {
    this.#maxEvents = options.maxEvents ?? 1_000_000;
  }

  fence(stream: string, epoch?: bigint): Promise<StreamHead> {
    return settle(() => {
      acceptName("stream", stream);
      if (epoch !== undefined) acceptEpoch(epoch);
      const head = this.#head(stream);
      if (epoch !== undefined && head.epoch > epoch) throw fenced(stream, epoch, head);
      const raised = { epoch: epoch ?? head.epoch + 1n, version: head.version };
      this.#heads.set(stream, raised);
      return raised;
    });
  }

  highestEpoch(): Promise<bigint> {
    return settle(() => [...this.#heads.values()].reduce((highest, { epoch }) => (epoch > highest ? epoch : highest), 0n));
  }

  append(stream: string, epoch: bigint, expectedVersion: number, events: readonly NewEvent[]): Promise<number> {
    return settle(() => {
      const texts = acceptAppend(stream, epoch, expectedVersion, events);
      const head = this.#head(stream);
      if (epoch < head.epoch) throw fenced(stream, epoch, head);
      if (expectedVersion !== head.version) {
        if (this.#isRepeat(stream, epoch, expectedVersion, events, texts)) return expectedVersion + events.length;
        throw versionConflict(stream, expectedVersion, head);
      }
      if (this.#all.length + events.length > this.#maxEvents) throw journalFull(this.#maxEvents);
      const kept = this.#streams.get(stream) ?? [];
      events.forEach((event, index) => {
        const position = BigInt(this.#all.length + 1);
        const { data: _, ...rest } = event;
        const entry = { event: { ...rest, stream, version: expectedVersion + index + 1, epoch, position }, dataText: texts[index]! };
        kept.push(entry);
        this.#all.push(entry);
      });
      this.#streams.set(stream, kept);
      const version = expectedVersion + events.length;
      this.#heads.set(stream, { epoch, version });
      for (const listener of this.#listeners) queueMicrotask(listener);
      return version;
    });
  }

  async *read(stream: string, afterVersion: number): AsyncIterable<StoredEvent> {
    acceptName("stream", stream);
    acceptVersion("afterVersion", afterVersion);
    const kept = this.#streams.get(stream) ?? [];
    for (let index = afterVersion; index < kept.length; index++) yield stored(kept[index]!);
  }

  readAll(afterPosition: bigint, limit: number): Promise<readonly StoredEvent[]> {
    return settle(() => {
      acceptReadAll(afterPosition, limit);
      // Positions are 1, 2, 3 … here: the first one above stands at that index.
      const first = afterPosition > BigInt(this.#all.length) ? this.#all.length : Number(afterPosition);
      return this.#all.slice(first, first + limit).map(stored);
    });
  }

  onAppended(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  query(query: EventQuery): Promise<readonly StoredEvent[]> {
    return settle(() => {
      acceptQuery(query);
      const found: StoredEvent[] = [];
      for (let index = this.#all.length - 1; index >= 0 && found.length < query.limit; index--) {
        const event = stored(this.#all[index]!);
        if (answers(event, query)) found.push(event);
      }
      return found;
    });
  }

  saveSnapshot(stream: string, version: number, state: unknown): Promise<void> {
    return settle(() => {
      const text = acceptSnapshot(stream, version, state);
      const older = this.#snapshots.get(stream);
      if (!older || older.version <= version) this.#snapshots.set(stream, { version, text });
    });
  }

  loadSnapshot(stream: string): Promise<Snapshot | null> {
    return settle(() => {
      acceptName("stream", stream);
      const kept = this.#snapshots.get(stream);
      return kept ? { version: kept.version, state: JSON.parse(kept.text) as unknown } : null;
    });
  }

  health(): ReturnType<Journal["health"]> {
    return { ok: true, pending: 0, p50Ms: 0, p99Ms: 0 };
  }

  #head(stream: string): StreamHead {
    return this.#heads.get(stream) ?? { epoch: 0n, version: 0 };
  }

  /** The same events already stand at these versions under this epoch: the append's outcome was lost on its way back. */
  #isRepeat(stream: string, epoch: bigint, base: number, events: readonly NewEvent[], texts: readonly string[]): boolean {
    const kept = this.#streams.get(stream) ?? [];
    return events.every((event, index) => {
      const there = kept[base + index];
      if (!there || there.dataText !== texts[index] || there.event.epoch !== epoch) return false;
      const { type, schema, atMs, causationId, correlationId } = there.event;
      return (
        type === event.type &&
        schema === event.schema &&
        atMs === event.atMs &&
        causationId === event.causationId &&
        correlationId === event.correlationId
      );
    });
  }
}

function stored(kept: Kept): StoredEvent {
  return { ...kept.event, data: JSON.parse(kept.dataText) as Record<string, unknown> };
}

/** Runs a synchronous step as the port's asynchronous one: a refusal is a rejected promise, never a throw. */
function settle<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => resolve(step()));
}
