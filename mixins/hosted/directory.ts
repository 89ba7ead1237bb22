/**
 * Who owns an actor: one living activation, with an epoch that only grows. `LocalDirectory` is the one-process form;
 * the mesh's form (mixins/directory) claims leases in a key-value bucket behind the same interface.
 */

export interface Lease {
  readonly node: string;
  readonly epoch: bigint;
}

/** A lease as the directory knows it; `node` is null when the session that held it is gone. */
export interface KnownLease {
  readonly kind: string;
  readonly id: string;
  readonly node: string | null;
  readonly epoch: bigint;
}

/** A living node. */
export interface Member {
  readonly node: string;
  readonly roles: readonly string[];
  /** Kinds of actors it hosts. */
  readonly kinds: readonly string[];
  /** It is being emptied: nothing new is placed on it. */
  readonly draining: boolean;
  readonly startedAtMs: number;
  /** Actors (`kind/id`) that stay on it while it lives, wherever they belong. */
  readonly pins: readonly string[];
  /** Of its session: another one under the same name is another life. */
  readonly session: string;
}

export type DirectoryChange =
  /** Members joined, left or changed; `left` names those that are gone, whose leases are free now. */
  | { readonly type: "members"; readonly left: readonly string[] }
  /** Our own session is over: every actor here must end at once, without saving. Told once for each loss. */
  | { readonly type: "lost"; readonly why: string }
  /** We have a session again, with nothing claimed. */
  | { readonly type: "regained" };

export interface Directory {
  readonly nodeId: string;
  /** The present owner as far as this node knows, without waiting; null for none or one whose session is gone. */
  locate(kind: string, id: string): Lease | null;
  /**
   * Where the actor belongs among the living members that host its kind and are not draining: rendezvous hashing over
   * its placement group. Null when there is none.
   */
  candidate(kind: string, id: string): string | null;
  /**
   * Makes this node the owner, with a new epoch each time, also when it is the owner already. `isWanted` is asked right before
   * the claim is written: one that waited and that nobody wants any more must not come after, and take the lease from, a later
   * one of this very node.
   * @throws {DstaError} WRONG_OWNER (retryable, `data.node`) when another living node holds it; DIRECTORY_UNAVAILABLE (retryable)
   */
  claim(kind: string, id: string, isWanted?: () => boolean): Promise<Lease>;
  /** Gives it back when `epoch` is still ours; nothing otherwise. */
  release(kind: string, id: string, epoch: bigint): Promise<void>;
  /** Whether this node may still act as owner of anything: checked before every message and every venue request. */
  valid(): boolean;
  members(): readonly Member[];
  /** Every lease known, orphans included. */
  leases(): Iterable<KnownLease>;
  onChange(listener: (change: DirectoryChange) => void): () => void;
}

export interface LocalDirectoryOptions {
  readonly nodeId: string;
  readonly startedAtMs?: number;
  /** Every epoch given is above this: the highest one that the journal has seen. */
  readonly afterEpoch?: bigint;
}

export class LocalDirectory implements Directory {
  readonly nodeId: string;
  readonly #leases = new Map<string, KnownLease & Lease>();
  readonly #members: readonly Member[];
  #epoch: bigint;

  constructor({ nodeId, startedAtMs = 0, afterEpoch = 0n }: LocalDirectoryOptions) {
    this.nodeId = nodeId;
    this.#epoch = afterEpoch;
    this.#members = [{ node: nodeId, roles: ["all"], kinds: [], draining: false, startedAtMs, pins: [], session: nodeId }];
  }

  locate(kind: string, id: string): Lease | null {
    return this.#leases.get(`${kind}/${id}`) ?? null;
  }

  candidate(): string {
    return this.nodeId;
  }

  claim(kind: string, id: string): Promise<Lease> {
    const lease = { kind, id, node: this.nodeId, epoch: ++this.#epoch };
    this.#leases.set(`${kind}/${id}`, lease);
    return Promise.resolve(lease);
  }

  release(kind: string, id: string, epoch: bigint): Promise<void> {
    if (this.#leases.get(`${kind}/${id}`)?.epoch === epoch) this.#leases.delete(`${kind}/${id}`);
    return Promise.resolve();
  }

  valid(): boolean {
    return true;
  }

  members(): readonly Member[] {
    return this.#members;
  }

  leases(): Iterable<KnownLease> {
    return this.#leases.values();
  }

  /** Alone, nothing ever changes. */
  onChange(): () => void {
    return () => undefined;
  }
}
