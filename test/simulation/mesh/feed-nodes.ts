/** Feeds of several nodes on the memory mesh and one manual clock, with the messages and gap notices each one gets. */
import { meshSubjects } from "../../../domain/contract/mesh-subjects.ts";
import type { ManualClock } from "../../../domain/kernel/clock.ts";
import type { Bar, BookTop, Trade } from "../../../domain/market/events.ts";
import type { FeedLimits } from "../../../mixins/feed/feed-counts.ts";
import { LocalFeed } from "../../../mixins/feed/local-feed.ts";
import { MeshFeed } from "../../../mixins/feed/mesh-feed.ts";
import { MemoryMesh } from "./memory-wire.ts";

/** Roles as the program has them; events are said by every node. */
export function areaOfSubject(subject: string): string | null {
  if (/^floor\.(event|dead-letter)$/.test(subject)) return null;
  if (/^(bar)\./.test(subject)) return "data";
  return /^(floor|position)\./.test(subject) ? "trading" : "exchange";
}

export interface FeedNode {
  readonly name: string;
  readonly feed: MeshFeed;
  readonly errors: string[];
  readonly gaps: string[];
}

export class FeedMesh {
  readonly clock: ManualClock;
  readonly mesh: MemoryMesh;
  readonly subjects = meshSubjects("t");
  readonly #limits: Partial<FeedLimits>;
  readonly #nodes = new Map<string, FeedNode>();
  #lives = 0;

  constructor(clock: ManualClock, limits: Partial<FeedLimits> = {}) {
    this.clock = clock;
    this.mesh = new MemoryMesh(clock);
    this.#limits = limits;
  }

  /** Starts a node, or another life of it; the others learn of it by `meet`. */
  node(name: string, ownArea = "exchange"): FeedNode {
    const errors: string[] = [];
    const gaps: string[] = [];
    const feed = new MeshFeed({
      local: new LocalFeed((subject) => void errors.push(subject)),
      wire: this.mesh.wire(name),
      subjects: this.subjects,
      clock: this.clock,
      defer: (callback) => void this.clock.after(0, callback),
      session: `${name}-${++this.#lives}`,
      areaOf: areaOfSubject,
      ownArea,
      onError: (subject) => void errors.push(subject),
      limits: this.#limits,
    });
    feed.onGap((subjects) => void gaps.push(...subjects));
    const node = { name, feed, errors, gaps };
    this.#nodes.set(name, node);
    return node;
  }

  /** Tells every node who the members are: all of them unless named. */
  meet(names: readonly string[] = [...this.#nodes.keys()]): void {
    for (const { feed } of this.#nodes.values()) feed.membersChanged(names);
    this.run();
  }

  /** Lets everything that is due happen, and `forMs` more. */
  run(forMs = 0): void {
    this.clock.advance(forMs);
  }

  /** SIGKILL: the node is silent; the others learn of it by `meet`. */
  kill(name: string): void {
    this.mesh.kill(name);
    this.#nodes.delete(name);
  }
}

export function top(updateId: number, symbol = "BTC/USDT"): BookTop {
  const prices = { bidPrice: 6_173_700 + updateId, bidQuantity: 15, askPrice: 6_173_763 + updateId, askQuantity: 7 };
  return { venue: "sim", symbol, quality: "LIVE", updateId, ...prices, venueTimeMs: 1_700_000_000_000, receivedAtMs: 1_700_000_000_004 };
}

export function trade(number: number, symbol = "BTC/USDT"): Trade {
  const tradeId = `t-${number}`;
  return { venue: "sim", symbol, tradeId, price: 6_173_763, quantity: number, side: "sell", venueTimeMs: 1, receivedAtMs: 2 };
}

export function bar(number: number, symbol = "BTC/USDT"): Bar {
  return { venue: "sim", symbol, intervalMs: 60_000, openTimeMs: number * 60_000, open: 1.5, high: 2.5, low: 0.5, close: 2, volume: 9.25 };
}
