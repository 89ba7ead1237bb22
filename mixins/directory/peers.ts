/**
 * The nodes of the mesh as their sessions show them, and the judgement that one is dead. A peer is dead when this node's
 * own renewals came back through the same watch a whole expiry's worth of times, and an expiry of monotonic time passed,
 * without a beat of the peer: a pause of ours, a blind watch or a store that stands still accuse nobody. The accused is
 * fenced first, by removing its session at the revision seen; only then is it gone.
 */
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { Member } from "../hosted/directory.ts";
import { BucketView, type ViewChange } from "./bucket-view.ts";
import type { KeyValue } from "./key-value.ts";
import type { Timekeeping } from "./pass-time.ts";
import { nodeOfKey, parseSession, sessionKey, type SessionRecord } from "./records.ts";

export interface PeersOptions extends Timekeeping {
  readonly kv: KeyValue;
  readonly node: string;
  readonly renewMs: number;
  readonly expiryMs: number;
  /** Our own session; null while there is none. */
  readonly ownSession: () => string | null;
  /** Whether we may judge: our own session is in order. */
  readonly mayJudge: () => boolean;
  /** What stands under our own name, each time the watch tells it. */
  readonly onOwn: (record: SessionRecord | null) => void;
  /** Members changed, to be read after `refresh`; `left` names nodes of which a session is over. */
  readonly onMembers: (left: readonly string[]) => void;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

/** Sessions known to be over; the oldest are forgotten and would be looked up again. */
const ENDED_KEPT_MAX = 4_096;

interface Watched {
  /** When its last beat was seen, of elapsed time. */
  seenAtMs: number;
  /** Own beats that came back since. */
  echoes: number;
  isFencing: boolean;
  cancelCheck: () => void;
}

export class Peers {
  readonly #options: PeersOptions;
  readonly #view: BucketView<SessionRecord>;
  readonly #watched = new Map<string, Watched>();
  readonly #ended = new Set<string>();
  readonly #lookups = new Map<string, Promise<boolean>>();
  readonly #echoesNeeded: number;
  #members: readonly Member[] = [];
  #ownSeen: (() => void)[] = [];

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#echoesNeeded = Math.max(2, Math.floor(options.expiryMs / options.renewMs));
    this.#view = new BucketView(options.kv, {
      nameOf: nodeOfKey,
      parse: (node, value) => {
        const record = parseSession(value);
        return record?.node === node ? record : null;
      },
      onChanges: (changes, again) => this.#onChanges(changes, again),
      log: options.log,
    });
  }

  get view(): Pick<BucketView<SessionRecord>, "start" | "stop" | "whenComplete" | "isBlind" | "malformed"> {
    return this.#view;
  }

  get members(): readonly Member[] {
    return this.#members;
  }

  /** As far as is known here, without asking: false for a session never heard of. */
  isAlive(node: string, session: string): boolean {
    if (node === this.#options.node) return session === this.#options.ownSession();
    return this.#view.get(node)?.value?.session === session;
  }

  /**
   * Whether a session that owns something is over: a lease may be seen before the session that made it, and an absent
   * one may just not have been heard of. @throws {DstaError} KV_UNAVAILABLE
   */
  async isOver(node: string, session: string): Promise<boolean> {
    if (this.#ended.has(session)) return true;
    if (node === this.#options.node) return session !== this.#options.ownSession();
    if (!this.#view.isBlind && this.isAlive(node, session)) return false;
    let lookup = this.#lookups.get(session);
    if (lookup === undefined) {
      lookup = this.#lookUp(node, session).finally(() => this.#lookups.delete(session));
      this.#lookups.set(session, lookup);
    }
    return lookup;
  }

  /** Resolves when the watch has shown our own session, so that we are a member ourselves. */
  async whenOwnSeen(): Promise<void> {
    const { node, ownSession } = this.#options;
    for (let session = ownSession(); session !== null; session = ownSession()) {
      if (this.#view.get(node)?.value?.session === session) return;
      await new Promise<void>((resolve) => this.#ownSeen.push(resolve));
    }
  }

  /** Our own session began or ended: who the members are follows from that. */
  refresh(): void {
    this.#members = this.#listMembers();
    this.#wakeOwnSeen();
  }

  stop(): void {
    this.#view.stop();
    for (const watched of this.#watched.values()) watched.cancelCheck();
    this.#watched.clear();
  }

  #wakeOwnSeen(): void {
    for (const resolve of this.#ownSeen.splice(0)) resolve();
  }

  async #lookUp(node: string, session: string): Promise<boolean> {
    const { kv } = this.#options;
    const generation = kv.generation;
    const entry = await kv.get(sessionKey(node));
    const present = entry?.value === null || entry === null ? null : parseSession(entry.value);
    if (present?.session === session) return false;
    // A bucket that was lost shows nobody, and those who are missing may not know yet.
    if ((await kv.check()) !== generation) throw new DstaError("KV_UNAVAILABLE", "the sessions were lost", { code: 503, retryable: true });
    this.#end(session);
    return true;
  }

  #end(session: string): void {
    this.#ended.add(session);
    if (this.#ended.size <= ENDED_KEPT_MAX) return;
    for (const oldest of this.#ended) return void this.#ended.delete(oldest);
  }

  #onChanges(changes: readonly ViewChange<SessionRecord>[], again: boolean): void {
    const left: string[] = [];
    let changed = false;
    let isEcho = false;
    for (const { name, before, after } of changes) {
      const was = before?.value ?? null;
      const is = after?.value ?? null;
      changed ||= !isSameMember(was, is);
      if (was !== null && was.session !== is?.session) this.#end(was.session);
      if (name === this.#options.node) {
        isEcho = is !== null && is.session === this.#options.ownSession();
        this.#options.onOwn(is);
        this.#wakeOwnSeen();
        continue;
      }
      if (was !== null && was.session !== is?.session) left.push(name);
      this.#watch(name, is);
    }
    // After a blind time everybody gets a second expiry: others may take longer to find the store again.
    if (again) for (const watched of this.#watched.values()) this.#sawBeat(watched, this.#options.expiryMs);
    if (changed) this.#options.onMembers(left);
    if (isEcho) this.#onEcho();
  }

  #watch(node: string, record: SessionRecord | null): void {
    const watched = this.#watched.get(node);
    if (record === null) {
      watched?.cancelCheck();
      this.#watched.delete(node);
      return;
    }
    if (watched) return this.#sawBeat(watched);
    const { elapsedMs } = this.#options;
    this.#watched.set(node, { seenAtMs: elapsedMs(), echoes: 0, isFencing: false, cancelCheck: () => undefined });
  }

  #sawBeat(watched: Watched, graceMs = 0): void {
    watched.seenAtMs = this.#options.elapsedMs() + graceMs;
    watched.echoes = 0;
    watched.cancelCheck();
    watched.cancelCheck = () => undefined;
  }

  #onEcho(): void {
    for (const [node, watched] of this.#watched) {
      watched.echoes++;
      this.#judge(node, watched);
    }
  }

  #judge(node: string, watched: Watched): void {
    const { elapsedMs, clock, expiryMs, mayJudge } = this.#options;
    if (watched.isFencing || watched.echoes < this.#echoesNeeded || !mayJudge()) return;
    const leftMs = watched.seenAtMs + expiryMs - elapsedMs();
    if (leftMs <= 0) return void this.#fence(node, watched);
    watched.cancelCheck();
    watched.cancelCheck = clock.after(Math.ceil(leftMs), () => {
      if (this.#watched.get(node) === watched) this.#judge(node, watched);
    });
  }

  async #fence(node: string, watched: Watched): Promise<void> {
    const seen = this.#view.get(node);
    if (seen === undefined) return;
    watched.isFencing = true;
    try {
      await this.#options.kv.remove(sessionKey(node), seen.revision);
      this.#options.log("warn", `${node} is taken for dead: no beat for ${Math.round(this.#options.elapsedMs() - watched.seenAtMs)} ms`);
      this.#view.drop(node, seen.revision);
    } catch (error) {
      // It beat again, another node was first (the watch tells), or the store is away: judged anew with the next beats.
      if (!isExpected(error)) this.#options.log("error", `fencing ${node} failed`, error);
      watched.echoes = Math.min(watched.echoes, this.#echoesNeeded - 1);
    } finally {
      watched.isFencing = false;
    }
  }

  #listMembers(): Member[] {
    const members: Member[] = [];
    for (const [node, { value }] of this.#view.entries()) {
      if (value === null || !this.isAlive(node, value.session)) continue;
      const { roles, kinds, draining, pins, startedAtMs, session } = value;
      members.push({ node, roles, kinds, draining, pins, startedAtMs, session });
    }
    return members.sort((left, right) => (left.node < right.node ? -1 : 1));
  }
}

function isSameMember(left: SessionRecord | null, right: SessionRecord | null): boolean {
  if (left === null || right === null) return left === right;
  return (
    left.session === right.session &&
    left.draining === right.draining &&
    String(left.kinds) === String(right.kinds) &&
    String(left.pins) === String(right.pins)
  );
}
