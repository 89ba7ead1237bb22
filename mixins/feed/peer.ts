/**
 * Another member as the feed knows it: what it wants to hear from us, our ways out to it, its ways in to us. A node
 * that comes back under the same name with another session is another peer.
 */
import type { FeedCounts } from "./feed-counts.ts";
import { sessionNumber } from "./frame.ts";
import type { Inlet } from "./inlet.ts";
import type { InterestMessage } from "./interest-message.ts";
import type { Outlet } from "./outlet.ts";
import type { Topic, TopicTable } from "./topic.ts";

/** Ways out, and ways in: one for each area. More would not fit the number in a batch's head. */
export const AREAS_MAX = 255;

export class Peer {
  readonly node: string;
  readonly session: string;
  readonly number: number;
  /** By the area of the subject they come on, which the bus allows only that area's nodes to use. */
  readonly inlets = new Map<string, Inlet>();
  readonly #wanted = new Map<number, Topic>();
  readonly #outlets = new Map<string, Outlet>();
  readonly #makeOutlet: (peer: Peer, area: string, number: number) => Outlet;
  readonly #topics: TopicTable;
  readonly #counts: FeedCounts;
  /** Of the last interest message applied; -1 before the first full one. */
  #sequence = -1;
  /** While the parts of a full message come in: what was named so far. */
  #named: Set<number> | null = null;

  constructor(
    { node, session }: { node: string; session: string },
    parts: { topics: TopicTable; counts: FeedCounts; makeOutlet: (peer: Peer, area: string, number: number) => Outlet },
  ) {
    this.node = node;
    this.session = session;
    this.number = sessionNumber(session);
    this.#topics = parts.topics;
    this.#counts = parts.counts;
    this.#makeOutlet = parts.makeOutlet;
  }

  outlets(): Iterable<Outlet> {
    return this.#outlets.values();
  }

  /** Takes what the node said it wants. False when something before it was missed: everything must be asked for again. */
  hear(message: InterestMessage, areaOf: (topic: Topic) => string): boolean {
    const { kind, end, sequence, add, remove } = message;
    if (kind === "beat") return this.#sequence >= 0 && sequence === this.#sequence;
    if (kind === "full") this.#named = new Set();
    else if (this.#sequence < 0 || sequence !== this.#sequence + 1 || (kind === "more" && this.#named === null)) return false;
    this.#sequence = sequence;
    for (const [id, subject] of add) {
      this.#named?.add(id);
      this.#want(id, subject, areaOf);
    }
    for (const id of remove) this.#unwant(id);
    if (end && this.#named) {
      for (const id of this.#wanted.keys()) if (!this.#named.has(id)) this.#unwant(id);
      this.#named = null;
    }
    return true;
  }

  /** It missed something of this outlet: what it wants of the outlet's area is said again. */
  answer(number: number, areaOf: (topic: Topic) => string): void {
    const outlet = [...this.#outlets.values()].find((other) => other.address.number === number);
    outlet?.answer([...this.#wanted].filter(([, topic]) => areaOf(topic) === outlet.address.area));
  }

  acknowledge(number: number, sequence: number): void {
    for (const outlet of this.#outlets.values()) if (outlet.address.number === number) outlet.acknowledge(sequence);
  }

  /** Wants nothing any more. */
  forget(): void {
    for (const id of this.#wanted.keys()) this.#unwant(id);
  }

  #want(id: number, subject: string, areaOf: (topic: Topic) => string): void {
    if (this.#wanted.has(id)) return;
    const topic = this.#topics.open(subject);
    if (topic === null) return void this.#counts.tableFull++;
    const area = areaOf(topic);
    let outlet = this.#outlets.get(area);
    if (!outlet) {
      if (this.#outlets.size === AREAS_MAX) return void this.#counts.refused++;
      outlet = this.#makeOutlet(this, area, this.#outlets.size);
      this.#outlets.set(area, outlet);
    }
    this.#wanted.set(id, topic);
    topic.routes = [...topic.routes, { taker: outlet, id }];
    outlet.begin(topic, id);
  }

  #unwant(id: number): void {
    const topic = this.#wanted.get(id);
    if (!topic) return;
    this.#wanted.delete(id);
    for (const outlet of this.#outlets.values()) {
      const rest = topic.routes.filter((route) => route.taker !== outlet || route.id !== id);
      if (rest.length === topic.routes.length) continue;
      topic.routes = rest;
      outlet.end(topic, id);
    }
  }
}
