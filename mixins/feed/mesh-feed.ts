/**
 * The feed between nodes: inside the process what `LocalFeed` does; to other nodes binary batches, for those that said
 * they want the subject. What each subject is promised: domain/contract/feed-delivery.ts.
 *
 * Only members are served and believed. Messages are shared by reference in this process and never changed after
 * publishing. A full table of subjects refuses a new subscription (FEED_FULL); what is published on a subject that does
 * not fit reaches this process only, and is counted.
 */
import type { MeshSubjects } from "../../domain/contract/mesh-subjects.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";
import type { Wire } from "../mesh/wire.ts";
import { Arrivals, type GapListener } from "./arrivals.ts";
import { FEED_LIMITS, type FeedCounts, type FeedLimits, noCounts } from "./feed-counts.ts";
import { HybridClock } from "./hybrid-clock.ts";
import { SUBJECT_LENGTH_MAX } from "./interest-message.ts";
import type { LocalFeed } from "./local-feed.ts";
import type { Outlet } from "./outlet.ts";
import { OwnInterests } from "./own-interests.ts";
import { Peers } from "./peers.ts";
import { SAID_BY_NOBODY, SAID_HERE, type Topic, TopicTable } from "./topic.ts";

export interface MeshFeedOptions {
  readonly local: LocalFeed;
  readonly wire: Wire;
  readonly subjects: MeshSubjects;
  /** The machine's clock, not a replay's. */
  readonly clock: Clock;
  /** Runs the callback when the present turn of the event loop is over. */
  readonly defer: (callback: () => void) => void;
  /** Of this process' life: never used before. */
  readonly session: string;
  /** Whose nodes say a subject: one area, or null when every node may (events, dead letters). The same on all nodes. */
  readonly areaOf: (subject: string) => string | null;
  /** An area this node may publish in: for subjects of every node, acknowledgements and questions. */
  readonly ownArea: string;
  readonly onError: (subject: string, error: unknown) => void;
  readonly limits?: Partial<FeedLimits>;
}

export interface FeedStats extends FeedCounts {
  readonly topics: number;
  readonly peers: number;
}

export class MeshFeed implements Feed {
  readonly #local: LocalFeed;
  readonly #options: MeshFeedOptions;
  readonly #limits: FeedLimits;
  readonly #counts = noCounts();
  readonly #clock: HybridClock;
  readonly #topics: TopicTable;
  readonly #interests: OwnInterests;
  readonly #arrivals: Arrivals;
  readonly #peers: Peers;
  readonly #leave: (() => void)[];
  #dirty: Outlet[] = [];
  #isFlushDue = false;
  #isClosed = false;
  #cancelBeat: CancelTimer = () => undefined;

  constructor(options: MeshFeedOptions) {
    const { local, wire, subjects, clock, session, areaOf, onError } = options;
    this.#local = local;
    this.#options = options;
    this.#limits = { ...FEED_LIMITS, ...options.limits };
    this.#clock = new HybridClock(clock);
    this.#topics = new TopicTable(areaOf, this.#limits.topics);
    this.#interests = new OwnInterests(wire.nodeId, session);
    const deliver = (subject: string, message: unknown): void => local.publish(subject, message);
    this.#arrivals = new Arrivals({ interests: this.#interests, counts: this.#counts, deliver, onError });
    this.#peers = new Peers({
      ...options,
      limits: this.#limits,
      counts: this.#counts,
      hybrid: this.#clock,
      topics: this.#topics,
      interests: this.#interests,
      arrivals: this.#arrivals,
      wake: (outlet) => {
        this.#dirty.push(outlet);
        this.#wake();
      },
      wakeInterests: () => this.#wake(),
    });
    this.#leave = [
      wire.listen(subjects.feedsAt(wire.nodeId), (bytes, subject) => this.#peers.receive(bytes, subject)),
      wire.listen(subjects.interests(), (bytes, subject) => this.#peers.hear(bytes, subject)),
      wire.onStatus((connected) => connected && this.#reconnected()),
    ];
    this.#beat();
  }

  publish(subject: string, message: unknown): void {
    const topic = this.#topics.open(subject);
    if (topic === null) this.#counts.tableFull++;
    else {
      if (topic.source !== SAID_HERE) this.#arrivals.takeOver(topic, SAID_HERE);
      topic.stamp = this.#clock.tick();
      if (topic.isLast) topic.latest = message;
    }
    this.#local.publish(subject, message);
    if (topic === null || topic.routes.length === 0) return;
    for (const { taker, id } of topic.routes) taker.publish(topic, id, message);
  }

  /**
   * The newest value of a `last` subject, when one is known, comes first, after the present turn.
   * @throws {DstaError} VALIDATION_ERROR for a subject longer than 512; FEED_FULL (retryable)
   */
  subscribe(subject: string, listener: (message: unknown) => void): () => void {
    if (subject.length > SUBJECT_LENGTH_MAX) throw invalid("subject", `at most ${SUBJECT_LENGTH_MAX} characters`, subject);
    const topic = this.#topics.open(subject);
    if (topic === null) {
      throw new DstaError("FEED_FULL", `no room for the subject ${subject}: ${this.#limits.topics} are in use`, { retryable: true });
    }
    let isLeft = false;
    if (topic.listeners++ === 0) this.#begin(topic);
    const unsubscribe = this.#local.subscribe(subject, listener);
    if (topic.isLast && topic.source !== SAID_BY_NOBODY) this.#sayNewest(topic, listener, () => isLeft);
    return () => {
      if (isLeft) return;
      isLeft = true;
      unsubscribe();
      if (--topic.listeners === 0) this.#end(topic);
    };
  }

  /** Whether anybody would hear it, here or elsewhere: lets a sender skip decoding. */
  hasListeners(subject: string): boolean {
    return this.#local.hasListeners(subject) || (this.#topics.find(subject)?.routes.length ?? 0) > 0;
  }

  /** The living nodes, this one among them or not: to be told at every change. */
  membersChanged(nodes: readonly string[]): void {
    this.#peers.membersChanged(nodes);
  }

  /** Told which `each` subjects may have lost records, before what comes after the loss. Returns the way out. */
  onGap(listener: GapListener): () => void {
    return this.#arrivals.onGap(listener);
  }

  stats(): FeedStats {
    return { ...this.#counts, topics: this.#topics.size, peers: this.#peers.size };
  }

  /** Sends what this turn has gathered, and then nothing more; listeners in this process stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#cancelBeat();
    for (const leave of this.#leave) leave();
    this.#arrivals.close();
    this.#peers.membersChanged([]);
  }

  #begin(topic: Topic): void {
    topic.since = this.#clock.tick();
    topic.isDoubted = false;
    this.#interests.add(topic);
    this.#wake();
  }

  #end(topic: Topic): void {
    this.#interests.remove(topic);
    this.#wake();
    // What others said is old as soon as nobody follows it.
    if (topic.source === SAID_HERE) return;
    topic.source = SAID_BY_NOBODY;
    topic.latest = undefined;
    topic.stamp = 0;
  }

  #sayNewest(topic: Topic, listener: (message: unknown) => void, isLeft: () => boolean): void {
    const { stamp } = topic;
    this.#options.defer(() => {
      // Another stamp: it has heard a newer one by now.
      if (isLeft() || topic.stamp !== stamp) return;
      try {
        listener(topic.latest);
      } catch (error) {
        this.#options.onError(topic.subject, error);
      }
    });
  }

  #wake(): void {
    if (this.#isFlushDue || this.#isClosed) return;
    this.#isFlushDue = true;
    this.#options.defer(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    if (this.#isClosed) return;
    if (this.#interests.isDue) this.#sayInterests();
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const outlet of dirty) outlet.flush();
  }

  #sayInterests(): void {
    const { wire, subjects } = this.#options;
    for (const bytes of this.#interests.take(this.#clock.tick())) wire.send(subjects.interest(wire.nodeId), bytes);
  }

  /** Others may have missed what we said, and we what they did. */
  #reconnected(): void {
    this.#interests.sayAll();
    this.#interests.ask("*");
    this.#peers.reconnected();
    this.#wake();
  }

  #beat(): void {
    this.#cancelBeat = this.#options.clock.after(this.#limits.beatMs, () => {
      if (this.#options.wire.connected()) {
        this.#sayInterests();
        this.#peers.beat();
      }
      this.#beat();
    });
  }
}
