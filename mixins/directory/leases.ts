/**
 * Leases of actors: who owns what, from the watch, and claims by compare-and-swap. A lease is worth what the session in it
 * is worth: when that is over, the actor is free at the lease's revision. Refuses to take what a living node holds.
 */
import { DstaError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { KnownLease, Lease } from "../hosted/directory.ts";
import { BucketView, type Seen } from "./bucket-view.ts";
import { ClaimSlots } from "./claim-slots.ts";
import type { KeyValue } from "./key-value.ts";
import { actorName, actorOfKey, epochOf, leaseKey, parseHolder } from "./records.ts";

export interface LeasesOptions {
  readonly kv: KeyValue;
  readonly node: string;
  /** Our session when we may act, and null otherwise. */
  readonly actingSession: () => string | null;
  /** Resolves when we may act, or when that is not to be expected soon. */
  readonly whenActing: () => Promise<void>;
  /** Asks the store whether the bucket is the one that we know. @throws {DstaError} KV_UNAVAILABLE */
  readonly isSameLife: () => Promise<boolean>;
  readonly isAlive: (node: string, session: string) => boolean;
  readonly isOver: (node: string, session: string) => Promise<boolean>;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

const TRIES_MAX = 5;

interface HeldLease extends Lease {
  readonly session: string;
}

export class Leases {
  readonly #options: LeasesOptions;
  readonly #view: BucketView<HeldLease>;
  readonly #slots = new ClaimSlots();
  /** Of every epoch seen or given: what is written later must be above it, or the bucket is not the one we know. */
  #highestEpoch = 0n;

  constructor(options: LeasesOptions) {
    this.#options = options;
    this.#view = new BucketView(options.kv, {
      nameOf: actorOfKey,
      parse: (_name, value, revision) => {
        const holder = parseHolder(value);
        return holder === null ? null : this.#held(holder.node, holder.session, revision);
      },
      log: options.log,
    });
  }

  get view(): Pick<BucketView<HeldLease>, "start" | "stop" | "whenComplete" | "isBlind" | "malformed" | "size"> {
    return this.#view;
  }

  locate(kind: string, id: string): Lease | null {
    const held = this.#view.get(actorName(kind, id))?.value;
    return held !== undefined && held !== null && this.#options.isAlive(held.node, held.session) ? held : null;
  }

  *known(): Iterable<KnownLease> {
    for (const [name, { value }] of this.#view.entries()) {
      if (value === null) continue;
      const slash = name.indexOf("/");
      const node = this.#options.isAlive(value.node, value.session) ? value.node : null;
      yield { kind: name.slice(0, slash), id: name.slice(slash + 1), node, epoch: value.epoch };
    }
  }

  claim(kind: string, id: string, isWanted: () => boolean = () => true): Promise<Lease> {
    return this.#slots.run(() => this.#claim(kind, id, isWanted));
  }

  async release(kind: string, id: string, epoch: bigint): Promise<void> {
    const key = leaseKey(kind, id);
    const name = actorName(kind, id);
    for (let tries = 1; ; tries++) {
      const seen = this.#view.get(name);
      if (!seen?.value || seen.value.epoch !== epoch || seen.value.node !== this.#options.node) return;
      try {
        await this.#options.kv.remove(key, seen.revision);
        return this.#view.drop(name, seen.revision);
      } catch (error) {
        if (!isExpected(error)) throw error;
        // Not ours at that revision any more: released before by a request whose answer was lost, or claimed anew.
        if (error.type === "KV_CONFLICT") return;
        if (tries === TRIES_MAX) throw unavailable(`giving back ${name}`, error);
      }
    }
  }

  async #claim(kind: string, id: string, isWanted: () => boolean): Promise<Lease> {
    const key = leaseKey(kind, id);
    const name = actorName(kind, id);
    await this.#options.whenActing();
    let isCertain = !this.#view.isBlind;
    try {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const session = this.#actingSession(name);
        const seen = isCertain ? this.#view.get(name) : await this.#read(key, name);
        await this.#refuseWhenHeld(name, seen ?? null, session);
        if (!isWanted()) throw unavailable(`claiming ${name}`, new Error("nobody wants it any more"));
        const lease = await this.#write(key, name, session, seen?.revision ?? 0);
        if (lease !== null) return lease;
        isCertain = false;
      }
    } catch (error) {
      if (isExpected(error) && error.type === "KV_UNAVAILABLE") throw unavailable(`claiming ${name}`, error);
      throw error;
    }
    throw unavailable(`claiming ${name}`, new Error("others kept changing it"));
  }

  /** Null when the lease is not at that revision any more. */
  async #write(key: string, name: string, session: string, previous: number): Promise<Lease | null> {
    const { kv, node } = this.#options;
    const generation = kv.generation;
    const floor = this.#highestEpoch;
    try {
      const revision = await kv.put(key, JSON.stringify({ node, session }), previous);
      // A bucket that was emptied meanwhile takes any first claim, also of those whose watch has not told them of the owner.
      if (previous === 0 && !(await this.#options.isSameLife())) throw unavailable(`claiming ${name}`, new Error("the bucket was lost"));
      // The session ended meanwhile, or the bucket: what was written binds nobody.
      if (this.#actingSession(name) !== session) throw unavailable(`claiming ${name}`, new Error("the session was lost meanwhile"));
      if (kv.generation !== generation || epochOf(generation, revision) <= floor) {
        throw unavailable(`claiming ${name}`, new Error("the bucket was lost meanwhile"));
      }
      const lease = this.#held(node, session, revision);
      this.#view.note(name, { revision, value: lease });
      return lease;
    } catch (error) {
      if (isExpected(error) && error.type === "KV_CONFLICT") return null;
      throw error;
    }
  }

  async #refuseWhenHeld(name: string, seen: Seen<HeldLease> | null, session: string): Promise<void> {
    const held = seen?.value ?? null;
    if (held === null || held.session === session || (await this.#options.isOver(held.node, held.session))) return;
    throw new DstaError("WRONG_OWNER", `${name} lives on ${held.node}`, { code: 409, retryable: true, data: { node: held.node } });
  }

  async #read(key: string, name: string): Promise<Seen<HeldLease> | null> {
    const entry = await this.#options.kv.get(key);
    return entry === null ? null : this.#view.read(name, entry);
  }

  #actingSession(name: string): string {
    const session = this.#options.actingSession();
    if (session === null) throw unavailable(`claiming ${name}`, new Error("this node has no session in order"));
    return session;
  }

  #held(node: string, session: string, revision: number): HeldLease {
    const epoch = epochOf(this.#options.kv.generation, revision);
    if (epoch > this.#highestEpoch) this.#highestEpoch = epoch;
    return { node, session, epoch };
  }
}

function unavailable(what: string, cause: unknown): DstaError {
  return new DstaError("DIRECTORY_UNAVAILABLE", `${what}: ${messageOf(cause)}`, { code: 503, retryable: true, cause });
}
