/**
 * The mesh's directory over two key-value buckets: sessions of nodes and leases of actors (see OwnSession, Peers, Leases).
 *
 * Invariants: an actor has one owner among the nodes that may act, because whoever takes a lease has first seen its
 * holder's session end, and a session ends for others only after its own node has stopped acting. Time is judged by the
 * monotonic clock alone. Losing the session is told once, and so is having another one.
 */
import { DstaError, invalid, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { Random } from "../../domain/kernel/random.ts";
import type { Directory, DirectoryChange, KnownLease, Lease, Member } from "../hosted/directory.ts";
import { BucketLife } from "./bucket-life.ts";
import type { KeyValue } from "./key-value.ts";
import { Leases } from "./leases.ts";
import { Listeners } from "./listeners.ts";
import { ACTING_SHARE, OwnSession } from "./own-session.ts";
import { passTime, type Timekeeping } from "./pass-time.ts";
import { Peers } from "./peers.ts";
import { PINS_MAX } from "./records.ts";
import { rendezvous } from "./rendezvous.ts";

export interface KvDirectoryOptions extends Timekeeping {
  /** Of this process; no other living one may have it. */
  readonly node: string;
  readonly roles: readonly string[];
  /** Kinds of actors this node hosts. */
  readonly kinds: readonly string[];
  readonly sessions: KeyValue;
  readonly leases: KeyValue;
  /** Actors of one group belong on the same node. */
  readonly groupOf: (kind: string, id: string) => string;
  /** Of session ids: must differ between processes. */
  readonly random: Random;
  /** Between two renewals of the session. */
  readonly renewMs: number;
  /** After which a silent node is dead; at least three renewals. */
  readonly expiryMs: number;
  /** Tells changes of the connection, so that the session is renewed at once when it is back. */
  readonly onStatus?: (listener: (connected: boolean) => void) => () => void;
  readonly log: (level: "warn" | "error", text: string, error?: unknown) => void;
}

type State = "joining" | "held" | "closed";

export class KvDirectory implements Directory {
  readonly nodeId: string;
  readonly #options: KvDirectoryOptions;
  readonly #session: OwnSession;
  readonly #peers: Peers;
  readonly #leases: Leases;
  readonly #lives: { readonly sessions: BucketLife; readonly leases: BucketLife };
  readonly #listeners: Listeners;
  /** Kind → nodes where it may be placed; made again when the members change. */
  readonly #hosts = new Map<string, readonly string[]>();
  #pins: string[] = [];
  #state: State = "joining";
  #checkAtMs: number | null = null;
  #check = 0;
  #cancelTick: () => void = () => undefined;
  readonly #forgetStatus: () => void;

  constructor(options: KvDirectoryOptions) {
    const { node, roles, kinds, clock, elapsedMs, renewMs, expiryMs, log } = options;
    if (!(renewMs > 0 && expiryMs >= 3 * renewMs)) throw invalid("expiryMs", "at least three times renewMs", `${expiryMs} and ${renewMs}`);
    this.nodeId = node;
    this.#options = options;
    this.#listeners = new Listeners(log);
    const time = { clock, elapsedMs };
    this.#session = new OwnSession(
      { roles: [...roles], kinds: [...kinds], draining: false, pins: [], startedAtMs: clock.now() },
      {
        ...time,
        kv: options.sessions,
        node,
        renewMs,
        expiryMs,
        newSession: () => this.#newSession(),
        onLost: (why) => this.#onLost(why),
        log,
      },
    );
    this.#peers = new Peers({
      ...time,
      kv: options.sessions,
      node,
      renewMs,
      expiryMs,
      ownSession: () => this.#session.session,
      mayJudge: () => this.valid(),
      onOwn: (record) => this.#session.saw(record),
      onMembers: (left) => this.#onMembers(left),
      log,
    });
    this.#leases = new Leases({
      kv: options.leases,
      node,
      actingSession: () => (this.valid() ? this.#session.session : null),
      whenActing: () => this.#whenActing(),
      isSameLife: () => this.#lives.leases.isStillSame(),
      isAlive: (owner, session) => this.#peers.isAlive(owner, session),
      isOver: (owner, session) => this.#peers.isOver(owner, session),
      log,
    });
    this.#lives = {
      sessions: new BucketLife({ ...time, kv: options.sessions, expiryMs }),
      leases: new BucketLife({ ...time, kv: options.leases, expiryMs }),
    };
    this.#forgetStatus = options.onStatus?.((connected) => connected && this.#onConnected()) ?? (() => undefined);
  }

  /** Before anything of this node is shown: a second broker of a name ends the first. @throws {DstaError} NODE_NAME_TAKEN */
  whenNameFree(): Promise<void> {
    return this.#session.whenNameFree();
  }

  /**
   * Joins: resolves when this node is a member and may claim. @throws {DstaError} NODE_NAME_TAKEN; KV_UNAVAILABLE
   * (retryable)
   */
  async start(): Promise<void> {
    this.#peers.view.start();
    this.#leases.view.start();
    await this.#join();
    this.#tickLater();
  }

  /** Nothing new is placed here from now on, or is again. Others know with the next renewal at the latest. */
  async setDraining(draining: boolean): Promise<void> {
    await this.#session.tell({ draining });
  }

  /**
   * Keeps an actor here while this node lives, or lets it go where it belongs. Others know at once.
   * @throws {DstaError} PINS_FULL
   */
  async pin(actorId: string, kept: boolean): Promise<void> {
    const others = this.#pins.filter((pinned) => pinned !== actorId);
    if (kept && others.length === PINS_MAX) {
      throw new DstaError("PINS_FULL", `${this.nodeId} keeps ${PINS_MAX} actors already`, { code: 409, data: { limit: PINS_MAX } });
    }
    if (!kept && others.length === this.#pins.length) return;
    this.#pins = kept ? [...others, actorId] : others;
    await this.#session.tell({ pins: this.#pins });
  }

  /** Leaves in order: others need not wait for the expiry. Leases have been released before by their holders. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#cancelTick();
    this.#forgetStatus();
    await this.#session.close();
    this.#peers.stop();
    this.#leases.view.stop();
  }

  locate(kind: string, id: string): Lease | null {
    return this.#leases.locate(kind, id);
  }

  candidate(kind: string, id: string): string | null {
    let hosts = this.#hosts.get(kind);
    if (hosts === undefined) {
      hosts = this.#peers.members.filter((member) => !member.draining && member.kinds.includes(kind)).map(({ node }) => node);
      this.#hosts.set(kind, hosts);
    }
    return this.#pinned(`${kind}/${id}`, hosts) ?? rendezvous(this.#options.groupOf(kind, id), hosts);
  }

  #pinned(actorId: string, hosts: readonly string[]): string | null {
    const keeper = this.#peers.members.find(({ node, pins }) => pins.includes(actorId) && hosts.includes(node));
    return keeper?.node ?? null;
  }

  claim(kind: string, id: string, isWanted?: () => boolean): Promise<Lease> {
    return this.#leases.claim(kind, id, isWanted);
  }

  release(kind: string, id: string, epoch: bigint): Promise<void> {
    return this.#leases.release(kind, id, epoch);
  }

  valid(): boolean {
    const { sessions, leases } = this.#lives;
    if (this.#state !== "held" || !this.#session.isFresh() || !sessions.isCurrent || !leases.isCurrent) return false;
    return this.#options.elapsedMs() - leases.checkedAtMs < ACTING_SHARE * this.#options.expiryMs;
  }

  members(): readonly Member[] {
    return this.#peers.members;
  }

  leases(): Iterable<KnownLease> {
    return this.#leases.known();
  }

  onChange(listener: (change: DirectoryChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Values in the buckets that could not be read, since the start. */
  get malformed(): number {
    return this.#peers.view.malformed + this.#leases.view.malformed;
  }

  /** Once. @throws {DstaError} KV_UNAVAILABLE, NODE_NAME_TAKEN */
  async #join(): Promise<void> {
    await Promise.all([this.#lives.sessions.enter(), this.#lives.leases.enter()]);
    await Promise.all([this.#peers.view.whenComplete(), this.#leases.view.whenComplete()]);
    if (this.#isClosed()) return;
    await this.#session.open();
    this.#onMembers([]);
    await this.#peers.whenOwnSeen();
    await this.#checkEachLife();
    if (this.#session.session === null) {
      throw new DstaError("KV_UNAVAILABLE", "the session was lost while joining", { code: 503, retryable: true });
    }
    if (this.#isClosed()) return;
    this.#state = "held";
    this.#onMembers([]);
  }

  /** A renewal may be late on a busy node: claims wait for it rather than fail by the thousand. */
  async #whenActing(): Promise<void> {
    const { renewMs, expiryMs } = this.#options;
    while (!this.valid() && this.#state === "held" && this.#session.silentMs() < 2 * expiryMs) await passTime(this.#options, renewMs / 4);
  }

  #isClosed(): boolean {
    return this.#state === "closed";
  }

  async #joinAgain(): Promise<void> {
    while (this.#state === "joining") {
      try {
        await this.#join();
        if (!this.#isClosed()) this.#listeners.tell({ type: "regained" });
      } catch (error) {
        this.#options.log("warn", `${this.nodeId} has no session yet: ${messageOf(error)}`, isExpected(error) ? undefined : error);
        await passTime(this.#options, this.#options.expiryMs);
      }
    }
  }

  #onLost(why: string): void {
    // Who waits for it to be seen must not wait on.
    if (this.#state !== "held") return this.#peers.refresh();
    this.#state = "joining";
    this.#options.log("error", `${this.nodeId} lost its session: ${why}`);
    this.#listeners.tell({ type: "lost", why });
    this.#onMembers([]);
    void this.#joinAgain();
  }

  #onMembers(left: readonly string[]): void {
    this.#peers.refresh();
    this.#hosts.clear();
    this.#listeners.tell({ type: "members", left });
  }

  #onConnected(): void {
    void this.#session.renew();
    void this.#checkLives();
  }

  #tickLater(): void {
    const { clock, elapsedMs, renewMs, expiryMs } = this.#options;
    this.#cancelTick = clock.after(renewMs, () => {
      this.#tickLater();
      if (this.#checkAtMs === null || elapsedMs() - this.#checkAtMs >= expiryMs / 2) void this.#checkLives();
    });
  }

  async #checkLives(): Promise<void> {
    if (this.#state !== "held") return;
    const check = ++this.#check;
    this.#checkAtMs = this.#options.elapsedMs();
    try {
      await this.#checkEachLife();
    } catch (error) {
      // Nothing is known: `valid` runs out unless a later check succeeds.
      if (!isExpected(error)) this.#options.log("error", "checking the directory's buckets failed", error);
    } finally {
      if (check === this.#check) this.#checkAtMs = null;
    }
  }

  /** A bucket in a new life ends the session at once, though the other may stand still. @throws {DstaError} KV_UNAVAILABLE */
  async #checkEachLife(): Promise<void> {
    const check = async (life: BucketLife): Promise<void> => {
      if (!(await life.isSame())) this.#session.lose("the directory's buckets were lost and made again");
    };
    await Promise.all(Object.values(this.#lives).map(check));
  }

  #newSession(): string {
    const word = () => this.#options.random.integer(0, 0xffff_ffff).toString(16).padStart(8, "0");
    return word() + word() + word();
  }
}
