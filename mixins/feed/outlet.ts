/**
 * The way out to one taker in one area: numbered records in batches, and what happens when the taker is slow. While too
 * much is unacknowledged, `last` subjects keep their newest value only, and records of `each` subjects wait in order up
 * to a bound, beyond which the oldest is dropped and its subject told to be lost. Otherwise nothing waits for a server
 * that is away: numbers go on, so that the taker sees what it missed.
 */
import { Mailbox } from "../../domain/kernel/mailbox.ts";
import type { Wire } from "../mesh/wire.ts";
import type { FeedCounts, FeedLimits } from "./feed-counts.ts";
import { ANSWERS, FRAME, type FrameHead, headBytes, OPENS } from "./frame.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import { RECORD, RecordWriter } from "./record-writer.ts";
import { SAID_HERE, type Topic } from "./topic.ts";

const VALUE_BYTES_GUESS = 256;

export interface OutletPorts {
  readonly wire: Wire;
  readonly clock: HybridClock;
  readonly limits: FeedLimits;
  readonly counts: FeedCounts;
  readonly onError: (subject: string, error: unknown) => void;
  /** There is something to flush at the end of this turn. */
  readonly wake: (outlet: Outlet) => void;
}

export interface OutletAddress {
  /** On the wire. */
  readonly subject: string;
  readonly area: string;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

interface Held {
  readonly topic: Topic;
  readonly id: number;
  readonly message: unknown;
  readonly bytes: number;
}

export class Outlet {
  readonly address: OutletAddress;
  readonly #ports: OutletPorts;
  readonly #writer = new RecordWriter();
  readonly #inFlight: Mailbox<{ readonly end: number; readonly bytes: number }>;
  readonly #held: Mailbox<Held>;
  /** `last` topics whose newest value is to be sent, with the taker's number for each. */
  readonly #pending = new Map<Topic, number>();
  /** `each` topics to be told lost (or late), by the taker's number. */
  readonly #marks = new Map<number, { readonly kind: (typeof RECORD)["lost" | "maybeLost" | "late"]; readonly stamp: number }>();
  /** Number of the batch's first record. A new outlet begins above every number an earlier one can have used. */
  #first: number;
  #acked: number;
  #oldestInFlight: { readonly end: number; readonly bytes: number } | undefined;
  #inFlightBytes = 0;
  #heldBytes = 0;
  #flags = OPENS;
  #isAwake = false;

  constructor(address: OutletAddress, ports: OutletPorts) {
    this.address = address;
    this.#ports = ports;
    this.#first = this.#acked = ports.clock.tick();
    this.#inFlight = new Mailbox(ports.limits.windowBatches);
    this.#held = new Mailbox(ports.limits.heldRecords);
  }

  publish(topic: Topic, id: number, message: unknown): void {
    const isFull = this.#isFull;
    if (topic.isLast && (isFull || (this.#pending.size > 0 && this.#pending.has(topic)))) {
      if (this.#pending.has(topic)) this.#ports.counts.conflated++;
      this.#pending.set(topic, id);
      return;
    }
    // Also while the server is away: what is said now must not overtake what waits.
    if (!topic.isLast && (isFull || this.#held.size > 0)) return this.#hold(topic, id, message);
    if (!this.#ports.wire.connected()) return this.#sendNowhere();
    this.#write(topic, id, message, 0);
    this.#wake();
  }

  /** The taker wants a topic from now on: it gets the newest value, or hears that something was said before. */
  begin(topic: Topic, id: number): void {
    if (topic.source !== SAID_HERE) return;
    if (topic.isLast) this.#pending.set(topic, id);
    else this.#marks.set(id, { kind: RECORD.late, stamp: topic.stamp });
    this.#drain();
  }

  end(topic: Topic, id: number): void {
    this.#pending.delete(topic);
    this.#marks.delete(id);
  }

  /** The taker may have missed anything: says the newest values again, and which `each` subjects were said at all. */
  answer(wanted: Iterable<readonly [id: number, topic: Topic]>): void {
    for (const [id, topic] of wanted) {
      if (topic.source !== SAID_HERE) continue;
      if (topic.isLast) this.#pending.set(topic, id);
      // A known loss is not weakened to a possible one.
      else if (this.#marks.get(id)?.kind !== RECORD.lost) this.#marks.set(id, { kind: RECORD.maybeLost, stamp: topic.stamp });
    }
    this.flush();
    this.#flags |= ANSWERS;
    this.#drain();
    this.#wake();
  }

  /** Everything before `sequence` has arrived or is known to be lost. */
  acknowledge(sequence: number): void {
    if (sequence < this.#acked || sequence > this.#first) return void this.#ports.counts.malformed++;
    this.#acked = sequence;
    this.#oldestInFlight ??= this.#inFlight.shift();
    while (this.#oldestInFlight && this.#oldestInFlight.end <= sequence) {
      this.#inFlightBytes -= this.#oldestInFlight.bytes;
      this.#oldestInFlight = this.#inFlight.shift();
    }
    this.#drain();
  }

  /** Says again how far we are while the taker has not acknowledged it: it may have lost the end. */
  beat(): void {
    this.#drain();
    this.flush();
    if ((this.#acked < this.#first || this.#flags !== 0) && this.#ports.wire.connected()) this.#send(headBytes(this.#head()));
  }

  flush(): void {
    this.#isAwake = false;
    const { wire, counts } = this.#ports;
    if (this.#writer.count === 0) {
      if ((this.#flags & ANSWERS) !== 0 && wire.connected()) this.#send(headBytes(this.#head()));
      return;
    }
    const { count } = this.#writer;
    if (!wire.connected()) {
      this.#writer.clear();
      return this.#skip(count);
    }
    const bytes = this.#writer.take(this.#head());
    this.#first += count;
    const batch = { end: this.#first, bytes: bytes.length };
    if (this.#oldestInFlight === undefined && this.#inFlight.size === 0) this.#oldestInFlight = batch;
    else this.#inFlight.push(batch);
    this.#inFlightBytes += bytes.length;
    counts.recordsOut += count;
    this.#send(bytes);
  }

  get #isFull(): boolean {
    const { windowBatches, windowBytes } = this.#ports.limits;
    return this.#inFlight.size + 1 >= windowBatches || this.#inFlightBytes >= windowBytes;
  }

  #head(): FrameHead {
    const { from, to, number } = this.address;
    const head = { type: FRAME.batch, flags: this.#flags, from, to, stamp: this.#ports.clock.tick() };
    return { ...head, sequence: this.#first, count: 0, outlet: number };
  }

  #send(bytes: Uint8Array): void {
    const { wire, counts } = this.#ports;
    this.#flags = 0;
    counts.batchesOut++;
    counts.bytesOut += bytes.length;
    wire.send(this.address.subject, bytes);
  }

  #write(topic: Topic, id: number, message: unknown, stamp: number): void {
    const { counts, limits, onError } = this.#ports;
    try {
      this.#writer.write(topic, id, message, stamp);
    } catch (error) {
      counts.unsendable++;
      onError(topic.subject, error);
      if (!topic.isLast) this.#writer.mark(RECORD.lost, id, 0);
    }
    if (this.#writer.count >= limits.batchRecords || this.#writer.length >= limits.batchBytes) this.flush();
  }

  #hold(topic: Topic, id: number, message: unknown): void {
    const { counts, limits } = this.#ports;
    const bytes = topic.shape === "frame" ? bytesOfFrame(message) : VALUE_BYTES_GUESS;
    counts.held++;
    while (this.#held.size > 0 && (this.#held.size === limits.heldRecords || this.#heldBytes + bytes > limits.heldBytes)) {
      const oldest = this.#held.shift()!;
      this.#heldBytes -= oldest.bytes;
      this.#marks.set(oldest.id, { kind: RECORD.lost, stamp: 0 });
      counts.overflowed++;
    }
    this.#held.push({ topic, id, message, bytes });
    this.#heldBytes += bytes;
  }

  /** Sends what waits, as far as the window allows. What was dropped is older than all that waits, so it is told first. */
  #drain(): void {
    if (!this.#ports.wire.connected()) return;
    const { limits } = this.#ports;
    for (const [id, { kind, stamp }] of this.#marks) {
      if (this.#isFull) break;
      this.#marks.delete(id);
      this.#writer.mark(kind, id, stamp);
      if (this.#writer.count >= limits.batchRecords) this.flush();
    }
    while (this.#marks.size === 0 && this.#held.size > 0 && !this.#isFull) {
      const { topic, id, message, bytes } = this.#held.shift()!;
      this.#heldBytes -= bytes;
      this.#write(topic, id, message, 0);
    }
    for (const [topic, id] of this.#pending) {
      if (this.#isFull) break;
      this.#pending.delete(topic);
      // Said by another node since: ours is old.
      if (topic.source === SAID_HERE) this.#write(topic, id, topic.latest, topic.stamp);
    }
    if (this.#writer.count > 0) this.#wake();
  }

  #sendNowhere(): void {
    this.flush();
    this.#skip(1);
  }

  /** Numbers nobody will see; an outlet that begins so has not begun well. */
  #skip(count: number): void {
    this.#first += count;
    this.#flags &= ~OPENS;
    this.#ports.counts.sentNowhere += count;
  }

  #wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#ports.wake(this);
  }
}

function bytesOfFrame(message: unknown): number {
  const { text } = message as { text?: unknown };
  return typeof text === "string" ? text.length : VALUE_BYTES_GUESS;
}
