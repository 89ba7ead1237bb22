/**
 * What this node has taken from one channel of another: drops repeats, asks again for what is missing, and tells the
 * sender of each message whether it was taken or refused. After a refusal every later message for that actor is refused
 * too, until the sender has seen it, so that none overtakes another.
 */
import { isExpected } from "../../domain/kernel/errors.ts";
import type { Envelope } from "../hosted/envelope.ts";
import { AFTER_DETOUR, type ArrivingItem, ASK, MARKET, type MessageHeader, SKIP, WAKE } from "./message-frame.ts";
import type { Acknowledgement, Refusal } from "./reply-frame.ts";
import { decodeValue } from "./value-codec.ts";

/** More actors refused at once than this: the oldest may be taken out of order. */
const DETOURS_MAX = 65_536;
const RANGES_MAX = 4_096;

export interface InboxPorts {
  readonly now: () => number;
  /** To this node's host; the envelope carries an `arrival`. */
  readonly receive: (kind: string, id: string, envelope: Envelope) => void;
  readonly wake: (kind: string, id: string) => void;
  /** An acknowledgement is due. */
  readonly due: (inbox: Inbox) => void;
  readonly answer: (inbox: Inbox, seq: number, outcome: { readonly value: unknown } | { readonly error: unknown }) => void;
  readonly deadLetter: (actorId: string, message: string, reason: string) => void;
}

export class Inbox {
  readonly sender: string;
  readonly life: string;
  readonly area: string;
  readonly incarnation: number;
  readonly #ports: InboxPorts;
  #received: number;
  /** All up to it are taken. */
  #settled: number;
  /** Taken above it; `#fresh` those not yet acknowledged. */
  readonly #takenAbove = new Set<number>();
  #fresh: number[] = [];
  readonly #refusals = new Map<number, string | null>();
  #freshRefusals: Refusal[] = [];
  readonly #detours = new Map<string, string | null>();
  #gapAt = -1;
  #isGap = false;
  #isProbed = false;
  lastHeardMs: number;

  constructor({ sender, life, area, incarnation, floor }: MessageHeader, ports: InboxPorts) {
    this.sender = sender;
    this.life = life;
    this.area = area;
    this.incarnation = incarnation;
    this.#ports = ports;
    this.#received = floor - 1;
    this.#settled = floor - 1;
    this.lastHeardMs = ports.now();
  }

  take(header: MessageHeader, items: readonly ArrivingItem[]): void {
    this.lastHeardMs = this.#ports.now();
    this.#raiseFloor(header.floor);
    if (items.length === 0) this.#isProbed = true;
    let seq = header.first;
    for (const item of items) {
      if ((item.flags & WAKE) !== 0) this.#ports.wake(item.kind, item.id);
      else if ((item.flags & MARKET) !== 0) this.#takeMarket(item);
      else this.#takeInOrder(seq++, item);
    }
    this.#ports.due(this);
  }

  /** The sender is done with everything below: it need not hear of it again. */
  #raiseFloor(floor: number): void {
    for (const seq of this.#refusals.keys()) if (seq < floor) this.#refusals.delete(seq);
    if (floor - 1 > this.#settled) this.#settleUpTo(floor - 1);
    this.#received = Math.max(this.#received, this.#settled);
  }

  #settleUpTo(seq: number): void {
    for (const taken of this.#takenAbove) if (taken <= seq) this.#takenAbove.delete(taken);
    this.#settled = seq;
    while (this.#takenAbove.delete(this.#settled + 1)) this.#settled++;
  }

  #takeInOrder(seq: number, item: ArrivingItem): void {
    if (seq <= this.#received) {
      // Sent again because our acknowledgement did not arrive: say everything once more.
      this.#isProbed = true;
      return;
    }
    if (seq > this.#received + 1) {
      // Once for each hole; when that is lost too, the sender repeats by itself.
      if (this.#gapAt !== this.#received) this.#isGap = true;
      this.#gapAt = this.#received;
      return;
    }
    this.#received = seq;
    if ((item.flags & SKIP) !== 0) return this.#settle(seq);
    const actorId = `${item.kind}/${item.id}`;
    if ((item.flags & AFTER_DETOUR) !== 0) this.#detours.delete(actorId);
    const detour = this.#detours.get(actorId);
    if (detour !== undefined) return this.#refuse(seq, actorId, detour);
    this.#deliver(seq, actorId, item);
  }

  #deliver(seq: number, actorId: string, item: ArrivingItem): void {
    const isAsk = (item.flags & ASK) !== 0;
    let params: unknown;
    try {
      params = decodeValue(item.params);
    } catch (error) {
      this.#settle(seq);
      if (isAsk) this.#ports.answer(this, seq, { error });
      else this.#ports.deadLetter(actorId, item.name, `UNREADABLE: ${String(error)}`);
      return;
    }
    this.#ports.receive(item.kind, item.id, {
      name: item.name,
      params,
      lane: "control",
      deadlineMs: item.remainingMs > 0 ? this.#ports.now() + item.remainingMs : 0,
      resolve: isAsk ? (value) => this.#answer(seq, { value }) : null,
      reject: isAsk ? (error) => this.#answer(seq, { error }) : null,
      own: null,
      arrival: {
        taken: () => this.#settle(seq),
        refused: (error) => this.#refuse(seq, actorId, ownerIn(error)),
      },
    });
  }

  #takeMarket(item: ArrivingItem): void {
    const actorId = `${item.kind}/${item.id}`;
    const drop = (error: unknown) => this.#ports.deadLetter(actorId, item.name, `MARKET_DROPPED: ${String(error)}`);
    let params: unknown;
    try {
      params = decodeValue(item.params);
    } catch (error) {
      return drop(error);
    }
    this.#ports.receive(item.kind, item.id, {
      name: item.name,
      params,
      lane: "market",
      deadlineMs: 0,
      resolve: null,
      reject: null,
      own: null,
      arrival: { taken: () => undefined, refused: drop },
    });
  }

  #answer(seq: number, outcome: { readonly value: unknown } | { readonly error: unknown }): void {
    this.#settle(seq);
    this.#ports.answer(this, seq, outcome);
  }

  #settle(seq: number): void {
    if (seq <= this.#settled || this.#takenAbove.has(seq)) return;
    if (seq === this.#settled + 1) {
      this.#settled++;
      while (this.#takenAbove.delete(this.#settled + 1)) this.#settled++;
    } else {
      this.#takenAbove.add(seq);
      this.#fresh.push(seq);
    }
    this.#ports.due(this);
  }

  #refuse(seq: number, actorId: string, node: string | null): void {
    this.#detours.delete(actorId);
    this.#detours.set(actorId, node);
    if (this.#detours.size > DETOURS_MAX) this.#detours.delete(this.#detours.keys().next().value!);
    this.#refusals.set(seq, node);
    this.#freshRefusals.push({ seq, node });
    this.#ports.due(this);
  }

  /** What the sender has not been told yet; everything after a probe. */
  acknowledgement(): Acknowledgement {
    const all = this.#isProbed;
    const taken = (all ? [...this.#takenAbove] : this.#fresh).filter((seq) => seq > this.#settled);
    const entry: Acknowledgement = {
      incarnation: this.incarnation,
      received: this.#received,
      settled: this.#settled,
      gap: this.#isGap,
      ranges: rangesOf(taken).slice(0, RANGES_MAX),
      refusals: all ? [...this.#refusals].map(([seq, node]) => ({ seq, node })) : this.#freshRefusals,
    };
    this.#fresh = [];
    this.#freshRefusals = [];
    this.#isGap = false;
    this.#isProbed = false;
    return entry;
  }
}

function ownerIn(error: unknown): string | null {
  const node = isExpected(error) ? error.data["node"] : null;
  return typeof node === "string" && node !== "" ? node : null;
}

function rangesOf(seqs: number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const seq of seqs.sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
