/**
 * This node's session: a key that is written again and again to say that the node lives, and removed by others when it
 * no longer does. The node may act as an owner while the last renewal that was acknowledged was sent less than 0.8 of an
 * expiry ago; others remove the key after a whole expiry without a new beat, so acting ends before anybody else begins.
 * A renewal that failed, or whose outcome is not known, is settled by reading the key: it holds our session, or it is over.
 */
import { DstaError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { KeyValue, KvEntry } from "./key-value.ts";
import { passTime, type Timekeeping } from "./pass-time.ts";
import { parseSession, sessionKey, type SessionRecord } from "./records.ts";

/** Share of an expiry in which the node may act; the rest is for what it has already begun. */
export const ACTING_SHARE = 0.8;
const OPEN_TRIES_MAX = 5;
const RENEW_TRIES_MAX = 3;
/** Beats whose fate may still be found out. */
const BEATS_KEPT_MAX = 32;

export interface OwnSessionOptions extends Timekeeping {
  readonly kv: KeyValue;
  readonly node: string;
  readonly renewMs: number;
  readonly expiryMs: number;
  readonly newSession: () => string;
  readonly onLost: (why: string) => void;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

/** What others are told of the node, besides its session. */
export type NodeRecord = Pick<SessionRecord, "roles" | "kinds" | "draining" | "pins" | "startedAtMs">;

export class OwnSession {
  readonly #options: OwnSessionOptions;
  readonly #key: string;
  #record: NodeRecord;
  /** Null while there is none. */
  #session: string | null = null;
  /** The one before: its key may be taken without waiting. */
  #former: string | null = null;
  #revision = 0;
  #beat = 0;
  #ackedAtMs = Number.NEGATIVE_INFINITY;
  readonly #sentAtMs = new Map<number, number>();
  #attempt = 0;
  /** When the present attempt began; null when none is on its way. */
  #attemptAtMs: number | null = null;
  #cancelTick: () => void = () => undefined;

  constructor(record: NodeRecord, options: OwnSessionOptions) {
    this.#record = record;
    this.#options = options;
    this.#key = sessionKey(options.node);
  }

  get session(): string | null {
    return this.#session;
  }

  /** Whether acting as an owner is allowed now. */
  isFresh(): boolean {
    return this.#session !== null && this.silentMs() < ACTING_SHARE * this.#options.expiryMs;
  }

  /** Since the last acknowledged renewal was sent. */
  silentMs(): number {
    return this.#options.elapsedMs() - this.#ackedAtMs;
  }

  /**
   * Waits an expiry when there is a session under the node's name. Writes nothing: for a look before others hear of us.
   * @throws {DstaError} NODE_NAME_TAKEN when it lives; KV_UNAVAILABLE
   */
  async whenNameFree(): Promise<void> {
    await this.#settle(await this.#options.kv.get(this.#key), null);
  }

  /**
   * Waits an expiry when there is a session under the node's name, and takes its place when it is dead.
   * @throws {DstaError} NODE_NAME_TAKEN when it lives; KV_UNAVAILABLE
   */
  async open(): Promise<void> {
    const { kv, newSession, elapsedMs } = this.#options;
    const session = newSession();
    let failure: unknown = null;
    for (let tries = 0; tries < OPEN_TRIES_MAX; tries++) {
      const previous = await this.#settle(await kv.get(this.#key), tries > 0 ? session : null);
      const beat = this.#nextBeat();
      const sentAtMs = elapsedMs();
      try {
        const revision = await kv.put(this.#key, this.#text(session, beat), previous);
        this.#session = session;
        this.#former = session;
        this.#revision = revision;
        this.#ackedAtMs = sentAtMs;
        this.#tickLater();
        return;
      } catch (error) {
        if (!isExpected(error)) throw error;
        failure = error.type === "KV_CONFLICT" ? this.#taken() : error;
      }
    }
    throw failure;
  }

  /** The next renewal, now: after a reconnect the one on its way may be lost. Resolves when its outcome is known; never rejects. */
  async renew(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    const attempt = ++this.#attempt;
    this.#attemptAtMs = this.#options.elapsedMs();
    try {
      for (let tries = 0; tries < RENEW_TRIES_MAX && attempt === this.#attempt; tries++) {
        if ((await this.#write(session)) || !(await this.#readBack(session))) return;
      }
    } catch (error) {
      this.#options.log("error", `renewing the session of ${this.#options.node} failed`, error);
    } finally {
      if (attempt === this.#attempt) this.#attemptAtMs = null;
    }
  }

  /** Changes what others are told, with a renewal at once. */
  async tell(change: Partial<NodeRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    await this.renew();
  }

  /** The watch says what stands under our name. It may be old news: a renewal finds out. */
  saw(record: SessionRecord | null): void {
    if (this.#session !== null && record?.session !== this.#session) void this.renew();
  }

  /** Told once for each session. */
  lose(why: string): void {
    if (!this.#end()) return;
    this.#options.onLost(why);
  }

  /** Ends in order: the key is removed, so that nobody has to wait for the expiry. Never rejects. */
  async close(): Promise<void> {
    const session = this.#session;
    if (!this.#end() || session === null) return;
    try {
      const entry = await this.#options.kv.get(this.#key);
      if (entry?.value !== null && entry !== null && parseSession(entry.value)?.session === session) {
        await this.#options.kv.remove(this.#key, entry.revision);
      }
    } catch (error) {
      this.#options.log("warn", `the session of ${this.#options.node} was not removed and will expire: ${messageOf(error)}`);
    }
  }

  /** False when there was none. */
  #end(): boolean {
    if (this.#session === null) return false;
    this.#session = null;
    this.#ackedAtMs = Number.NEGATIVE_INFINITY;
    this.#attempt++;
    this.#attemptAtMs = null;
    this.#cancelTick();
    return true;
  }

  /**
   * The revision that may be written over. Waits out a session that is not known to be dead; `mine` is the one that a
   * try before this may have written.
   */
  async #settle(found: KvEntry | null, mine: string | null): Promise<number> {
    if (found === null || found.value === null) return 0;
    const other = parseSession(found.value)?.session;
    if (other === undefined || other === mine || other === this.#former) return found.revision;
    const { elapsedMs, expiryMs, renewMs } = this.#options;
    const startedMs = elapsedMs();
    for (let reads = 0; reads < Math.floor(expiryMs / renewMs) || elapsedMs() - startedMs < expiryMs; reads++) {
      await passTime(this.#options, renewMs);
      const entry = await this.#options.kv.get(this.#key);
      if (entry === null) return 0;
      if (entry.revision !== found.revision) throw this.#taken();
    }
    return found.revision;
  }

  #taken(): DstaError {
    const { node } = this.#options;
    return new DstaError("NODE_NAME_TAKEN", `a living node is called ${node}: names of nodes must differ`, { code: 409, data: { node } });
  }

  #tickLater(): void {
    // A session that is opened anew in the place of one that never came into use has a tick already.
    this.#cancelTick();
    this.#cancelTick = this.#options.clock.after(this.#options.renewMs, () => {
      this.#tickLater();
      const { elapsedMs, expiryMs } = this.#options;
      // An answer that takes half an expiry is given up: asking anew finds out what became of it.
      if (this.#attemptAtMs === null || elapsedMs() - this.#attemptAtMs >= expiryMs / 2) void this.renew();
    });
  }

  /** False when the outcome has to be read. */
  async #write(session: string): Promise<boolean> {
    const beat = this.#nextBeat();
    const sentAtMs = this.#options.elapsedMs();
    try {
      const revision = await this.#options.kv.put(this.#key, this.#text(session, beat), this.#revision);
      if (this.#session === session) this.#acknowledge(revision, sentAtMs);
      return true;
    } catch (error) {
      if (!isExpected(error)) throw error;
      return false;
    }
  }

  /** True when a renewal may be tried again at once: the key still holds our session. */
  async #readBack(session: string): Promise<boolean> {
    let entry: KvEntry | null;
    try {
      entry = await this.#options.kv.get(this.#key);
    } catch (error) {
      if (!isExpected(error)) throw error;
      // Nothing is known: the next tick tries again, and meanwhile `isFresh` runs out.
      return false;
    }
    if (this.#session !== session) return false;
    const record = entry?.value === null || entry === null ? null : parseSession(entry.value);
    if (entry === null || record?.session !== session) {
      this.lose(entry === null ? "its session was removed: the others took it for dead" : "another process took its name");
      return false;
    }
    this.#acknowledge(entry.revision, this.#sentAtMs.get(record.beat) ?? Number.NEGATIVE_INFINITY);
    return true;
  }

  #acknowledge(revision: number, sentAtMs: number): void {
    this.#revision = Math.max(this.#revision, revision);
    this.#ackedAtMs = Math.max(this.#ackedAtMs, sentAtMs);
  }

  #nextBeat(): number {
    this.#beat++;
    this.#sentAtMs.set(this.#beat, this.#options.elapsedMs());
    this.#sentAtMs.delete(this.#beat - BEATS_KEPT_MAX);
    return this.#beat;
  }

  #text(session: string, beat: number): string {
    const record: SessionRecord = { session, node: this.#options.node, ...this.#record, beat };
    return JSON.stringify(record);
  }
}
