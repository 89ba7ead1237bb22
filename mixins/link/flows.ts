/**
 * Where messages for actors elsewhere go, in order for each actor: while one of them waits (no node hosts the actor, the
 * owner refused it, the owner changed with messages on the way), later ones queue behind it. A refused one goes to the
 * owner that the refusal names, else is tried again with back-off; after WAIT_MAX_MS it becomes a dead letter, an ask
 * at its deadline an error. At most WAITING_MAX messages and WAITING_BYTES wait.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Envelope } from "../hosted/envelope.ts";
import { type Flow, HERE, isAsk, isOverdue, type Item, type Target } from "./item.ts";
import { AFTER_DETOUR, ASK, MARKET } from "./message-frame.ts";

const WAIT_MAX_MS = 30_000;
const WAITING_MAX = 65_536;
const WAITING_BYTES = 64 * 1024 * 1024;
const BACK_OFF_FIRST_MS = 10;
const BACK_OFF_MAX_MS = 500;

export interface FlowPorts {
  readonly now: () => number;
  readonly connected: () => boolean;
  /** The owner, else the candidate; null when nobody hosts it. `hint` is tried first when it is a living node. */
  readonly route: (kind: string, id: string, hint: string | null) => Target | null;
  /** To this node's own host. */
  readonly here: (item: Item) => void;
  /** Something was put into the target's channel. */
  readonly offered: (target: Target) => void;
  readonly deadLetter: (actorId: string, message: string, reason: string) => void;
}

export class Flows {
  readonly #ports: FlowPorts;
  readonly #flows = new Map<string, Flow>();
  /** Cannot go on before something changes. */
  readonly #stuck = new Set<Flow>();
  #orders = 0;
  #waiting = 0;
  #waitingBytes = 0;

  constructor(ports: FlowPorts) {
    this.#ports = ports;
  }

  get hasStuck(): boolean {
    return this.#stuck.size > 0;
  }

  /** Waiting here, not given to any node. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Something for the actor is outstanding or waits. */
  has(kind: string, id: string): boolean {
    return this.#flows.size > 0 && this.#flows.has(`${kind}/${id}`);
  }

  send(kind: string, id: string, envelope: Envelope, bytes: Uint8Array): void {
    const actorId = `${kind}/${id}`;
    const flow = this.#flows.get(actorId) ?? this.#open(kind, id, actorId);
    const flags = envelope.resolve === null ? (envelope.lane === "market" ? MARKET : 0) : ASK;
    const item: Item = { flow, envelope, bytes, order: ++this.#orders, flags, waitingSinceMs: 0 };
    if (flow.waiting.length > 0 || flow.returned.length > 0) return this.#wait(item);
    const target = this.#ports.route(kind, id, null);
    if (target === null || (flow.outstanding > 0 && flow.target !== target)) {
      if (target === null) {
        if (isAsk(item)) return this.#end(item, "NO_NODE", "no living node hosts it");
        this.#stuck.add(flow);
      }
      return this.#wait(item);
    }
    this.#give(item, target);
  }

  #open(kind: string, id: string, actorId: string): Flow {
    const flow: Flow = {
      kind,
      id,
      actorId,
      target: null,
      outstanding: 0,
      returned: [],
      waiting: [],
      refusals: 0,
      notBeforeMs: 0,
      hint: null,
      isAfterDetour: false,
      isPumping: false,
    };
    this.#flows.set(actorId, flow);
    return flow;
  }

  #closeIfEmpty(flow: Flow): void {
    if (flow.outstanding > 0 || flow.waiting.length > 0 || flow.returned.length > 0) return;
    this.#stuck.delete(flow);
    this.#flows.delete(flow.actorId);
  }

  #wait(item: Item): void {
    if ((item.flags & MARKET) !== 0) return this.#end(item, "MARKET_DROPPED", "it cannot be sent now");
    if (isAsk(item) && !this.#ports.connected()) return this.#end(item, "MESH_DOWN", "this node has no connection to the others");
    if (this.#waiting >= WAITING_MAX || this.#waitingBytes + item.bytes.length > WAITING_BYTES) {
      return this.#end(item, "OUTBOX_FULL", `${this.#waiting} messages wait here`);
    }
    item.waitingSinceMs ||= this.#ports.now();
    item.flow.waiting.push(item);
    this.#waiting++;
    this.#waitingBytes += item.bytes.length;
  }

  #shift(flow: Flow): Item {
    const item = flow.waiting.shift()!;
    this.#waiting--;
    this.#waitingBytes -= item.bytes.length;
    return item;
  }

  #give(item: Item, target: Target): void {
    const { flow } = item;
    flow.target = target;
    if ((item.flags & MARKET) !== 0) return this.#giveMarket(item, target);
    if (target !== HERE && isAsk(item) && !this.#ports.connected()) {
      return this.#end(item, "MESH_DOWN", "this node has no connection to the others");
    }
    if (flow.isAfterDetour) item.flags |= AFTER_DETOUR;
    flow.isAfterDetour = false;
    flow.outstanding++;
    if (target === HERE) return this.#ports.here(item);
    if (target.offer(item)) return this.#ports.offered(target);
    flow.outstanding--;
    this.#end(item, "OUTBOX_FULL", `${target.waiting} messages wait for ${target.node}`);
  }

  #giveMarket(item: Item, target: Target): void {
    if (target === HERE) {
      item.flow.outstanding++;
      return this.#ports.here(item);
    }
    if (!target.offerUnnumbered(item)) return this.#end(item, "MARKET_DROPPED", "it cannot be sent now");
    this.#ports.offered(target);
    this.#closeIfEmpty(item.flow);
  }

  /** It was given to its target and is the target's now. */
  taken(item: Item): void {
    const { flow } = item;
    flow.outstanding--;
    flow.refusals = 0;
    this.#goOn(flow);
  }

  /** Given to its target, whose connection broke before it left. */
  failUnsent(item: Item): void {
    this.#end(item, "MESH_DOWN", "this node has no connection to the others");
    this.dropped(item);
  }

  /** Given to its target, and ended without being taken; its sender has been told. */
  dropped(item: Item): void {
    item.flow.outstanding--;
    this.#goOn(item.flow);
  }

  /** @param node who has it instead, as far as the refuser knows. */
  refused(item: Item, node: string | null): void {
    const { flow } = item;
    flow.outstanding--;
    if ((item.flags & MARKET) !== 0) this.#end(item, "MARKET_DROPPED", "its actor is elsewhere");
    else flow.returned.push(item);
    flow.hint = node;
    this.#goOn(flow);
  }

  /**
   * Their channel has ended. Those of a node that is gone go to the next one without waiting; when it only has another
   * session, of which this node may not have heard yet, with back-off.
   */
  returned(items: readonly Item[], isGone: boolean): void {
    const flows = new Set(items.map((item) => item.flow));
    for (const item of items) {
      item.flow.outstanding--;
      item.flow.returned.push(item);
    }
    for (const flow of flows) {
      if (isGone) flow.refusals = 0;
      flow.hint = null;
      if (flow.outstanding === 0) this.#comeBack(flow);
      if (!isGone) this.#backOff(flow);
      this.#pump(flow);
    }
  }

  #goOn(flow: Flow): void {
    if (flow.outstanding > 0) return;
    if (flow.returned.length > 0) {
      this.#comeBack(flow);
      // The first refusal usually names the owner; asked for again and again, it may be an echo of our own error.
      if (flow.refusals > 0 || flow.hint === null) this.#backOff(flow);
      else flow.refusals = 1;
    }
    this.#pump(flow);
  }

  #backOff(flow: Flow): void {
    flow.notBeforeMs = this.#ports.now() + Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** Math.min(10, flow.refusals));
    flow.refusals++;
    this.#stuck.add(flow);
  }

  /** What came back goes before what waited, in the order it was sent. */
  #comeBack(flow: Flow): void {
    const items = flow.returned.sort((a, b) => a.order - b.order);
    flow.returned = [];
    flow.isAfterDetour = true;
    const nowMs = this.#ports.now();
    for (const item of items) {
      item.flags &= ~AFTER_DETOUR;
      item.waitingSinceMs ||= nowMs;
      this.#waiting++;
      this.#waitingBytes += item.bytes.length;
    }
    flow.waiting = [...items, ...flow.waiting];
  }

  #pump(flow: Flow): void {
    if (flow.isPumping) return;
    flow.isPumping = true;
    const nowMs = this.#ports.now();
    this.#expire(flow, nowMs);
    while (flow.waiting.length > 0 && nowMs >= flow.notBeforeMs) {
      const target = this.#ports.route(flow.kind, flow.id, flow.hint);
      if (target === null) {
        this.#stuck.add(flow);
        this.#endAsks(flow, "NO_NODE", "no living node hosts it");
        break;
      }
      // Those on the way to the old owner come first.
      if (flow.outstanding > 0 && flow.target !== target) break;
      this.#stuck.delete(flow);
      this.#give(this.#shift(flow), target);
    }
    flow.hint = null;
    flow.isPumping = false;
    this.#closeIfEmpty(flow);
  }

  #expire(flow: Flow, nowMs: number): void {
    const isOver = (item: Item) => (isAsk(item) ? isOverdue(item, nowMs) : nowMs - item.waitingSinceMs > WAIT_MAX_MS);
    if (!flow.waiting.some(isOver)) return;
    for (const item of this.#take(flow, isOver)) {
      this.#end(item, "NO_NODE", isAsk(item) ? "no node took it before its deadline" : `no node took it in ${WAIT_MAX_MS / 1_000} s`);
    }
  }

  #take(flow: Flow, which: (item: Item) => boolean): Item[] {
    const taken = flow.waiting.filter(which);
    flow.waiting = flow.waiting.filter((item) => !which(item));
    for (const item of taken) {
      this.#waiting--;
      this.#waitingBytes -= item.bytes.length;
    }
    return taken;
  }

  #endAsks(flow: Flow, type: string, reason: string): void {
    for (const item of this.#take(flow, isAsk)) this.#end(item, type, reason);
  }

  /** The connection is gone: asks that have not left fail at once, tells wait for it. */
  disconnected(): void {
    for (const flow of Array.from(this.#flows.values())) {
      this.#endAsks(flow, "MESH_DOWN", "this node has no connection to the others");
      this.#closeIfEmpty(flow);
    }
  }

  /** Members changed or the connection is back: nobody waits for a back-off that has lost its reason. */
  changed(): void {
    for (const flow of Array.from(this.#flows.values())) {
      flow.notBeforeMs = 0;
      if (flow.waiting.length > 0) this.#pump(flow);
    }
  }

  tick(nowMs: number): void {
    for (const flow of Array.from(this.#stuck)) {
      this.#expire(flow, nowMs);
      if (nowMs >= flow.notBeforeMs) this.#pump(flow);
      else this.#closeIfEmpty(flow);
    }
  }

  #end(item: Item, type: string, reason: string): void {
    const { flow, envelope } = item;
    const text = `${flow.actorId} was not sent ${envelope.name}: ${reason}`;
    if (envelope.reject) envelope.reject(new DstaError(type, text, { code: 503, retryable: true, data: { actor: flow.actorId } }));
    else this.#ports.deadLetter(flow.actorId, envelope.name, `${type}: ${reason}`);
    if (!flow.isPumping) this.#closeIfEmpty(flow);
  }
}
