/**
 * Group commit: one batch is at the database, everything that comes meanwhile waits for the next one.
 *
 * Owns the bounded queue, retry after a lost connection with growing pauses, and the bound on waiting while the
 * database is away. What a batch means is the caller's: `pick` chooses items that may share a statement, `execute`
 * must be safe to repeat with the same batch. A batch that the database refuses as wrong is run item by item, so only
 * the guilty one fails.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { journalFull, journalUnavailable } from "../../domain/journal/refusals.ts";
import { isPermanent } from "./link.ts";
import type { Link } from "./link.ts";
import type pg from "pg";

export type Outcome<R> = { readonly done: R } | { readonly failed: Error } | "again";

export interface LaneOptions<I, R> {
  readonly link: Link;
  readonly clock: Clock;
  /** Most items queued and in flight; beyond it an item is refused with JOURNAL_FULL. */
  readonly maxPending: number;
  /** Longest wait while the database is away, ms; then JOURNAL_UNAVAILABLE. */
  readonly maxAwayMs: number;
  /** Items of one key keep their order; when one is given up, those behind it are too. */
  key(item: I): string;
  /** How many of the first items of `queue` to look at, and which of them to leave for later. */
  pick(queue: readonly I[]): { readonly taken: number; readonly deferred: ReadonlySet<number> };
  execute(client: pg.Client, batch: readonly I[]): Promise<readonly Outcome<R>[]>;
}

interface Waiting<I, R> {
  readonly item: I;
  readonly sinceMs: number;
  readonly deadlineMs: number;
  resolve(result: R): void;
  reject(error: Error): void;
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

export class CommitLane<I, R> {
  readonly #options: LaneOptions<I, R>;
  #queue: Waiting<I, R>[] = [];
  #inFlight: readonly Waiting<I, R>[] = [];
  #draining: Promise<void> | null = null;
  #closed = false;
  #away: string | null = null;
  #wake: (() => void) | null = null;

  constructor(options: LaneOptions<I, R>) {
    this.#options = options;
  }

  /** Items queued and in flight. */
  get pending(): number {
    return this.#queue.length + this.#inFlight.length;
  }

  /** How long the oldest item has waited, ms; a server that takes statements and answers none shows here first. */
  get waitedMs(): number {
    const oldest = this.#inFlight[0] ?? this.#queue[0];
    return oldest === undefined ? 0 : this.#options.clock.now() - oldest.sinceMs;
  }

  /** Why the database cannot be reached at the moment, or null. */
  get away(): string | null {
    return this.#away;
  }

  submit(item: I): Promise<R> {
    const { clock, maxAwayMs, maxPending } = this.#options;
    if (this.#closed) return Promise.reject(journalUnavailable("it is closed"));
    if (this.pending >= maxPending) return Promise.reject(journalFull(maxPending));
    return new Promise((resolve, reject) => {
      const sinceMs = clock.now();
      this.#queue.push({ item, sinceMs, deadlineMs: sinceMs + maxAwayMs, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Refuses new items, lets waiting ones finish unless the database is away, then cuts the connection. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#draining;
    this.#options.link.drop();
  }

  async #drain(): Promise<void> {
    // Items submitted in the same turn share the first batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const { taken, deferred } = this.#options.pick(this.#queue.map(({ item }) => item));
      const looked = this.#queue.slice(0, taken);
      this.#inFlight = looked.filter((_, index) => !deferred.has(index));
      this.#queue = [...looked.filter((_, index) => deferred.has(index)), ...this.#queue.slice(taken)];
      await this.#commit();
      this.#inFlight = [];
    }
    this.#draining = null;
  }

  /** Repeats the batch in flight until each item has its outcome or was given up. */
  async #commit(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; this.#inFlight.length > 0; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const batch = this.#inFlight;
      try {
        await this.#attempt(batch);
        this.#away = null;
        return;
      } catch (error) {
        this.#away = messageOf(error) || String((error as { code?: string }).code);
        if (isPermanent(error)) {
          if (batch.length > 1) return this.#oneByOne(batch);
          const message = `the database refused the statement: ${this.#away}`;
          batch[0]!.reject(new DstaError("JOURNAL_REJECTED", message, { code: 500, cause: error }));
          return;
        }
        this.#giveUpLate(error);
        if (this.#inFlight.length > 0 && !this.#closed) await this.#pause(pauseMs);
      }
    }
  }

  async #attempt(batch: readonly Waiting<I, R>[]): Promise<void> {
    const items = batch.map(({ item }) => item);
    const outcomes = await this.#options.link.use((client) => this.#options.execute(client, items));
    const again: Waiting<I, R>[] = [];
    batch.forEach((waiting, index) => {
      const outcome = outcomes[index]!;
      if (outcome === "again") again.push(waiting);
      else if ("failed" in outcome) waiting.reject(outcome.failed);
      else waiting.resolve(outcome.done);
    });
    if (again.length > 0) this.#queue = [...again, ...this.#queue];
  }

  async #oneByOne(batch: readonly Waiting<I, R>[]): Promise<void> {
    for (const waiting of batch) {
      this.#inFlight = [waiting];
      await this.#commit();
    }
  }

  /** Rejects what waited too long (all, when closing), together with everything of the same key behind it. */
  #giveUpLate(cause: unknown): void {
    const now = this.#options.clock.now();
    const late = new Set<string>();
    const keep = (waiting: Waiting<I, R>): boolean => {
      const key = this.#options.key(waiting.item);
      if (this.#closed || waiting.deadlineMs <= now) late.add(key);
      if (!late.has(key)) return true;
      waiting.reject(journalUnavailable(this.#away ?? "unknown reason", cause));
      return false;
    };
    this.#inFlight = this.#inFlight.filter(keep);
    this.#queue = this.#queue.filter(keep);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
