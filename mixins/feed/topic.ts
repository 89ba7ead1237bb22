/**
 * What a node knows of one subject: who here listens, which nodes want it, and for `last` subjects the newest value.
 * Bound: `FeedLimits.topics`. When it is reached, those without any listener or taker are forgotten, oldest first; when
 * none is left, a new subject is refused (null), and its owner says what that means.
 */
import { marketOf, promiseOf, type FeedShape } from "../../domain/contract/feed-delivery.ts";

/** `source` of a topic: said here, by nobody yet, by one who is gone. Sessions of other nodes are positive. */
export const SAID_HERE = -1;
export const SAID_BY_NOBODY = 0;
export const SAID_BY_ONE_GONE = -2;

/** A node elsewhere that wants the subject, and the number it gave it. */
export interface Route {
  readonly taker: { publish(topic: Topic, id: number, message: unknown): void };
  readonly id: number;
}

export interface Topic {
  readonly subject: string;
  readonly isLast: boolean;
  readonly shape: FeedShape;
  readonly venue: string;
  readonly symbol: string;
  /** Whose nodes may say it; null for everybody. */
  readonly area: string | null;
  /** Which session said the last one. */
  source: number;
  /** Of `latest`; of the last one published here for `each` subjects. */
  stamp: number;
  latest: unknown;
  listeners: number;
  /** The number we gave it towards other nodes; 0 while nobody here listens. */
  id: number;
  /** When we began to listen. */
  since: number;
  /** Something may have been missed before anything was heard. */
  isDoubted: boolean;
  /** Replaced, not mutated. */
  routes: readonly Route[];
}

export class TopicTable {
  readonly #topics = new Map<string, Topic>();
  readonly #areaOf: (subject: string) => string | null;
  readonly #max: number;

  constructor(areaOf: (subject: string) => string | null, max: number) {
    this.#areaOf = areaOf;
    this.#max = max;
  }

  get size(): number {
    return this.#topics.size;
  }

  find(subject: string): Topic | undefined {
    return this.#topics.get(subject);
  }

  /** Null when the table is full of subjects in use. */
  open(subject: string): Topic | null {
    const known = this.#topics.get(subject);
    if (known) return known;
    if (this.#topics.size >= this.#max && !this.#forget()) return null;
    const { delivery, shape } = promiseOf(subject);
    const topic: Topic = {
      subject,
      isLast: delivery === "last",
      shape,
      ...marketOf(subject),
      area: this.#areaOf(subject),
      source: SAID_BY_NOBODY,
      stamp: 0,
      latest: undefined,
      listeners: 0,
      id: 0,
      since: 0,
      isDoubted: false,
      routes: [],
    };
    this.#topics.set(subject, topic);
    return topic;
  }

  /** An eighth of the table at once, so that a full table is not searched for every new subject. */
  #forget(): boolean {
    let left = Math.ceil(this.#max / 8);
    for (const [subject, topic] of this.#topics) {
      if (topic.listeners > 0 || topic.routes.length > 0) continue;
      this.#topics.delete(subject);
      if (--left === 0) break;
    }
    return this.#topics.size < this.#max;
  }
}
