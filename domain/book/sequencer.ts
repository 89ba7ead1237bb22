/**
 * Keeps a book whole: buffers deltas until a snapshot joins them, then insists on contiguity.
 *
 * `LIVE` means: the content equals the venue's book at `updateId`, as far as the venue's levels are known. A gap, or a
 * book that crosses, ends `LIVE` at once; the delta that showed it is kept, since the next snapshot may join it.
 * While `RESYNC` the book keeps its last whole content for display, except after a crossing, when it is emptied.
 * Refuses to judge age: `STALE` is the owner's word. Bound: the delta buffer, which drops its oldest when full.
 */
import type { BookQuality } from "../market/events.ts";
import { DeltaBuffer } from "./delta-buffer.ts";
import type { DepthSnapshot, DepthUpdate } from "./depth.ts";
import type { OrderBook } from "./order-book.ts";

/** A venue's continuity rules, each a pure predicate on ids. */
export interface SequenceRules {
  readonly name: string;
  /** Whether a delta is already contained in a snapshot or book at `bookId` and must be dropped. */
  isOld(bookId: number, update: DepthUpdate): boolean;
  /** Whether a delta is a legal first one on a snapshot with `snapshotId`. */
  joins(snapshotId: number, update: DepthUpdate): boolean;
  /** Whether a delta directly continues a book at `bookId`. */
  continues(bookId: number, update: DepthUpdate): boolean;
}

/**
 * What became of a delta. `snapshot-needed`: it is buffered and the owner must fetch a snapshot (again): it is the first
 * one of a wait, or continuity broke. An owner with a fetch in flight may wait for its answer.
 */
export type SequencerVerdict = "applied" | "buffered" | "dropped" | "snapshot-needed";

/** `too-old`: the snapshot does not reach the buffered deltas (or is itself broken); fetch another. */
export type SnapshotVerdict = "live" | "too-old";

export interface SequencerInput {
  onDelta(update: DepthUpdate): SequencerVerdict;
  onSnapshot(snapshot: DepthSnapshot): SnapshotVerdict;
}

/** Counts since the sequencer was made. */
export interface SequencerCounters {
  /** Deltas that changed the book, buffered ones included once they did. */
  readonly applied: number;
  /** Deltas the book already contained. */
  readonly dropped: number;
  readonly buffered: number;
  /** Buffered deltas lost to the buffer's bound. */
  readonly overflowed: number;
  /** Breaks of continuity, live or among the buffered. */
  readonly gaps: number;
  /** Times a live book was given up: gaps, crossings and resets. */
  readonly resyncs: number;
  /** Crossed content seen, in snapshots too. */
  readonly crossed: number;
}

export interface BookSequencerOptions {
  /** Deltas held while waiting for a snapshot, at least 1. Default 2,000: over three minutes at one per 100 ms. */
  readonly bufferMax?: number;
}

export class BookSequencer implements SequencerInput {
  readonly book: OrderBook;
  readonly #rules: SequenceRules;
  readonly #buffer: DeltaBuffer;
  #applied = 0;
  readonly #counters = { dropped: 0, buffered: 0, overflowed: 0, gaps: 0, resyncs: 0, crossed: 0 };
  #live = false;
  /** True between a snapshot and the first delta on it, which must obey the joining rule. */
  #joining = false;
  #updateId = -1;
  #venueTimeMs = 0;

  constructor(book: OrderBook, rules: SequenceRules, options: BookSequencerOptions = {}) {
    this.book = book;
    this.#rules = rules;
    this.#buffer = new DeltaBuffer(options.bufferMax ?? 2_000);
  }

  get quality(): BookQuality {
    return this.#live ? "LIVE" : "RESYNC";
  }

  /** Id of the last message contained in the book, -1 before any. */
  get updateId(): number {
    return this.#updateId;
  }

  /** Venue time of the last applied delta, 0 before any: snapshots do not all carry one. */
  get venueTimeMs(): number {
    return this.#venueTimeMs;
  }

  get bufferedCount(): number {
    return this.#buffer.length;
  }

  get counters(): SequencerCounters {
    return { applied: this.#applied, ...this.#counters };
  }

  onDelta(update: DepthUpdate): SequencerVerdict {
    if (!this.#live) return this.#hold(update);
    if (this.#isContained(update)) {
      this.#counters.dropped += 1;
      return "dropped";
    }
    if (!this.#follows(update)) {
      this.#counters.gaps += 1;
      return this.#resyncWith(update);
    }
    this.#apply(update);
    if (!this.book.isCrossed()) return "applied";
    this.#counters.crossed += 1;
    this.book.clear();
    return this.#resyncWith(update);
  }

  /** A live book ignores a snapshot that is older than itself, or crossed; a newer one replaces its content. */
  onSnapshot(snapshot: DepthSnapshot): SnapshotVerdict {
    if (this.#live && snapshot.lastId <= this.#updateId) return "live";
    if (isCrossed(snapshot)) {
      this.#counters.crossed += 1;
      return this.#live ? "live" : "too-old";
    }
    const buffer = this.#buffer;
    let first = 0;
    while (first < buffer.length && this.#rules.isOld(snapshot.lastId, buffer.at(first))) first += 1;
    if (first < buffer.length && !this.#rules.joins(snapshot.lastId, buffer.at(first))) return "too-old";
    this.#counters.dropped += first;
    buffer.dropOldest(first);
    this.book.load(snapshot);
    this.#updateId = snapshot.lastId;
    this.#live = true;
    this.#joining = true;
    return this.#replayBuffer();
  }

  /** The stream restarted: what was heard before says nothing about what comes next. Content stays for display. */
  reset(): void {
    if (this.#live) this.#counters.resyncs += 1;
    this.#live = false;
    this.#joining = false;
    this.#buffer.clear();
  }

  #replayBuffer(): SnapshotVerdict {
    const buffer = this.#buffer;
    while (buffer.length > 0) {
      this.#apply(buffer.at(0));
      buffer.dropOldest(1);
      if (this.book.isCrossed()) return this.#refuse();
    }
    return "live";
  }

  /** Buffered deltas are kept contiguous and ascending, so that replaying them needs no further check. */
  #hold(update: DepthUpdate): SequencerVerdict {
    const newest = this.#buffer.newest();
    if (newest !== undefined && update.lastId <= newest.lastId) {
      this.#counters.dropped += 1;
      return "dropped";
    }
    const contiguous = newest !== undefined && this.#rules.continues(newest.lastId, update);
    if (newest !== undefined && !contiguous) {
      // No snapshot from before this hole can become whole, and one from after it needs nothing from before.
      this.#counters.gaps += 1;
      this.#counters.dropped += this.#buffer.length;
      this.#buffer.clear();
    }
    this.#counters.buffered += 1;
    if (this.#buffer.push(update)) this.#counters.overflowed += 1;
    return contiguous ? "buffered" : "snapshot-needed";
  }

  #isContained(update: DepthUpdate): boolean {
    if (this.#joining) return this.#rules.isOld(this.#updateId, update);
    return update.lastId <= this.#updateId;
  }

  #follows(update: DepthUpdate): boolean {
    return this.#joining ? this.#rules.joins(this.#updateId, update) : this.#rules.continues(this.#updateId, update);
  }

  #apply(update: DepthUpdate): void {
    this.book.apply(update);
    this.#updateId = update.lastId;
    this.#venueTimeMs = update.venueTimeMs;
    this.#joining = false;
    this.#applied += 1;
  }

  #resyncWith(update: DepthUpdate): SequencerVerdict {
    this.reset();
    return this.#hold(update);
  }

  /** A snapshot that crosses when the buffered deltas follow it is thrown away; the deltas left may join the next one. */
  #refuse(): SnapshotVerdict {
    this.#counters.crossed += 1;
    this.#live = false;
    this.#joining = false;
    this.book.clear();
    return "too-old";
  }
}

function isCrossed(snapshot: DepthSnapshot): boolean {
  return snapshot.bids.length > 0 && snapshot.asks.length > 0 && snapshot.bids[0]! >= snapshot.asks[0]!;
}
