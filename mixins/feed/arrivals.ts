/**
 * What other nodes say, applied here: records to the listeners in this process, older values refused, and gap notices
 * for `each` subjects. A notice comes before the record that shows the loss, and once more when another node takes a
 * subject over, because the last words of the one before may be lost.
 */
import type { FeedCounts } from "./feed-counts.ts";
import type { OwnInterests } from "./own-interests.ts";
import type { RecordSink } from "./record-reader.ts";
import { type LossMark, RECORD } from "./record-writer.ts";
import { SAID_BY_NOBODY, SAID_BY_ONE_GONE, type Topic } from "./topic.ts";

export type GapListener = (subjects: readonly string[]) => void;

export interface ArrivalsPorts {
  readonly interests: OwnInterests;
  readonly counts: FeedCounts;
  readonly deliver: (subject: string, message: unknown) => void;
  readonly onError: (subject: string, error: unknown) => void;
}

export class Arrivals implements RecordSink {
  readonly #ports: ArrivalsPorts;
  readonly #gapListeners = new Set<GapListener>();
  /** Of the batch being read. */
  #source = SAID_BY_NOBODY;
  #area = "";
  #stamp = 0;

  constructor(ports: ArrivalsPorts) {
    this.#ports = ports;
  }

  onGap(listener: GapListener): () => void {
    this.#gapListeners.add(listener);
    return () => this.#gapListeners.delete(listener);
  }

  /** Tells nobody any more. */
  close(): void {
    this.#gapListeners.clear();
  }

  /** The records that follow are of a batch of this session and area, said at `stamp`. */
  begin(source: number, area: string, stamp: number): void {
    this.#source = source;
    this.#area = area;
    this.#stamp = stamp;
  }

  topicOf(id: number): Topic | undefined {
    return this.#ports.interests.find(id);
  }

  record(topic: Topic, message: unknown, stamp: number): void {
    if (topic.area !== null && topic.area !== this.#area) return void this.#ports.counts.refused++;
    if (topic.isLast) {
      // Said now: what comes last is the newest. Said again: only its stamp tells, because another node may have it by now.
      if (stamp !== 0 && stamp <= topic.stamp) return void this.#ports.counts.stale++;
      topic.stamp = stamp === 0 ? this.#stamp : stamp;
      topic.latest = message;
      topic.source = this.#source;
    } else if (topic.source !== this.#source) this.takeOver(topic, this.#source);
    this.#ports.deliver(topic.subject, message);
  }

  mark(kind: LossMark, topic: Topic, stamp: number): void {
    if (topic.isLast || (topic.area !== null && topic.area !== this.#area)) return void this.#ports.counts.refused++;
    // Told already, when the hole was seen or with the first record after it.
    const isOurs = topic.source === this.#source;
    // What it said before we began to listen is nothing we missed.
    const isOld = topic.source === SAID_BY_NOBODY && stamp <= topic.since;
    if (kind !== RECORD.lost && (isOurs || isOld)) return;
    topic.source = this.#source;
    topic.isDoubted = false;
    this.#tell([topic.subject]);
  }

  /** Another node, or this one, says the subject from now on. */
  takeOver(topic: Topic, source: number): void {
    const isLossy = topic.source !== SAID_BY_NOBODY || topic.isDoubted;
    topic.source = source;
    topic.isDoubted = false;
    if (!topic.isLast && isLossy && topic.id !== 0) this.#tell([topic.subject]);
  }

  /** Records of a session in an area may be missing. */
  missed(source: number, area: string): void {
    const lost: Topic[] = [];
    for (const topic of this.#ports.interests.topics()) {
      if (topic.isLast || (topic.area ?? area) !== area) continue;
      if (topic.source === source) lost.push(topic);
      else if (topic.source === SAID_BY_NOBODY) topic.isDoubted = true;
    }
    this.#tellTopics(lost);
  }

  /** Nothing more comes from a session. */
  gone(source: number): void {
    const topics = [...this.#ports.interests.topics()].filter((topic) => !topic.isLast && topic.source === source);
    for (const topic of topics) topic.source = SAID_BY_ONE_GONE;
    this.#tellTopics(topics);
  }

  #tellTopics(topics: readonly Topic[]): void {
    if (topics.length > 0) this.#tell(topics.map(({ subject }) => subject));
  }

  #tell(subjects: readonly string[]): void {
    for (const listener of this.#gapListeners) {
      try {
        listener(subjects);
      } catch (error) {
        this.#ports.onError(subjects[0]!, error);
      }
    }
  }
}
