/**
 * Keeps the actors that should live alive, each on the node it belongs to: wakes those of its node that nobody has,
 * whoever lost them, and hands over those that belong to a node that joined. One keeper a node; they agree only
 * through the directory, and a claim decides every race.
 *
 * Refuses to touch what another living node holds. Moves are graceful, few at a time, and wait until members have been
 * the same for `calmMs`, so that a cluster that is starting does not shuffle actors; taking over what a dead node had
 * waits for nothing.
 */
import type { CancelTimer, Clock } from "../domain/kernel/clock.ts";
import { isExpected, messageOf } from "../domain/kernel/errors.ts";
import type { Directory, DirectoryChange } from "../mixins/hosted/directory.ts";
import type { LogLine } from "./announcer.ts";
import { ORDER_CRITICAL, WAKE_ORDER } from "./placement.ts";

/** What the keeper asks of the node's host. */
export interface KeptHost {
  activate(kind: string, id: string): Promise<void>;
  /** Graceful: after the message being handled; what waits goes to the next owner. */
  move(actorId: string): Promise<void>;
  /** A message is being handled or waits. */
  busy(actorId: string): boolean;
}

export interface KeeperParts {
  readonly directory: Directory;
  readonly host: KeptHost;
  /** Kinds hosted here. */
  readonly kinds: ReadonlySet<string>;
  /** Ids of a kind that should live, besides those the directory knows of. May fail while others are not up yet. */
  readonly plan: (kind: string) => Promise<readonly string[]>;
  /** Starts an actor where it belongs now. */
  readonly wake: (kind: string, id: string) => void;
  /** What lives here was looked at. */
  readonly settled: () => void;
  readonly clock: Clock;
  readonly log: LogLine;
}

/** Between two looks at everything; changes of members are looked at when they come. */
const SETTLE_MS = 1_000;
/** Members must not have changed for so long before anything is moved. */
const CALM_MS = 2_000;
/** Few: each actor is away only while it moves, and moves that wait for each other are longer ones. */
const MOVES_AT_ONCE = 2;
/** An order-critical actor that is never quiet is moved all the same after this: its journal makes that safe. */
const QUIET_WAIT_MS = 1_000;
const QUIET_POLL_MS = 5;
const EMPTY_PAUSE_MS = 5;

export class Keeper {
  readonly #parts: KeeperParts;
  #settling: Promise<void> | null = null;
  #again = false;
  #changedAtMs: number;
  #cancel: CancelTimer = () => undefined;
  #unlisten: () => void = () => undefined;
  #closed = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#changedAtMs = parts.clock.now();
  }

  /** Resolves when everything that belongs here was woken once; what could not start is tried again by its supervisor. */
  async start(): Promise<void> {
    this.#unlisten = this.#parts.directory.onChange((change) => this.#onChange(change));
    await this.settle();
    this.#later();
  }

  /** Stops looking; nothing is moved or ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    this.#unlisten();
    await this.#settling;
  }

  /** One look at everything; a call during one makes another follow. */
  settle(): Promise<void> {
    this.#again = true;
    this.#settling ??= this.#loop().finally(() => (this.#settling = null));
    return this.#settling;
  }

  /** Hands over all that has a place elsewhere. Resolves with how many actors of this node have none. */
  async empty(): Promise<number> {
    for (;;) {
      const held = [...this.#heldHere()];
      const movable = held.filter(({ kind, id }) => this.#placeElsewhere(kind, id) !== null);
      if (movable.length === 0 || this.#closed) return held.length;
      await this.#moveAll(movable);
      // While the directory is away nothing can be given back and every try fails at once: time has to pass between them.
      await this.#pause(EMPTY_PAUSE_MS);
    }
  }

  /** Hands one actor over to where it belongs now. */
  moveNow(kind: string, id: string): Promise<void> {
    return this.#move(kind, id);
  }

  #onChange(change: DirectoryChange): void {
    if (change.type === "members") this.#changedAtMs = this.#parts.clock.now();
    if (change.type !== "lost" && !this.#closed) void this.settle();
  }

  #later(): void {
    if (this.#closed) return;
    this.#cancel = this.#parts.clock.after(SETTLE_MS, () => void this.settle().then(() => this.#later()));
  }

  async #loop(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      for (const kind of WAKE_ORDER) if (this.#parts.kinds.has(kind)) await this.#wakeKind(kind);
      this.#parts.settled();
      const calm = this.#parts.clock.now() - this.#changedAtMs >= CALM_MS;
      if (calm) await this.#moveAll([...this.#heldHere()].filter(({ kind, id }) => this.#placeElsewhere(kind, id) !== null));
    }
  }

  async #wakeKind(kind: string): Promise<void> {
    const { directory, host, log } = this.#parts;
    const ids = new Set<string>();
    for (const lease of directory.leases()) if (lease.kind === kind) ids.add(lease.id);
    for (const id of await this.#planned(kind)) ids.add(id);
    const orphans = [...ids].filter((id) => directory.locate(kind, id) === null && directory.candidate(kind, id) === directory.nodeId);
    await Promise.all(
      orphans.map((id) =>
        host.activate(kind, id).catch((error: unknown) => {
          // Another node was faster, or its supervisor tries again.
          if (!(isExpected(error) && error.type === "WRONG_OWNER")) log("warn", `${kind}/${id} did not start: ${messageOf(error)}`);
        }),
      ),
    );
  }

  async #planned(kind: string): Promise<readonly string[]> {
    try {
      return await this.#parts.plan(kind);
    } catch (error) {
      this.#parts.log("info", `not yet known which actors of kind ${kind} there are: ${messageOf(error)}`);
      return [];
    }
  }

  *#heldHere(): Generator<{ kind: string; id: string }> {
    const { directory, kinds } = this.#parts;
    for (const { kind, id, node } of directory.leases()) if (node === directory.nodeId && kinds.has(kind)) yield { kind, id };
  }

  #placeElsewhere(kind: string, id: string): string | null {
    const place = this.#parts.directory.candidate(kind, id);
    return place === this.#parts.directory.nodeId ? null : place;
  }

  async #moveAll(refs: readonly { readonly kind: string; readonly id: string }[]): Promise<void> {
    // Those who decide first: nothing is decided on the way while those who record are moved.
    const order = refs.toSorted((a, b) => rank(b.kind) - rank(a.kind));
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let ref = order[next++]; ref; ref = order[next++]) await this.#move(ref.kind, ref.id);
    };
    await Promise.all(Array.from({ length: MOVES_AT_ONCE }, worker));
  }

  async #move(kind: string, id: string): Promise<void> {
    const { host, log, wake } = this.#parts;
    try {
      if (ORDER_CRITICAL.has(kind)) await this.#quiet(`${kind}/${id}`);
      await host.move(`${kind}/${id}`);
      wake(kind, id);
    } catch (error) {
      log("warn", `${kind}/${id} was not handed over: ${messageOf(error)}`);
    }
  }

  async #quiet(actorId: string): Promise<void> {
    const { host, clock } = this.#parts;
    const untilMs = clock.now() + QUIET_WAIT_MS;
    while (host.busy(actorId) && clock.now() < untilMs) await this.#pause(QUIET_POLL_MS);
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(durationMs, resolve));
  }
}

function rank(kind: string): number {
  return (WAKE_ORDER as readonly string[]).indexOf(kind);
}
