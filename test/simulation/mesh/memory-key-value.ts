/**
 * A key-value bucket without a server, for simulations: one shared bucket, one handle per node, deterministic on the
 * clock it is given, with the faults a real one has. Without latency a request is served in the same turn.
 */
import type { Clock } from "../../../domain/kernel/clock.ts";
import { DstaError, invariant } from "../../../domain/kernel/errors.ts";
import type { KeyValue, KvEntry, KvWatcher } from "../../../mixins/directory/key-value.ts";

export interface MemoryBucketOptions {
  readonly clock: Clock;
  /** One way, for each message; 0 by default. */
  readonly latencyMs?: () => number;
  /** After which a request without an answer is KV_UNAVAILABLE. */
  readonly timeoutMs?: number;
  readonly generation?: number;
}

export class MemoryBucket {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly latencyMs: () => number;
  /** Of its present life. */
  generation: number;
  /** Writes that passed: what a test compares with what nodes were told. */
  writes = 0;
  readonly #entries = new Map<string, KvEntry>();
  readonly #handles = new Map<string, MemoryKeyValue>();
  #revision = 0;
  #stuck: (() => void)[] | null = null;

  constructor({ clock, latencyMs = () => 0, timeoutMs = 400, generation = 1 }: MemoryBucketOptions) {
    this.clock = clock;
    this.latencyMs = latencyMs;
    this.timeoutMs = timeoutMs;
    this.generation = generation;
  }

  /** A new handle under a node's name ends the one before: that process is dead. */
  handle(node: string): MemoryKeyValue {
    this.#handles.get(node)?.end();
    const handle = new MemoryKeyValue(this, node);
    this.#handles.set(node, handle);
    return handle;
  }

  /** Everything in it is gone and revisions start again. Handles learn of it by `check`. */
  lose(): void {
    this.generation++;
    this.#revision = 0;
    this.#entries.clear();
  }

  /** The server stands still: requests wait and are served late, when `resume` is called. */
  pause(): void {
    this.#stuck ??= [];
  }

  resume(): void {
    const stuck = this.#stuck ?? [];
    this.#stuck = null;
    for (const serve of stuck) serve();
  }

  /** Called by handles: runs at the server, now or when it is running again. */
  serve(work: () => void): void {
    if (this.#stuck) this.#stuck.push(work);
    else work();
  }

  /** Whether the key's life is the present one decides what a late or ignorant writer can do. */
  write(generation: number, key: string, value: string | null, previous: number): number {
    const name = `${generation}.${key}`;
    const last = this.#entries.get(name);
    const matches = previous === 0 ? last === undefined || last.value === null : last?.revision === previous;
    if (!matches) throw new DstaError("KV_CONFLICT", `${key} is not at revision ${previous}`, { code: 409, data: { key, previous } });
    const entry = { key, value, revision: ++this.#revision };
    this.#entries.set(name, entry);
    this.writes++;
    for (const handle of this.#handles.values()) handle.notice(generation, entry);
    return entry.revision;
  }

  read(generation: number, key: string): KvEntry | null {
    const entry = this.#entries.get(`${generation}.${key}`);
    return entry === undefined || entry.value === null ? null : entry;
  }

  entries(generation: number): readonly KvEntry[] {
    const prefix = `${generation}.`;
    const present = [...this.#entries].filter(([name]) => name.startsWith(prefix)).map(([, entry]) => entry);
    return present.sort((left, right) => left.revision - right.revision);
  }
}

interface Request {
  readonly answer: (outcome: () => void) => void;
}

export class MemoryKeyValue implements KeyValue {
  generation: number;
  readonly #bucket: MemoryBucket;
  readonly #node: string;
  readonly #watchers = new Map<KvWatcher, { dueMs: number; onTheWay: number }>();
  #connected = true;
  #seesChanges = true;
  #ended = false;
  #answersToLose = 0;
  #requestsToLose = 0;
  #frozen: (() => void)[] | null = null;
  /** Grows with each disconnection: answers to what was asked before are lost. */
  #connection = 0;

  constructor(bucket: MemoryBucket, node: string) {
    this.#bucket = bucket;
    this.#node = node;
    this.generation = bucket.generation;
  }

  /** Requests fail at once and the watch is blind, until `connect`. What was asked before may still be done. */
  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#connection++;
    this.#blind("disconnected");
  }

  connect(): void {
    if (this.#connected || this.#ended) return;
    this.#connected = true;
    this.#watchAgain();
  }

  /** The watch gives nothing and does not say so; until `see`, which gives everything again. */
  blindfold(): void {
    this.#seesChanges = false;
  }

  see(): void {
    this.#seesChanges = true;
    this.#blind("the watch stood still");
    this.#watchAgain();
  }

  /** The next requests are done, and their callers are told KV_UNAVAILABLE. */
  loseAnswers(count: number): void {
    this.#answersToLose = count;
  }

  /** The next requests never reach the server. */
  loseRequests(count: number): void {
    this.#requestsToLose = count;
  }

  /** The process stands still (SIGSTOP): what arrives for it waits. Its timers are its clock's business. */
  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const waiting = this.#frozen ?? [];
    this.#frozen = null;
    for (const deliver of waiting) deliver();
  }

  /** The process is dead. */
  end(): void {
    this.#ended = true;
    this.#connected = false;
    this.#watchers.clear();
  }

  get(key: string): Promise<KvEntry | null> {
    const generation = this.generation;
    return this.#request(() => this.#bucket.read(generation, key));
  }

  put(key: string, value: string, previous: number): Promise<number> {
    const generation = this.generation;
    return this.#request(() => this.#bucket.write(generation, key, value, previous));
  }

  remove(key: string, previous: number): Promise<void> {
    const generation = this.generation;
    invariant(previous > 0, `removing ${key} needs the revision it has`);
    return this.#request(() => void this.#bucket.write(generation, key, null, previous));
  }

  async check(): Promise<number> {
    const generation = await this.#request(() => this.#bucket.generation);
    if (generation > this.generation) {
      this.#blind("the bucket was lost");
      this.generation = generation;
      this.#watchAgain();
    }
    return generation;
  }

  watch(watcher: KvWatcher): () => void {
    this.#watchers.set(watcher, { dueMs: 0, onTheWay: 0 });
    this.#give(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Called by the bucket for each change. */
  notice(generation: number, entry: KvEntry): void {
    if (generation !== this.generation || !this.#seesChanges || !this.#connected) return;
    const connection = this.#connection;
    for (const watcher of this.#watchers.keys()) {
      this.#inOrder(watcher, () => {
        if (connection === this.#connection && generation === this.generation) watcher.entry(entry);
      });
    }
  }

  #request<T>(serve: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const unavailable = (why: string) => reject(new DstaError("KV_UNAVAILABLE", `${this.#node}: ${why}`, { code: 503, retryable: true }));
      if (!this.#connected) return unavailable("not connected");
      const connection = this.#connection;
      const cancel = this.#bucket.clock.after(this.#bucket.timeoutMs, () => this.#deliver(() => unavailable("no answer in time")));
      if (this.#requestsToLose > 0) return void this.#requestsToLose--;
      const losesAnswer = this.#answersToLose > 0 && this.#answersToLose-- > 0;
      const request: Request = {
        answer: (outcome) => {
          if (losesAnswer || connection !== this.#connection) return;
          this.#deliver(() => {
            cancel();
            outcome();
          });
        },
      };
      this.#later(() => this.#bucket.serve(() => this.#serve(serve, request, resolve, reject)));
    });
  }

  #serve<T>(serve: () => T, request: Request, resolve: (value: T) => void, reject: (error: Error) => void): void {
    try {
      const value = serve();
      this.#later(() => request.answer(() => resolve(value)));
    } catch (error) {
      this.#later(() => request.answer(() => reject(error instanceof Error ? error : new Error(String(error)))));
    }
  }

  #later(work: () => void): void {
    const latencyMs = this.#bucket.latencyMs();
    if (latencyMs > 0) this.#bucket.clock.after(latencyMs, work);
    else work();
  }

  #deliver(work: () => void): void {
    if (this.#ended) return;
    if (this.#frozen) this.#frozen.push(work);
    else work();
  }

  /** After everything given to the watcher before. */
  #inOrder(watcher: KvWatcher, give: () => void): void {
    const state = this.#watchers.get(watcher);
    if (!state) return;
    const { clock, latencyMs } = this.#bucket;
    const dueMs = Math.max(state.dueMs, clock.now() + latencyMs());
    state.dueMs = dueMs;
    const deliver = () => this.#deliver(() => this.#watchers.has(watcher) && give());
    // What is due at this very moment and has not been given yet comes first.
    if (dueMs <= clock.now() && state.onTheWay === 0) return deliver();
    state.onTheWay++;
    clock.after(dueMs - clock.now(), () => {
      state.onTheWay--;
      deliver();
    });
  }

  #give(watcher: KvWatcher): void {
    if (!this.#connected || !this.#seesChanges) return;
    const connection = this.#connection;
    const generation = this.generation;
    const isCurrent = () => connection === this.#connection && generation === this.generation;
    this.#bucket.serve(() => {
      for (const entry of this.#bucket.entries(generation)) this.#inOrder(watcher, () => isCurrent() && watcher.entry(entry));
      this.#inOrder(watcher, () => isCurrent() && watcher.complete());
    });
  }

  #watchAgain(): void {
    for (const watcher of this.#watchers.keys()) this.#give(watcher);
  }

  #blind(why: string): void {
    for (const watcher of this.#watchers.keys()) this.#deliver(() => watcher.blind(why));
  }
}
