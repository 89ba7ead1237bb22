/**
 * An actor's mailbox: two bounded lanes, control messages taken before market messages, each lane in the order it came; in
 * front of both the message that is to be handled again after a crash. Knows which arrivals from other nodes are not yet
 * promised to their senders. Keeps the host's count of what waits.
 */
import { Mailbox } from "../../domain/kernel/mailbox.ts";
import type { Envelope } from "./envelope.ts";

export class Inbox {
  readonly #control: Mailbox<Envelope>;
  readonly #market: Mailbox<Envelope>;
  readonly #count: (change: 1 | -1) => void;
  #again: Envelope | null = null;
  /** Made with the first. */
  #unpromised: Set<Envelope> | null = null;

  constructor(bounds: { readonly control: number; readonly market: number }, count: (change: 1 | -1) => void) {
    this.#control = new Mailbox(bounds.control);
    this.#market = new Mailbox(bounds.market);
    this.#count = count;
  }

  get size(): number {
    return this.#control.size + this.#market.size + (this.#again === null ? 0 : 1);
  }

  /** False when the message's lane is full; it is then not taken. */
  push(envelope: Envelope): boolean {
    const taken = envelope.lane === "control" ? this.#control.push(envelope) : this.#market.push(envelope);
    if (taken) this.#count(1);
    return taken;
  }

  /** In front of everything, whatever the lane holds: it was taken out before. */
  putBack(envelope: Envelope): void {
    this.#again = envelope;
    this.#count(1);
  }

  shift(): Envelope | undefined {
    const envelope = this.#next();
    if (envelope !== undefined) this.#count(-1);
    return envelope;
  }

  #next(): Envelope | undefined {
    if (this.#again === null) return this.#control.shift() ?? this.#market.shift();
    const envelope = this.#again;
    this.#again = null;
    return envelope;
  }

  /** Whether this node will handle an arrival that waits here is not yet known. */
  leaveUnpromised(envelope: Envelope): void {
    this.#unpromised ??= new Set();
    this.#unpromised.add(envelope);
  }

  /** It will: the senders of all that waits hear so. */
  promiseAll(): void {
    const waiting = this.#unpromised;
    this.#unpromised = null;
    if (waiting) for (const { arrival } of waiting) arrival?.taken();
  }

  /** Empties it: in the order they would have been handled, those this node answers for, and those it does not yet. */
  takeAll(): { readonly promised: Envelope[]; readonly unpromised: Envelope[] } {
    const unpromised: Envelope[] = [];
    const promised: Envelope[] = [];
    for (let envelope = this.shift(); envelope !== undefined; envelope = this.shift()) {
      (this.#unpromised?.has(envelope) ? unpromised : promised).push(envelope);
    }
    this.#unpromised = null;
    return { promised, unpromised };
  }
}
