/**
 * A directory for several hosts of one test: one book of leases, and for each node a view that the test steers. Claims are
 * answered at once; `hold` keeps them back until `letGo`.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Directory, DirectoryChange, KnownLease, Lease, Member } from "../../mixins/hosted/directory.ts";
import { wrongOwner } from "../../mixins/hosted/remote.ts";

export class LeaseBook {
  readonly leases = new Map<string, Lease>();
  /** Where an actor belongs by its id; everything else belongs on `elsewhere`. */
  readonly home = new Map<string, string>();
  elsewhere = "one";
  epoch = 0n;

  view(nodeId: string): LeaseView {
    return new LeaseView(nodeId, this);
  }
}

export class LeaseView implements Directory {
  readonly nodeId: string;
  readonly #book: LeaseBook;
  readonly #listeners: ((change: DirectoryChange) => void)[] = [];
  #held: (() => void)[] | null = null;
  isValid = true;
  isReachable = true;

  constructor(nodeId: string, book: LeaseBook) {
    this.nodeId = nodeId;
    this.#book = book;
  }

  locate(kind: string, id: string): Lease | null {
    return this.#book.leases.get(`${kind}/${id}`) ?? null;
  }

  candidate(_kind: string, id: string): string {
    return this.#book.home.get(id) ?? this.#book.elsewhere;
  }

  async claim(kind: string, id: string): Promise<Lease> {
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
    if (!this.isReachable) throw new DstaError("DIRECTORY_UNAVAILABLE", "no directory", { code: 503, retryable: true });
    const owner = this.locate(kind, id);
    if (owner && owner.node !== this.nodeId) throw wrongOwner(`${kind}/${id}`, owner.node);
    const lease = { node: this.nodeId, epoch: ++this.#book.epoch };
    this.#book.leases.set(`${kind}/${id}`, lease);
    return lease;
  }

  release(kind: string, id: string, epoch: bigint): Promise<void> {
    if (!this.isReachable) return Promise.reject(new DstaError("DIRECTORY_UNAVAILABLE", "no directory", { retryable: true }));
    if (this.locate(kind, id)?.epoch === epoch) this.#book.leases.delete(`${kind}/${id}`);
    return Promise.resolve();
  }

  valid(): boolean {
    return this.isValid;
  }

  members(): readonly Member[] {
    return [];
  }

  leases(): Iterable<KnownLease> {
    return [];
  }

  onChange(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  say(change: DirectoryChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const resolve of held) resolve();
  }
}
