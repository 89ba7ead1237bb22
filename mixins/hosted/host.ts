/**
 * The actors of one node: finds or starts the activation a message is for, and knows when everything is quiet.
 * Sends travel by contract values; a message for an actor that lives elsewhere is the router's business, which in one
 * process is this host itself.
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import { DstaError, invariant } from "../../domain/kernel/errors.ts";
import type { ActorRow } from "../../domain/contract/views.ts";
import type { AnyActor } from "./actor.ts";
import { Cell } from "./cell.ts";
import type { CellPorts } from "./cell-ports.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type Envelope, tellEnvelope } from "./envelope.ts";
import { refuse } from "./refusals.ts";
import { RunQueue } from "./run-queue.ts";

export interface HostPorts extends Pick<
  CellPorts,
  "tradingClock" | "systemClock" | "elapsedMs" | "feed" | "directory" | "isUrgent" | "isFatal" | "announce" | "log"
> {
  readonly defer: (callback: () => void) => void;
  readonly onDeadLetter: ConstructorParameters<typeof DeadLetters>[1];
  /** An answer later than this is ASK_TIMEOUT. */
  readonly askTimeoutMs: number;
}

export class ActorHost {
  readonly deadLetters: DeadLetters;
  readonly #ports: HostPorts;
  readonly #cellPorts: CellPorts;
  readonly #definitions = new Map<string, AnyActor>();
  readonly #cells = new Map<string, Map<string, Cell>>();
  /** Kinds of which nothing may start any more: this node is being stopped. */
  readonly #ended = new Set<string>();
  readonly #waitingAsks = new Set<Envelope>();
  readonly #rates = new WeakMap<Cell, { processed: number; atMs: number; perSecond: number }>();
  #pending = 0;
  #quietWaiters: (() => void)[] = [];
  #sweeping = false;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.deadLetters = new DeadLetters(ports.systemClock, ports.onDeadLetter);
    this.#cellPorts = {
      ...ports,
      deadLetters: this.deadLetters,
      runQueue: new RunQueue(ports),
      ask: (message, id, params) => this.ask(message, id, params),
      tell: (message, id, params) => this.tell(message, id, params),
      pending: (change) => this.#count(change),
      forget: (cell) => void this.#cells.get(cell.kind)?.delete(cell.id),
    };
  }

  register(definition: AnyActor): void {
    invariant(!this.#definitions.has(definition.kind), `two definitions of actor kind ${definition.kind}`);
    this.#definitions.set(definition.kind, definition);
    this.#cells.set(definition.kind, new Map());
  }

  tell<P, R>(message: MessageContract<P, R>, id: string, params: P): void {
    this.#deliver(message.kind, id, tellEnvelope(message.name, params, message.lane, null));
  }

  ask<P, R>(message: MessageContract<P, R>, id: string, params: P, timeoutMs = this.#ports.askTimeoutMs): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const envelope: Envelope = {
        name: message.name,
        params,
        lane: message.lane,
        deadlineMs: this.#ports.systemClock.now() + timeoutMs,
        slot: null,
        resolve: (value) => {
          this.#waitingAsks.delete(envelope);
          resolve(value as R);
        },
        reject: (error) => {
          this.#waitingAsks.delete(envelope);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      this.#waitingAsks.add(envelope);
      this.#sweepLater();
      this.#deliver(message.kind, id, envelope);
    });
  }

  #deliver(kind: string, id: string, envelope: Envelope): void {
    const cell = this.#cell(kind, id);
    if (cell.status !== "passive" || !this.#ended.has(kind)) return cell.accept(envelope);
    refuse(this.deadLetters, cell.actorId, envelope, "ACTOR_PASSIVE", `${cell.actorId} has ended: its node is being stopped`);
  }

  /** Starts an actor without sending it anything. */
  async activate(kind: string, id: string): Promise<void> {
    await this.#cell(kind, id).start();
  }

  /** Every actor of the kinds, ended in order and for good; kinds end in the order given. A late message wakes none of them. */
  async stop(kinds: readonly string[]): Promise<void> {
    for (const kind of kinds) {
      this.#ended.add(kind);
      await Promise.all([...(this.#cells.get(kind)?.values() ?? [])].map((cell) => cell.stop()));
    }
  }

  async restart(actorId: string): Promise<void> {
    const cell = this.find(actorId);
    if (!cell) throw new DstaError("NOT_FOUND", `actor ${actorId} is not on this node`, { code: 404, data: { actorId } });
    await cell.restart();
  }

  find(actorId: string): Cell | undefined {
    const slash = actorId.indexOf("/");
    return this.#cells.get(actorId.slice(0, slash))?.get(actorId.slice(slash + 1));
  }

  /** Nothing waits and nothing runs. Timers and outside work do not count. */
  get quiet(): boolean {
    return this.#pending === 0;
  }

  get waiting(): number {
    return this.#pending;
  }

  /** Resolves at the next moment that is quiet; it may be over by the time the caller runs. */
  whenQuiet(): Promise<void> {
    if (this.quiet) return Promise.resolve();
    return new Promise((resolve) => this.#quietWaiters.push(resolve));
  }

  #count(change: 1 | -1): void {
    this.#pending += change;
    if (this.#pending > 0 || this.#quietWaiters.length === 0) return;
    const waiters = this.#quietWaiters;
    this.#quietWaiters = [];
    for (const resolve of waiters) resolve();
  }

  get size(): number {
    let count = 0;
    for (const cells of this.#cells.values()) count += cells.size;
    return count;
  }

  /** Passivates what nobody talked to for its kind's time. */
  async passivateIdle(): Promise<void> {
    const nowMs = this.#ports.systemClock.now();
    for (const [kind, cells] of this.#cells) {
      const limitMs = this.#definitions.get(kind)?.passivateMs;
      if (limitMs === undefined) continue;
      for (const cell of cells.values()) {
        if (cell.status !== "active" || cell.waiting > 0 || nowMs - cell.lastUsedMs < limitMs) continue;
        await cell.stop();
        cells.delete(cell.id);
      }
    }
  }

  rows(kind?: string): ActorRow[] {
    const nowMs = this.#ports.systemClock.now();
    const rows: ActorRow[] = [];
    for (const [name, cells] of this.#cells) {
      if (kind !== undefined && name !== kind) continue;
      for (const cell of cells.values()) rows.push(this.#row(cell, nowMs));
    }
    return rows;
  }

  #row(cell: Cell, nowMs: number): ActorRow {
    return {
      actorId: cell.actorId,
      kind: cell.kind,
      key: cell.id,
      node: this.#ports.directory.nodeId,
      state: cell.status,
      epoch: String(cell.epoch),
      mailbox: cell.waiting,
      mailboxCapacity: cell.capacity,
      processed: cell.processed,
      messagesPerSecond: this.#rate(cell, nowMs),
      p99Us: cell.latency.p99Us(),
      restarts: cell.restarts,
      lastError: cell.lastError,
      lastErrorAtMs: cell.lastErrorAtMs,
      supervision: cell.supervision.describe(nowMs),
    };
  }

  #rate(cell: Cell, nowMs: number): number {
    const last = this.#rates.get(cell);
    if (last && nowMs - last.atMs < 250) return last.perSecond;
    const perSecond = last ? Math.round(((cell.processed - last.processed) * 1_000) / (nowMs - last.atMs)) : 0;
    this.#rates.set(cell, { processed: cell.processed, atMs: nowMs, perSecond });
    return perSecond;
  }

  #cell(kind: string, id: string): Cell {
    return this.#cells.get(kind)?.get(id) ?? this.#newCell(kind, id);
  }

  #newCell(kind: string, id: string): Cell {
    const cells = this.#cells.get(kind);
    const definition = this.#definitions.get(kind);
    invariant(cells && definition, `no actor kind ${kind} is hosted here`);
    const cell = new Cell(definition, id, this.#cellPorts);
    cells.set(id, cell);
    return cell;
  }

  /** One timer for all waiting asks: rejects those past their deadline whose handler has not answered. */
  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#ports.systemClock.after(250, () => {
      this.#sweeping = false;
      const nowMs = this.#ports.systemClock.now();
      for (const envelope of this.#waitingAsks) {
        if (nowMs <= envelope.deadlineMs) continue;
        envelope.reject?.(
          new DstaError("ASK_TIMEOUT", `no answer to ${envelope.name} in time; its outcome is unknown`, { code: 504, retryable: true }),
        );
      }
      if (this.#waitingAsks.size > 0) this.#sweepLater();
    });
  }
}
