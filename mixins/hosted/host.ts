/**
 * The actors of one node: finds or starts the activation a message is for, or hands the message to the remote when the
 * actor lives, or belongs, elsewhere. Sends travel by contract values.
 *
 * Refuses to start what another node owns or should have; a message that came from another node is never sent on, but
 * refused with WRONG_OWNER, so that its sender finds the way. Ends everything at once when the node's session is lost.
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { ActorRow } from "../../domain/contract/views.ts";
import { DstaError, invariant, messageOf } from "../../domain/kernel/errors.ts";
import type { AnyActor } from "./actor.ts";
import { ActorRows } from "./actor-rows.ts";
import { Cell } from "./cell.ts";
import type { CellPorts } from "./cell-ports.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type Envelope, tellEnvelope } from "./envelope.ts";
import { IdleSweep } from "./idle-sweep.ts";
import { Quiet } from "./quiet.ts";
import { refuse, refuseWith } from "./refusals.ts";
import { wrongOwner } from "./remote.ts";
import { RunQueue, type RunQueuePorts } from "./run-queue.ts";
import { WaitingAsks } from "./waiting-asks.ts";

type Given = "tradingClock" | "systemClock" | "elapsedMs" | "feed" | "directory" | "remote" | "reminders";

export interface HostPorts
  extends Pick<CellPorts, Given | "isUrgent" | "isFatal" | "announce" | "log">, Pick<RunQueuePorts, "defer" | "holder"> {
  readonly onDeadLetter: ConstructorParameters<typeof DeadLetters>[1];
  /** An answer later than this is ASK_TIMEOUT. */
  readonly askTimeoutMs: number;
}

/** An end in order may take so long; then the actor ends as by a crash, and its journal decides what it had done. */
const LEAVE_TIMEOUT_MS = 5_000;

/** What a node hosts of one kind. */
interface HostedKind {
  readonly definition: AnyActor;
  readonly cells: Map<string, Cell>;
  readonly idle: IdleSweep | null;
  /** Nothing of it may start any more: this node is being stopped. */
  hasEnded: boolean;
}

export class ActorHost {
  readonly deadLetters: DeadLetters;
  readonly #ports: HostPorts;
  readonly #cellPorts: CellPorts;
  readonly #kinds = new Map<string, HostedKind>();
  readonly #asks: WaitingAsks;
  readonly #rows: ActorRows;
  readonly #quiet = new Quiet();

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.deadLetters = new DeadLetters(ports.systemClock, ports.onDeadLetter);
    this.#asks = new WaitingAsks(ports.systemClock);
    this.#rows = new ActorRows(ports.directory.nodeId);
    this.#cellPorts = {
      ...ports,
      deadLetters: this.deadLetters,
      runQueue: new RunQueue({ ...ports, isValid: () => ports.directory.valid() }),
      ask: (message, id, params) => this.ask(message, id, params),
      tell: (message, id, params) => this.tell(message, id, params),
      deliverAgain: ({ kind, id }, envelope) => this.#deliver(kind, id, envelope),
      pending: this.#quiet.count,
      releases: new Map(),
      forget: ({ kind, id }) => void this.#kinds.get(kind)?.cells.delete(id),
    };
    ports.directory.onChange((change) => {
      if (change.type === "lost") this.loseAll(change.why);
    });
  }

  register(definition: AnyActor): void {
    invariant(!this.#kinds.has(definition.kind), `two definitions of actor kind ${definition.kind}`);
    const cells = new Map<string, Cell>();
    const passivate = (cell: Cell): void => void this.#leave(cell);
    const idle = definition.passivateMs === undefined ? null : new IdleSweep(cells, definition.passivateMs, { ...this.#ports, passivate });
    this.#kinds.set(definition.kind, { definition, cells, idle, hasEnded: false });
  }

  tell<P, R>(message: MessageContract<P, R>, id: string, params: P): void {
    this.#deliver(message.kind, id, tellEnvelope(message.name, params, message.lane, null));
  }

  ask<P, R>(message: MessageContract<P, R>, id: string, params: P, timeoutMs = this.#ports.askTimeoutMs): Promise<R> {
    return this.#asks.ask(message, params, timeoutMs, (envelope) => this.#deliver(message.kind, id, envelope));
  }

  #deliver(kind: string, id: string, envelope: Envelope): void {
    const hosted = this.#kinds.get(kind);
    const cell = hosted?.cells.get(id);
    const { remote } = this.#ports;
    // It came here with messages for it still on their way to where it was.
    const isBehind = remote !== undefined && envelope.lane === "control" && remote.holds(kind, id);
    if (cell !== undefined && cell.status !== "passive" && !isBehind) return cell.accept(envelope);
    if (remote && (isBehind || !this.#belongsHere(hosted, kind, id))) return remote.send(kind, id, envelope);
    invariant(hosted, `no actor kind ${kind} is hosted here`);
    if (!hosted.hasEnded) return this.#cellOf(hosted, id).accept(envelope);
    const actorId = `${kind}/${id}`;
    refuse(this.deadLetters, actorId, envelope, "ACTOR_PASSIVE", `${actorId} has ended: its node is being stopped`);
  }

  /** Takes a message that came from another node, or refuses it: it is never sent on from here. */
  receive(kind: string, id: string, envelope: Envelope): void {
    const hosted = this.#kinds.get(kind);
    if (hosted && !Object.hasOwn(hosted.definition.messages, envelope.name)) return this.#refuseUnknown(`${kind}/${id}`, envelope);
    const cell = hosted?.cells.get(id);
    if (cell !== undefined && cell.status !== "passive") return cell.accept(envelope);
    if (this.#belongsHere(hosted, kind, id)) return this.#cellOf(hosted, id).accept(envelope);
    const node = this.#placeOf(kind, id);
    const error = wrongOwner(`${kind}/${id}`, node === this.#ports.directory.nodeId ? null : node);
    if (envelope.arrival) envelope.arrival.refused(error);
    else refuseWith(this.deadLetters, `${kind}/${id}`, envelope, error);
  }

  /** A node of another version: what it says is not known here, and nobody else would know it. */
  #refuseUnknown(actorId: string, envelope: Envelope): void {
    envelope.arrival?.taken();
    const message = `${actorId} does not know the message ${envelope.name}: the nodes are of different versions`;
    refuseWith(
      this.deadLetters,
      actorId,
      envelope,
      new DstaError("UNKNOWN_MESSAGE", message, { code: 501, data: { name: envelope.name } }),
    );
  }

  /** Another node asks to have an actor started that it believes to belong here. */
  wake(kind: string, id: string): void {
    const hosted = this.#kinds.get(kind);
    if (!this.#belongsHere(hosted, kind, id)) return;
    this.activate(kind, id).catch((error: unknown) => this.#ports.log("debug", `${kind}/${id} did not wake: ${messageOf(error)}`));
  }

  /** This node owns it, or nobody does and it belongs here; and the kind may still start. */
  #belongsHere(hosted: HostedKind | undefined, kind: string, id: string): hosted is HostedKind {
    return hosted !== undefined && !hosted.hasEnded && this.#placeOf(kind, id) === this.#ports.directory.nodeId;
  }

  #placeOf(kind: string, id: string): string | null {
    const { directory } = this.#ports;
    return directory.locate(kind, id)?.node ?? directory.candidate(kind, id);
  }

  /** Starts an actor here without sending it anything. @throws what stops the start, e.g. WRONG_OWNER */
  async activate(kind: string, id: string): Promise<void> {
    const hosted = this.#kinds.get(kind);
    invariant(hosted, `no actor kind ${kind} is hosted here`);
    const present = hosted.cells.get(id);
    if (present?.status === "moving") await present.leave(LEAVE_TIMEOUT_MS);
    await this.#cellOf(hosted, id).start();
  }

  /** Every actor of the kinds, ended in order and for good; kinds end in the order given. A late message wakes none of them here. */
  async stop(kinds: readonly string[]): Promise<void> {
    for (const kind of kinds) {
      const hosted = this.#kinds.get(kind);
      if (!hosted) continue;
      hosted.hasEnded = true;
      await Promise.all([...hosted.cells.values()].map((cell) => this.#leave(cell)));
    }
  }

  /**
   * Ends an actor here in order and gives its lease back; what waits is delivered to the next owner. Resolves when the actor
   * is free; nothing when it is not here. Within 5 s, else as by a crash.
   */
  async move(actorId: string): Promise<void> {
    const cell = this.find(actorId);
    if (cell) await this.#leave(cell);
  }

  async #leave(cell: Cell): Promise<void> {
    await cell.leave(LEAVE_TIMEOUT_MS);
  }

  /** A message waits for the actor, is being handled, or is an interleaved question under way. */
  busy(actorId: string): boolean {
    return this.find(actorId)?.isBusy ?? false;
  }

  /** Ends every actor at once, without saving: this node may own none of them any more. Again, it does nothing. */
  loseAll(why: string): void {
    for (const { cells } of this.#kinds.values()) {
      const lost = [...cells.values()];
      cells.clear();
      for (const cell of lost) cell.lose(why);
    }
  }

  async restart(actorId: string): Promise<void> {
    const cell = this.find(actorId);
    if (!cell) throw new DstaError("NOT_FOUND", `actor ${actorId} is not on this node`, { code: 404, data: { actorId } });
    await cell.restart();
  }

  find(actorId: string): Cell | undefined {
    const slash = actorId.indexOf("/");
    return this.#kinds.get(actorId.slice(0, slash))?.cells.get(actorId.slice(slash + 1));
  }

  /** Nothing waits and nothing runs. Timers and outside work do not count. */
  get quiet(): boolean {
    return this.#quiet.pending === 0;
  }

  get waiting(): number {
    return this.#quiet.pending;
  }

  /** Resolves at the next moment that is quiet; it may be over by the time the caller runs. */
  whenQuiet(): Promise<void> {
    return this.#quiet.when();
  }

  get size(): number {
    let count = 0;
    for (const { cells } of this.#kinds.values()) count += cells.size;
    return count;
  }

  rows(kind?: string): ActorRow[] {
    const nowMs = this.#ports.systemClock.now();
    const rows: ActorRow[] = [];
    for (const [name, { cells }] of this.#kinds) {
      if (kind !== undefined && name !== kind) continue;
      for (const cell of cells.values()) rows.push(this.#rows.of(cell, nowMs));
    }
    return rows;
  }

  #cellOf(hosted: HostedKind, id: string): Cell {
    const present = hosted.cells.get(id);
    if (present) return present;
    const cell = new Cell(hosted.definition, id, this.#cellPorts);
    hosted.cells.set(id, cell);
    hosted.idle?.wake();
    return cell;
  }
}
