/**
 * Two properties of the feed between nodes. Every record comes out of a batch as it went in, and a damaged batch is
 * refused without harm. And whatever is published, lost, moved, cut, paused or restarted: `last` subscribers end up with
 * the newest value, and `each` subscribers hear every record in order, or a gap notice in every place where some are missing.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marketOf, promiseOf } from "../../domain/contract/feed-delivery.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { FRAME, HEAD_BYTES, type FrameHead, readHead } from "../../mixins/feed/frame.ts";
import { readRecords } from "../../mixins/feed/record-reader.ts";
import { RecordWriter } from "../../mixins/feed/record-writer.ts";
import { TopicTable, type Topic } from "../../mixins/feed/topic.ts";
import { FeedMesh, type FeedNode, top, trade } from "../simulation/mesh/feed-nodes.ts";

const SEED = 20_261_122;
const number = fc.double();
const symbol = fc.constantFrom("BTC/USDT", "ETH/USDT:USDT");
const market = fc.record({ venue: fc.constantFrom("sim", "binance"), symbol });

const tops = market.chain(({ venue, symbol: of }) =>
  fc.record({
    subject: fc.constant(subjects.top(venue, of)),
    message: fc.record({
      venue: fc.constant(venue),
      symbol: fc.constant(of),
      quality: fc.constantFrom("LIVE", "RESYNC", "STALE"),
      updateId: number,
      bidPrice: number,
      bidQuantity: number,
      askPrice: number,
      askQuantity: number,
      venueTimeMs: number,
      receivedAtMs: number,
    }),
  }),
);
const trades = market.chain(({ venue, symbol: of }) =>
  fc.record({
    subject: fc.constant(subjects.trade(venue, of)),
    message: fc.record({
      venue: fc.constantFrom(venue, "another"),
      symbol: fc.constant(of),
      tradeId: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ minLength: 250, maxLength: 300 })),
      price: number,
      quantity: number,
      side: fc.constantFrom("buy", "sell"),
      venueTimeMs: number,
      receivedAtMs: number,
    }),
  }),
);
const bars = market.chain(({ venue, symbol: of }) =>
  fc.record({
    subject: fc.constantFrom(subjects.bar(venue, of, "1m"), subjects.venueBar(venue, of, "1m"), subjects.mark(venue, of)),
    message: fc.record({
      venue: fc.constant(venue),
      symbol: fc.constant(of),
      intervalMs: number,
      openTimeMs: number,
      open: number,
      high: number,
      low: number,
      close: number,
      volume: number,
    }),
  }),
);
const frames = market.chain(({ venue, symbol: of }) =>
  fc.record({
    subject: fc.constant(subjects.depth(venue, of)),
    message: fc.record({ receivedAtMs: number, text: fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant("\ud800 alone")) }),
  }),
);
const values = fc.record({
  subject: fc.constantFrom(subjects.floor("order"), subjects.connection("sim"), subjects.top("sim", "BTC/USDT"), "unknown"),
  message: fc.oneof(fc.jsonValue(), fc.bigInt(), fc.uint8Array(), fc.record({ at: fc.date(), of: fc.constant(undefined) })),
});
const spoken = fc.record({
  said: fc.oneof(tops, trades, bars, frames, values),
  stamp: fc.constantFrom(0, 1_700_000_000_000_001),
});

function batchOf(records: readonly { said: { subject: string; message: unknown }; stamp: number }[]): {
  bytes: Uint8Array;
  topics: Topic[];
} {
  const table = new TopicTable(() => null, 1_000);
  const writer = new RecordWriter();
  const topics: Topic[] = [];
  for (const { said: one, stamp } of records) {
    const topic = table.open(one.subject)!;
    topics.push(topic);
    writer.write(topic, topics.length, one.message, stamp);
  }
  const head: FrameHead = { type: FRAME.batch, flags: 0, from: 1, to: 2, stamp: 3, sequence: 4, count: 0, outlet: 5 };
  return { bytes: writer.take(head), topics };
}

function readAll(bytes: Uint8Array, topics: readonly Topic[]): unknown[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head: FrameHead = { type: 0, flags: 0, from: 0, to: 0, stamp: 0, sequence: 0, count: 0, outlet: 0 };
  if (!readHead(view, head)) return ["no feed message"];
  const read: unknown[] = [];
  readRecords(bytes, view, head.count, {
    topicOf: (id) => topics[id - 1],
    record: ({ subject }, message, stamp) => read.push({ said: { subject, message }, stamp }),
    mark: (kind, { subject }) => read.push({ kind, subject }),
  });
  return read;
}

describe("records", () => {
  it("come out of a batch as they went in", () => {
    fc.assert(
      fc.property(fc.array(spoken, { maxLength: 30 }), (records) => {
        const { bytes, topics } = batchOf(records);
        expect(readAll(bytes, topics)).toEqual(records);
        // Of subjects that are no longer wanted nothing is read, and the others still are.
        const odd = topics.filter((_, index) => index % 2 === 0);
        const sparse = topics.map((topic) => (odd.includes(topic) ? topic : undefined));
        expect(readAll(bytes, sparse as Topic[])).toEqual(records.filter((_, index) => sparse[index] !== undefined));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it("of a market carry no names", () => {
    const { bytes } = batchOf(
      Array.from({ length: 24 }, (_, index) => ({ said: { subject: subjects.top("sim", "BTC/USDT"), message: top(index) }, stamp: 0 })),
    );
    expect(bytes.length).toBe(HEAD_BYTES + 24 * 62);
  });

  it("cut or changed are refused by an error that names no memory but the batch's", () => {
    fc.assert(
      fc.property(
        fc.array(spoken, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.boolean(),
        (records, at, byte, isCut) => {
          const { bytes, topics } = batchOf(records);
          const damaged = isCut ? bytes.slice(0, at % bytes.length) : bytes.slice();
          if (!isCut) damaged[at % bytes.length] = byte;
          try {
            expect(readAll(damaged, topics).length).toBeLessThanOrEqual(65_535);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("know the market from the subject", () => {
    fc.assert(
      fc.property(fc.oneof(tops, bars, frames), ({ subject, message }) => {
        const { venue, symbol: of } = message as { venue?: string; symbol?: string };
        if (venue !== undefined) expect(marketOf(subject)).toEqual({ venue, symbol: of });
        expect(promiseOf(subject).shape).not.toBe("value");
      }),
      { seed: SEED },
    );
  });
});

const NODES = ["a", "b", "c"] as const;
const EACH = [subjects.trade("sim", "BTC/USDT"), subjects.trade("sim", "ETH/USDT")];
const LAST = [subjects.top("sim", "BTC/USDT"), subjects.top("sim", "ETH/USDT")];

type Step =
  | { readonly do: "publish"; readonly topic: number; readonly count: number }
  | { readonly do: "move"; readonly topic: number; readonly to: number }
  | { readonly do: "lose"; readonly shareOfTen: number }
  | { readonly do: "disconnect" | "connect" | "pause" | "resume" | "leave" | "join"; readonly node: number }
  | { readonly do: "leaveTopic" | "joinTopic"; readonly topic: number }
  | { readonly do: "run"; readonly forMs: number };

const node = fc.nat({ max: 2 });
const topic = fc.nat({ max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("publish" as const), topic, count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("run" as const), forMs: fc.constantFrom(0, 0, 1, 5, 300, 1_500) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("move" as const), topic, to: node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), shareOfTen: fc.constantFrom(0, 0, 0, 3, 9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom(...(["disconnect", "connect", "pause", "resume", "leave", "join"] as const)), node }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom(...(["leaveTopic", "joinTopic"] as const)), topic }) },
);

/** Node "s" listens; a, b and c publish, each subject by one of them at a time. */
class Play {
  readonly mesh: FeedMesh;
  readonly nodes: FeedNode[];
  readonly listener: FeedNode;
  readonly owner = [0, 1];
  /** Of each subject: what it heard, and "gap" where it was told one. */
  readonly heard = new Map<string, (number | "gap")[]>();
  /** Whether it listened all the time: only then nothing may be missing. */
  readonly isWhole = [true, true];
  readonly #ways = new Map<string, () => void>();
  readonly #members = new Set<string>([...NODES, "s"]);
  readonly #down = new Set<string>();
  readonly #paused = new Set<string>();
  #rolls = 0;
  #lossOfTen = 0;
  readonly said = [0, 0];
  /** Who said each value; of each topic. */
  readonly sayers = [[""], [""]];

  constructor() {
    this.mesh = new FeedMesh(new ManualClock(1_700_000_000_000), { windowBatches: 3, ackBatches: 2, batchRecords: 4, heldRecords: 5 });
    this.nodes = NODES.map((name) => this.mesh.node(name));
    this.listener = this.mesh.node("s", "data");
    this.mesh.mesh.loses = () => (this.#rolls++ * 7) % 10 < this.#lossOfTen;
    this.mesh.meet();
    this.listener.feed.onGap((lost) => {
      for (const subject of lost) this.heard.get(subject)?.push("gap");
    });
    for (const at of [0, 1]) this.#listen(at);
    this.mesh.run();
  }

  take(one: Step): void {
    if (one.do === "publish") this.#publish(one.topic, one.count);
    else if (one.do === "run") this.mesh.run(one.forMs);
    else if (one.do === "lose") this.#lossOfTen = one.shareOfTen;
    // Only the listener is ever slow: what a stopped publisher says late is for its members' list to refuse.
    else if ("node" in one) this.#fault(one.do, one.do === "pause" || one.do === "resume" ? "s" : NODES[one.node]!);
    else if (one.do !== "move") this.#change(one.topic, one.do === "joinTopic");
    else {
      // Ending in order on one node and being woken on another takes longer than a millisecond.
      this.mesh.run(3);
      this.owner[one.topic] = one.to;
    }
  }

  /** Everybody is well again; one more value each, so that there is something to lag behind. */
  heal(): void {
    this.#lossOfTen = 0;
    this.#fault("resume", "s");
    for (const name of NODES) for (const cure of ["connect", "join"] as const) this.#fault(cure, name);
    for (const at of [0, 1]) this.#change(at, true);
    this.mesh.run(3_000);
    for (const at of [0, 1]) this.#publish(at, 1);
    this.mesh.run(3_000);
  }

  #publish(at: number, count: number): void {
    const { feed, name } = this.nodes[this.owner[at]!]!;
    for (let times = 0; times < count; times++) {
      const value = ++this.said[at]!;
      this.sayers[at]!.push(name);
      feed.publish(EACH[at]!, trade(value, at === 0 ? "BTC/USDT" : "ETH/USDT"));
      feed.publish(LAST[at]!, top(value, at === 0 ? "BTC/USDT" : "ETH/USDT"));
    }
  }

  #fault(what: "disconnect" | "connect" | "pause" | "resume" | "leave" | "join", name: string): void {
    if (what === "leave" || what === "join") {
      if (what === "leave") this.#members.delete(name);
      else this.#members.add(name);
      for (const { feed } of [...this.nodes, this.listener]) feed.membersChanged([...this.#members]);
    } else if (what === "disconnect" && !this.#down.has(name)) {
      this.#down.add(name);
      this.mesh.mesh.disconnect(name);
    } else if (what === "connect" && this.#down.delete(name)) this.mesh.mesh.connect(name);
    else if (what === "pause") {
      this.#paused.add(name);
      this.mesh.mesh.pause(name);
    } else if (what === "resume" && this.#paused.delete(name)) this.mesh.mesh.resume(name);
  }

  #change(at: number, joins: boolean): void {
    const subject = EACH[at]!;
    if (joins === this.#ways.has(subject)) return;
    if (joins) return this.#listen(at);
    this.isWhole[at] = false;
    for (const other of [subject, LAST[at]!]) {
      this.#ways.get(other)?.();
      this.#ways.delete(other);
    }
  }

  #listen(at: number): void {
    for (const [subject, of] of [
      [EACH[at]!, (message: unknown) => (message as { quantity: number }).quantity],
      [LAST[at]!, (message: unknown) => (message as { updateId: number }).updateId],
    ] as const) {
      const heard: (number | "gap")[] = [];
      this.heard.set(subject, heard);
      this.#ways.set(
        subject,
        this.listener.feed.subscribe(subject, (message) => heard.push(of(message))),
      );
    }
  }
}

/**
 * Values missing, or heard late, without a notice. The notice stands after the last value heard from the node that said
 * the missing one, and before the next one heard from it; where none is heard from it any more, anywhere after.
 */
function faultsIn(heard: readonly (number | "gap")[], sayers: readonly string[], last: number): string[] {
  const faults: string[] = [];
  const placeOf = new Map(heard.map((one, place) => [one, place]));
  for (let value = 1; value <= last; value++) {
    if (placeOf.has(value)) continue;
    const ofSayer = [...placeOf].filter(([one]) => one !== "gap" && sayers[one] === sayers[value]) as [number, number][];
    const from = Math.max(-1, ...ofSayer.filter(([one]) => one < value).map(([, place]) => place));
    const to = Math.min(heard.length, ...ofSayer.filter(([one]) => one > value).map(([, place]) => place));
    if (!heard.slice(from + 1, to).includes("gap")) faults.push(`${value} is missing without a notice`);
  }
  for (const [place, one] of heard.entries()) {
    const before = heard.slice(0, place).findLast((other) => other !== "gap");
    if (one !== "gap" && before !== undefined && one <= before && heard[place - 1] !== "gap") faults.push(`${one} after ${before}`);
  }
  return faults;
}

describe("random days", () => {
  it("end with the newest of last, and every record of each or a notice", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const play = new Play();
        for (const one of steps) play.take(one);
        play.heal();
        for (const at of [0, 1]) {
          const each = play.heard.get(EACH[at]!)!;
          expect(play.heard.get(LAST[at]!)!.at(-1)).toBe(play.said[at]);
          expect({ faults: faultsIn(each, play.sayers[at]!, play.isWhole[at] ? play.said[at]! : 0), each }).toEqual({ faults: [], each });
          expect(each.findLast((one) => one !== "gap")).toBe(play.said[at]);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});
