/**
 * What this node knows of a bucket through its watch: always a whole state, the last one that was complete, while a
 * watch that restarted is still being given. Refuses news older than what it knows.
 */
import type { KeyValue, KvEntry, KvWatcher } from "./key-value.ts";

export interface Seen<T> {
  readonly revision: number;
  /** Null: there is a value, and it cannot be read. */
  readonly value: T | null;
}

export interface ViewChange<T> {
  readonly name: string;
  readonly before: Seen<T> | undefined;
  readonly after: Seen<T> | undefined;
}

export interface ViewOptions<T> {
  /** Null for keys that do not belong in the view. */
  readonly nameOf: (key: string) => string | null;
  readonly parse: (name: string, value: string, revision: number) => T | null;
  /** One change as it comes, or all at once when a watch that restarted is complete: `again`. */
  readonly onChanges?: (changes: readonly ViewChange<T>[], again: boolean) => void;
  readonly log: (level: "warn", text: string) => void;
}

export class BucketView<T> implements KvWatcher {
  /** Values that did not fit; they are treated as absent. */
  malformed = 0;
  readonly #kv: KeyValue;
  readonly #options: ViewOptions<T>;
  #entries = new Map<string, Seen<T>>();
  /** What a watch that (re)started has given so far; null while the watch is live. */
  #arriving: Map<string, Seen<T>> | null = new Map();
  #stop: (() => void) | null = null;
  #waiters: (() => void)[] = [];
  #wasComplete = false;

  constructor(kv: KeyValue, options: ViewOptions<T>) {
    this.#kv = kv;
    this.#options = options;
  }

  start(): void {
    this.#stop ??= this.#kv.watch(this);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** What it shows may be old. */
  get isBlind(): boolean {
    return this.#arriving !== null;
  }

  whenComplete(): Promise<void> {
    if (!this.isBlind) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  get(name: string): Seen<T> | undefined {
    return this.#entries.get(name);
  }

  entries(): Iterable<[string, Seen<T>]> {
    return this.#entries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A write of our own that was acknowledged, before the watch tells of it. */
  note(name: string, seen: Seen<T>): void {
    this.#arriving?.set(name, seen);
    this.#apply(name, seen);
  }

  /** A removal of our own of that revision. */
  drop(name: string, revision: number): void {
    if (this.#arriving?.get(name)?.revision === revision) this.#arriving.delete(name);
    const before = this.#entries.get(name);
    if (before === undefined || before.revision > revision) return;
    this.#entries.delete(name);
    this.#options.onChanges?.([{ name, before, after: undefined }], false);
  }

  entry(entry: KvEntry): void {
    const name = this.#options.nameOf(entry.key);
    if (name === null) return;
    // The echo of a write of our own, mostly.
    if (this.#arriving === null && (this.#entries.get(name)?.revision ?? 0) >= entry.revision) return;
    const seen = this.read(name, entry);
    if (this.#arriving === null) return this.#apply(name, seen ?? null, entry.revision);
    if (seen === null) this.#arriving.delete(name);
    else if (seen.revision >= (this.#arriving.get(name)?.revision ?? 0)) this.#arriving.set(name, seen);
  }

  /** Null when the entry says that the key was removed. */
  read(name: string, entry: KvEntry): Seen<T> | null {
    if (entry.value === null) return null;
    const value = this.#options.parse(name, entry.value, entry.revision);
    if (value === null) {
      this.malformed++;
      this.#options.log("warn", `ignored a value in the directory that cannot be read: ${name} at revision ${entry.revision}`);
    }
    return { revision: entry.revision, value };
  }

  complete(): void {
    const before = this.#entries;
    if (this.#arriving === null) return;
    this.#entries = this.#arriving;
    this.#arriving = null;
    const changes: ViewChange<T>[] = [];
    for (const [name, after] of this.#entries) {
      const old = before.get(name);
      if (old?.revision !== after.revision) changes.push({ name, before: old, after });
    }
    for (const [name, old] of before) if (!this.#entries.has(name)) changes.push({ name, before: old, after: undefined });
    this.#options.onChanges?.(changes, this.#wasComplete);
    this.#wasComplete = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  blind(): void {
    this.#arriving = new Map();
  }

  #apply(name: string, after: Seen<T> | null, revision = after?.revision ?? 0): void {
    const before = this.#entries.get(name);
    if (before !== undefined && before.revision >= revision) return;
    if (after === null) {
      if (!this.#entries.delete(name)) return;
    } else this.#entries.set(name, after);
    this.#options.onChanges?.([{ name, before, after: after ?? undefined }], false);
  }
}
