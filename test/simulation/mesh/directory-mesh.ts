/**
 * Several directories on shared memory buckets and one clock: nodes that start, stand still, die and come back. Each node
 * has a clock of its own over the shared one, so that a node can stand still while the others go on.
 */
import { type CancelTimer, type Clock, ManualClock } from "../../../domain/kernel/clock.ts";
import { seededRandom } from "../../../domain/kernel/random.ts";
import { KvDirectory } from "../../../mixins/directory/kv-directory.ts";
import type { DirectoryChange } from "../../../mixins/hosted/directory.ts";
import { MemoryBucket, type MemoryKeyValue } from "./memory-key-value.ts";

/** A process's clock: while it stands still no timer fires; those that are due fire when it goes on. */
export class NodeClock implements Clock {
  /** Added to the wall clock only: elapsed time and timers never see it. */
  wallJumpMs = 0;
  readonly #shared: ManualClock;
  #waiting: (() => void)[] | null = null;
  #isDead = false;

  constructor(shared: ManualClock) {
    this.#shared = shared;
  }

  now(): number {
    return this.#shared.now() + this.wallJumpMs;
  }

  readonly elapsedMs = (): number => this.#shared.now();

  after(delayMs: number, callback: () => void): CancelTimer {
    let isCancelled = false;
    const fire = () => {
      if (!isCancelled && !this.#isDead) callback();
    };
    const cancel = this.#shared.after(delayMs, () => {
      if (this.#waiting) this.#waiting.push(fire);
      else fire();
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  freeze(): void {
    this.#waiting ??= [];
  }

  thaw(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const fire of waiting) fire();
  }

  die(): void {
    this.#isDead = true;
  }
}

export interface MeshNode {
  readonly name: string;
  readonly directory: KvDirectory;
  readonly clock: NodeClock;
  readonly sessions: MemoryKeyValue;
  readonly leases: MemoryKeyValue;
  readonly changes: DirectoryChange[];
  readonly started: Promise<void>;
  /** Of everything logged. */
  readonly lines: string[];
  setConnected(connected: boolean): void;
}

export interface DirectoryMeshOptions {
  readonly seed?: string;
  readonly latencyMs?: () => number;
  readonly renewMs?: number;
  readonly expiryMs?: number;
}

export class DirectoryMesh {
  readonly clock = new ManualClock(1_000_000);
  readonly sessions: MemoryBucket;
  readonly leases: MemoryBucket;
  readonly nodes = new Map<string, MeshNode>();
  readonly #options: DirectoryMeshOptions;
  #starts = 0;

  constructor(options: DirectoryMeshOptions = {}) {
    this.#options = options;
    const bucket = { clock: this.clock, ...(options.latencyMs ? { latencyMs: options.latencyMs } : {}) };
    this.sessions = new MemoryBucket(bucket);
    this.leases = new MemoryBucket({ ...bucket, generation: 7 });
  }

  /** Begins to start a node; `started` tells. A second process may try to take the name of a living one. */
  begin(name: string, kinds: readonly string[] = ["strategy", "book"], process = name): MeshNode {
    const clock = new NodeClock(this.clock);
    const sessions = this.sessions.handle(process);
    const leases = this.leases.handle(process);
    const statusListeners = new Set<(connected: boolean) => void>();
    const lines: string[] = [];
    const directory = new KvDirectory({
      node: name,
      roles: ["trading"],
      kinds,
      sessions,
      leases,
      groupOf: (kind, id) => `${kind}/${id}`,
      clock,
      elapsedMs: clock.elapsedMs,
      random: seededRandom(`${this.#options.seed ?? "mesh"} ${name} ${this.#starts++}`),
      renewMs: this.#options.renewMs ?? 200,
      expiryMs: this.#options.expiryMs ?? 600,
      onStatus: (listener) => {
        statusListeners.add(listener);
        return () => statusListeners.delete(listener);
      },
      log: (level, text) => lines.push(`${level} ${text}`),
    });
    const changes: DirectoryChange[] = [];
    directory.onChange((change) => changes.push(change));
    const started = directory.start();
    started.catch(() => undefined);
    const setConnected = (connected: boolean) => {
      for (const handle of [sessions, leases]) {
        if (connected) handle.connect();
        else handle.disconnect();
      }
      for (const listener of statusListeners) listener(connected);
    };
    const node = { name, directory, clock, sessions, leases, changes, started, lines, setConnected };
    this.nodes.set(process, node);
    return node;
  }

  async start(name: string, kinds?: readonly string[]): Promise<MeshNode> {
    const node = this.begin(name, kinds);
    await this.settle(node.started);
    return node;
  }

  /** SIGSTOP and SIGCONT of a node. */
  freeze(node: MeshNode): void {
    for (const part of [node.clock, node.sessions, node.leases]) part.freeze();
  }

  thaw(node: MeshNode): void {
    for (const part of [node.clock, node.sessions, node.leases]) part.thaw();
  }

  /** SIGKILL. */
  kill(node: MeshNode): void {
    node.clock.die();
    node.sessions.end();
    node.leases.end();
    this.nodes.delete(node.name);
  }

  /** Lets time pass in small steps, with everything that follows from each. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.clock.now() + durationMs;
    await turns();
    while (this.clock.now() < endMs) {
      this.clock.advanceTo(Math.min(endMs, this.clock.now() + STEP_MS));
      await turns();
    }
  }

  /** Lets time pass until the work is done. */
  async settle<T>(work: Promise<T>, withinMs = 20_000): Promise<T> {
    let isDone = false;
    const done = () => void (isDone = true);
    work.then(done, done);
    const endMs = this.clock.now() + withinMs;
    await turns();
    while (!isDone && this.clock.now() < endMs) {
      this.clock.advance(STEP_MS);
      await turns();
    }
    if (!isDone) throw new Error(`not done within ${withinMs} simulated ms`);
    return work;
  }

  /** @returns the simulated milliseconds it took */
  async until(condition: () => boolean, withinMs = 20_000): Promise<number> {
    const startMs = this.clock.now();
    await turns();
    while (!condition()) {
      if (this.clock.now() - startMs >= withinMs) throw new Error(`not so within ${withinMs} simulated ms`);
      this.clock.advance(STEP_MS);
      await turns();
    }
    return this.clock.now() - startMs;
  }
}

const STEP_MS = 5;
/** Promises that follow from one another in one step; more than any chain in the directory needs. */
const TURNS = 40;

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
