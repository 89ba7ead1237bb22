/**
 * What this node sends to the actors of one area on one session of another node: numbered, sent in frames of bounded
 * size, sent again until received, kept until taken. At most FLIGHT_BYTES are on the way without a sign of arrival.
 * Refuses more than KEPT_MAX messages or KEPT_BYTES. Market messages and wakes have no number: sent once, never again.
 *
 * Invariant: a message leaves the window by being taken, refused, answered or given back by `end`, once.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Wire } from "../mesh/wire.ts";
import { isAsk, isOverdue, type Item, type Outlet } from "./item.ts";
import { encodeMessage, type MessageHeader, type MessageItem, SKIP, writeMessages } from "./message-frame.ts";
import type { Acknowledgement } from "./reply-frame.ts";
import { SeqWindow } from "./seq-window.ts";

const KEPT_MAX = 65_536;
const KEPT_BYTES = 64 * 1024 * 1024;
const FLIGHT_BYTES = 8 * 1024 * 1024;
const FRAME_BYTES = 256 * 1024;
const UNNUMBERED_MAX = 4_096;
const RESEND_FIRST_MS = 250;
const RESEND_MAX_MS = 4_000;
const PROBE_MS = 2_000;
const SKIPPED: MessageItem = { flags: SKIP, remainingMs: 0, bytes: encodeMessage("", "", "", null) };

type Unnumbered = Pick<Item, "flags" | "bytes">;

export interface ChannelPorts {
  readonly wire: Wire;
  readonly subject: string;
  readonly now: () => number;
  readonly taken: (item: Item) => void;
  readonly refused: (item: Item, node: string | null) => void;
}

export class Channel implements Outlet {
  readonly node: string;
  readonly session: string;
  readonly #header: Omit<MessageHeader, "floor" | "first">;
  readonly #ports: ChannelPorts;
  readonly #window = new SeqWindow<Item>();
  /** Taken there, not yet answered. */
  readonly #asked = new Map<number, Item>();
  #unnumbered: Unnumbered[] = [];
  #flight: { readonly last: number; readonly sizeBytes: number }[] = [];
  #flightBytes = 0;
  #keptBytes = 0;
  #sent = 0;
  #everSent = 0;
  #received = 0;
  #resendMs = RESEND_FIRST_MS;
  #progressMs: number;
  /** The oldest that is not settled, and since when: later ones that go through say nothing of it. */
  #oldest = 0;
  #oldestMs = 0;
  #probedMs = 0;
  #ended = false;
  resends = 0;

  constructor(node: string, header: Omit<MessageHeader, "floor" | "first">, ports: ChannelPorts) {
    this.node = node;
    this.session = header.session;
    this.#header = header;
    this.#ports = ports;
    this.#progressMs = ports.now();
  }

  get area(): string {
    return this.#header.area;
  }

  get incarnation(): number {
    return this.#header.incarnation;
  }

  /** Not taken yet. */
  get waiting(): number {
    return this.#window.size;
  }

  /** Nothing is kept and nothing is awaited. */
  get idle(): boolean {
    return this.#window.size === 0 && this.#asked.size === 0;
  }

  /** False when it is full. */
  offer(item: Item): boolean {
    const { next, floor } = this.#window;
    if (next - floor >= KEPT_MAX || this.#keptBytes + item.bytes.length > KEPT_BYTES) return false;
    this.#keptBytes += item.bytes.length;
    // Time only counts against the receiver while there is something it could have received.
    if (this.#received >= this.#sent) this.#progressMs = this.#ports.now();
    this.#window.add(item);
    return true;
  }

  /** False when it cannot be sent now. */
  offerUnnumbered(item: Unnumbered): boolean {
    if (!this.#ports.wire.connected() || this.#unnumbered.length >= UNNUMBERED_MAX) return false;
    this.#unnumbered.push(item);
    return true;
  }

  flush(): void {
    if (this.#ended || !this.#ports.wire.connected()) {
      this.#unnumbered = [];
      return;
    }
    for (let more = true; more;) more = this.#flushFrame();
  }

  /** One frame; false when nothing is left to be sent now. */
  #flushFrame(): boolean {
    const items: MessageItem[] = [];
    let unnumberedBytes = 0;
    let taken = 0;
    for (; taken < this.#unnumbered.length; taken++) {
      const { flags, bytes } = this.#unnumbered[taken]!;
      if (taken > 0 && unnumberedBytes + bytes.length > FRAME_BYTES) break;
      items.push({ flags, remainingMs: 0, bytes });
      unnumberedBytes += bytes.length;
    }
    this.#unnumbered.splice(0, taken);
    const nowMs = this.#ports.now();
    const first = Math.max(this.#sent + 1, this.#window.floor);
    let sizeBytes = 0;
    let seq = first;
    for (; seq < this.#window.next && this.#flightBytes + sizeBytes < FLIGHT_BYTES; seq++) {
      const item = this.#ready(seq, nowMs);
      // A large one travels alone.
      if (items.length > 0 && unnumberedBytes + sizeBytes + item.bytes.length > FRAME_BYTES) break;
      items.push(item);
      sizeBytes += item.bytes.length;
    }
    if (items.length === 0) return false;
    if (seq > first) {
      this.#sent = seq - 1;
      this.#everSent = Math.max(this.#everSent, this.#sent);
      this.#flight.push({ last: this.#sent, sizeBytes });
      this.#flightBytes += sizeBytes;
    }
    this.#send(first, items);
    return this.#unnumbered.length > 0 || this.#sent + 1 < this.#window.next;
  }

  #ready(seq: number, nowMs: number): MessageItem {
    const item = this.#window.get(seq);
    if (item === undefined) return SKIPPED;
    const { deadlineMs } = item.envelope;
    if (seq > this.#everSent && isOverdue(item, nowMs)) {
      this.#drop(seq);
      this.#ports.taken(item);
      item.envelope.reject?.(overdue(item));
      return SKIPPED;
    }
    return { flags: item.flags, remainingMs: deadlineMs > 0 ? Math.max(1, deadlineMs - nowMs) : 0, bytes: item.bytes };
  }

  #send(first: number, items: readonly MessageItem[]): void {
    this.#ports.wire.send(this.#ports.subject, writeMessages({ ...this.#header, floor: this.#window.floor, first }, items));
  }

  #drop(seq: number): Item | undefined {
    const item = this.#window.settle(seq);
    if (item) this.#keptBytes -= item.bytes.length;
    return item;
  }

  acknowledge(entry: Acknowledgement): void {
    if (entry.received > this.#received) this.#progress(entry.received);
    for (let seq = this.#window.floor; seq <= Math.min(entry.settled, this.#window.next - 1); seq++) this.#settle(seq);
    for (const [from, to] of entry.ranges) {
      for (let seq = Math.max(from, this.#window.floor); seq <= Math.min(to, this.#window.next - 1); seq++) this.#settle(seq);
    }
    for (const { seq, node } of entry.refusals) {
      const item = this.#drop(seq);
      if (item) this.#ports.refused(item, node);
    }
    if (entry.gap && this.#received < this.#sent) this.#rewind();
    this.flush();
  }

  #progress(received: number): void {
    this.#received = Math.min(received, this.#window.next - 1);
    this.#sent = Math.max(this.#sent, this.#received);
    this.#progressMs = this.#ports.now();
    this.#resendMs = RESEND_FIRST_MS;
    let done = 0;
    while (done < this.#flight.length && this.#flight[done]!.last <= this.#received) this.#flightBytes -= this.#flight[done++]!.sizeBytes;
    this.#flight.splice(0, done);
  }

  #settle(seq: number): void {
    const item = this.#drop(seq);
    if (!item) return;
    if (isAsk(item)) this.#asked.set(seq, item);
    this.#ports.taken(item);
  }

  /** Whose answer it is; undefined when nobody waits for it. */
  answered(seq: number): Item | undefined {
    const item = this.#drop(seq);
    if (item) {
      this.#ports.taken(item);
      return item;
    }
    const asked = this.#asked.get(seq);
    this.#asked.delete(seq);
    return asked;
  }

  /** The server was away: what was on the way may be lost. */
  reconnected(): void {
    this.#resendMs = RESEND_FIRST_MS;
    this.#rewind();
    this.flush();
  }

  tick(nowMs: number): void {
    for (const [seq, item] of this.#asked) if (isOverdue(item, nowMs)) this.#asked.delete(seq);
    if (this.#window.floor !== this.#oldest || this.#window.size === 0) {
      this.#oldest = this.#window.floor;
      this.#oldestMs = nowMs;
    }
    if (!this.#ports.wire.connected() || this.#window.size === 0) return;
    if (this.#received < this.#sent && nowMs - this.#progressMs >= this.#resendMs) {
      this.#resendMs = Math.min(RESEND_MAX_MS, this.#resendMs * 2);
      this.#progressMs = nowMs;
      this.#rewind();
      this.flush();
    }
    if (this.#received >= this.#oldest && nowMs - Math.max(this.#oldestMs, this.#probedMs) >= PROBE_MS) {
      // Received long ago and not taken: the acknowledgement may be lost, or the actor starts slowly.
      this.#probedMs = nowMs;
      this.#send(this.#sent + 1, []);
    }
  }

  #rewind(): void {
    if (this.#sent > this.#received) this.resends++;
    this.#sent = this.#received;
    this.#flight = [];
    this.#flightBytes = 0;
  }

  /** Asks that never left this node. */
  takeUnsentAsks(): Item[] {
    return [...this.#window.entries()].filter(([seq, item]) => seq > this.#everSent && isAsk(item)).map(([seq]) => this.#drop(seq)!);
  }

  /** Nothing is sent any more. Gives back asks that the other side may have handled, and all others that it has not taken. */
  end(): { readonly asked: Item[]; readonly unsettledAsks: Item[]; readonly others: Item[] } {
    this.#ended = true;
    const unsettledAsks: Item[] = [];
    const others: Item[] = [];
    for (const [seq, item] of this.#window.entries()) (isAsk(item) && seq <= this.#everSent ? unsettledAsks : others).push(item);
    return { asked: [...this.#asked.values()], unsettledAsks, others };
  }
}

function overdue(item: Item): DstaError {
  return new DstaError("DEADLINE_PASSED", `${item.flow.actorId} was not sent ${item.envelope.name} before its deadline`, {
    code: 503,
    retryable: true,
    data: { actor: item.flow.actorId },
  });
}
