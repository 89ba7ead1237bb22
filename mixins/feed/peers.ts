/**
 * The members of the mesh as the feed meets them: who is heard, who is dropped, and which message goes to whose inlet
 * or outlet. Interest and batches of nodes that are no members are not taken: a woken zombie changes nothing here.
 */
import type { MeshSubjects } from "../../domain/contract/mesh-subjects.ts";
import type { Wire } from "../mesh/wire.ts";
import type { Arrivals } from "./arrivals.ts";
import type { FeedCounts, FeedLimits } from "./feed-counts.ts";
import { FRAME, FRAME_VERSION, type FrameHead, headBytes, readHead, sessionNumber, versionOf } from "./frame.ts";
import type { HybridClock } from "./hybrid-clock.ts";
import { Inlet } from "./inlet.ts";
import { decodeInterest } from "./interest-message.ts";
import { Outlet } from "./outlet.ts";
import type { OwnInterests } from "./own-interests.ts";
import { AREAS_MAX, Peer } from "./peer.ts";
import type { Topic, TopicTable } from "./topic.ts";

export interface PeersPorts {
  readonly wire: Wire;
  readonly subjects: MeshSubjects;
  readonly session: string;
  readonly ownArea: string;
  readonly limits: FeedLimits;
  readonly counts: FeedCounts;
  readonly hybrid: HybridClock;
  readonly topics: TopicTable;
  readonly interests: OwnInterests;
  readonly arrivals: Arrivals;
  readonly onError: (subject: string, error: unknown) => void;
  readonly wake: (outlet: Outlet) => void;
  readonly wakeInterests: () => void;
}

export class Peers {
  readonly #ports: PeersPorts;
  readonly #number: number;
  readonly #head: FrameHead = { type: 0, flags: 0, from: 0, to: 0, stamp: 0, sequence: 0, count: 0, outlet: 0 };
  readonly #byNode = new Map<string, Peer>();
  readonly #bySession = new Map<number, Peer>();
  #members: ReadonlySet<string> = new Set();
  #areaSubject = "";
  #area = "";

  constructor(ports: PeersPorts) {
    this.#ports = ports;
    this.#number = sessionNumber(ports.session);
  }

  get size(): number {
    return this.#byNode.size;
  }

  membersChanged(nodes: readonly string[]): void {
    const { wire, interests, wakeInterests } = this.#ports;
    const before = this.#members;
    this.#members = new Set(nodes.filter((node) => node !== wire.nodeId));
    for (const peer of this.#byNode.values()) if (!this.#members.has(peer.node)) this.#drop(peer);
    const joined = [...this.#members].filter((node) => !before.has(node));
    if (joined.length === 0) return;
    interests.sayAll();
    for (const node of joined) interests.ask(node);
    wakeInterests();
  }

  /** What a node says it wants. */
  hear(bytes: Uint8Array, subject: string): void {
    const { wire, subjects, counts, interests, hybrid, wakeInterests } = this.#ports;
    const message = decodeInterest(bytes);
    if (message === null) return void counts.malformed++;
    const { node, session, stamp, ask } = message;
    if (subject !== subjects.interest(node)) return void counts.refused++;
    if (node === wire.nodeId) return;
    if (!this.#members.has(node)) return void counts.strangers++;
    hybrid.merge(stamp);
    if (!this.#peerOf(node, session).hear(message, this.#areaFor)) interests.ask(node);
    if (ask.includes("*") || ask.includes(wire.nodeId)) interests.sayAll();
    if (interests.isDue) wakeInterests();
  }

  /** A batch, an acknowledgement or a question for this node. */
  receive(bytes: Uint8Array, subject: string): void {
    const { counts, hybrid } = this.#ports;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const head = this.#head;
    if (!readHead(view, head)) return void counts.malformed++;
    const peer = this.#bySession.get(head.from);
    if (!peer || head.to !== this.#number) return void counts.strangers++;
    if (versionOf(view) !== FRAME_VERSION) {
      counts.malformed++;
      return peer.inlets.get(this.#areaIn(subject))?.garbled();
    }
    hybrid.merge(head.stamp);
    if (head.type === FRAME.batch) {
      const area = this.#areaIn(subject);
      this.#ports.arrivals.begin(peer.number, area, head.stamp);
      this.#inletOf(peer, area)?.receive(bytes, view, head, this.#ports.arrivals);
    } else if (head.type === FRAME.ack) peer.acknowledge(head.outlet, head.sequence);
    else if (head.type === FRAME.ask) peer.answer(head.outlet, this.#areaFor);
    else counts.malformed++;
  }

  reconnected(): void {
    for (const peer of this.#byNode.values()) {
      for (const inlet of peer.inlets.values()) inlet.missed();
      for (const outlet of peer.outlets()) outlet.beat();
    }
  }

  beat(): void {
    for (const peer of this.#byNode.values()) {
      for (const inlet of peer.inlets.values()) inlet.beat();
      for (const outlet of peer.outlets()) outlet.beat();
    }
  }

  readonly #areaFor = (topic: Topic): string => topic.area ?? this.#ports.ownArea;

  #peerOf(node: string, session: string): Peer {
    const known = this.#byNode.get(node);
    if (known?.session === session) return known;
    if (known) this.#drop(known);
    const { topics, counts } = this.#ports;
    const makeOutlet = (of: Peer, area: string, number: number): Outlet => this.#makeOutlet(of, area, number);
    const peer = new Peer({ node, session }, { topics, counts, makeOutlet });
    this.#byNode.set(node, peer);
    this.#bySession.set(peer.number, peer);
    return peer;
  }

  #drop(peer: Peer): void {
    peer.forget();
    this.#byNode.delete(peer.node);
    this.#bySession.delete(peer.number);
    this.#ports.arrivals.gone(peer.number);
  }

  #makeOutlet(peer: Peer, area: string, number: number): Outlet {
    const { wire, subjects, hybrid, limits, counts, onError, wake } = this.#ports;
    const address = { subject: subjects.feed(area, peer.node), area, number, from: this.#number, to: peer.number };
    return new Outlet(address, { wire, clock: hybrid, limits, counts, onError, wake });
  }

  #inletOf(peer: Peer, area: string): Inlet | undefined {
    const known = peer.inlets.get(area);
    if (known) return known;
    const { wire, subjects, hybrid, ownArea, limits, counts, arrivals } = this.#ports;
    if (peer.inlets.size === AREAS_MAX) return void counts.refused++;
    const inlet = new Inlet({
      limits,
      counts,
      onGap: () => arrivals.missed(peer.number, area),
      reply: (type, sequence, outlet) => {
        const head = { type, flags: 0, from: this.#number, to: peer.number, stamp: hybrid.tick(), sequence, count: 0, outlet };
        wire.send(subjects.feed(ownArea, peer.node), headBytes(head));
      },
    });
    peer.inlets.set(area, inlet);
    return inlet;
  }

  /** `<ns>.feed.<area>.<node>`: the area of the last subject is kept, because batches come in rows. */
  #areaIn(subject: string): string {
    if (subject !== this.#areaSubject) {
      const end = subject.lastIndexOf(".");
      this.#area = subject.slice(subject.lastIndexOf(".", end - 1) + 1, end);
      this.#areaSubject = subject;
    }
    return this.#area;
  }
}
