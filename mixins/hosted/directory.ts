/**
 * Who owns an actor: one living activation, with an epoch that only grows. `LocalDirectory` is the one-process form;
 * the mesh's form claims leases in NATS behind the same interface.
 */

export interface Lease {
  readonly node: string;
  readonly epoch: bigint;
}

export interface Directory {
  readonly nodeId: string;
  /** The present owner as far as this node knows, without waiting. */
  locate(kind: string, id: string): Lease | null;
  /** Makes this node the owner. @throws {DstaError} WRONG_OWNER (retryable) when another node holds it. */
  claim(kind: string, id: string): Promise<Lease>;
  release(kind: string, id: string, epoch: bigint): Promise<void>;
  /** Whether this node may still act as owner of anything: checked before every message and every venue request. */
  valid(): boolean;
}

export class LocalDirectory implements Directory {
  readonly nodeId: string;
  readonly #leases = new Map<string, Lease>();
  #epoch = 0n;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  locate(kind: string, id: string): Lease | null {
    return this.#leases.get(`${kind}/${id}`) ?? null;
  }

  claim(kind: string, id: string): Promise<Lease> {
    const lease = { node: this.nodeId, epoch: ++this.#epoch };
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
}
