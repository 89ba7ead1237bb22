/** The feed between nodes on a network in memory: who hears what, in which order, and what is told when something is lost. */
import { describe, expect, it } from "vitest";
import { subjects } from "../../domain/contract/subjects.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { FRAME, headBytes, sessionNumber } from "../../mixins/feed/frame.ts";
import { bar, FeedMesh, type FeedNode, top, trade } from "../simulation/mesh/feed-nodes.ts";

const TOP = subjects.top("sim", "BTC/USDT");
const TRADE = subjects.trade("sim", "BTC/USDT");
const BAR = subjects.bar("sim", "BTC/USDT", "1m");

function pair(limits = {}): { mesh: FeedMesh; a: FeedNode; b: FeedNode } {
  const mesh = new FeedMesh(new ManualClock(1_700_000_000_000), limits);
  const [a, b] = [mesh.node("a"), mesh.node("b", "data")];
  mesh.meet();
  return { mesh, a, b };
}

function listen({ feed }: FeedNode, subject: string): unknown[] {
  const heard: unknown[] = [];
  feed.subscribe(subject, (message) => heard.push(message));
  return heard;
}

/** A full interest message in the name of a node. */
function interestOf(node: string): string {
  const message = { v: 1, node, session: "forged", kind: "full", end: true, sequence: 1, stamp: 1, add: [], remove: [], ask: [] };
  return JSON.stringify(message);
}

describe("between nodes", () => {
  it("says what others want, in order, and nothing else", () => {
    const { mesh, a, b } = pair();
    const [tops, trades, events] = [listen(b, TOP), listen(b, TRADE), listen(b, subjects.floor("event"))];
    const values = listen(b, subjects.connection("sim"));
    mesh.run();
    const state = { venue: "sim", connected: false, reason: "lost", atMs: 5 };
    a.feed.publish(TOP, top(1));
    a.feed.publish(TRADE, trade(1));
    a.feed.publish(TRADE, trade(2));
    a.feed.publish(subjects.floor("event"), { text: "hello", at: 5n });
    a.feed.publish(subjects.connection("sim"), state);
    a.feed.publish(subjects.top("sim", "ETH/USDT"), top(1, "ETH/USDT"));
    expect(tops).toEqual([]);
    mesh.run();
    expect(tops).toEqual([top(1)]);
    expect(trades).toEqual([trade(1), trade(2)]);
    expect(events).toEqual([{ text: "hello", at: 5n }]);
    expect(values).toEqual([state]);
    // One batch an area: the exchange's, and the one every node may say.
    expect(a.feed.stats()).toMatchObject({ recordsOut: 5, unsendable: 0 });
    expect(b.gaps).toEqual([]);
  });

  it("serves its own process as the local feed does", () => {
    const { mesh, a } = pair();
    const heard = listen(a, TRADE);
    a.feed.publish(TRADE, trade(1));
    expect(heard).toEqual([trade(1)]);
    mesh.run();
    expect(heard).toHaveLength(1);
    expect(a.feed.hasListeners(TRADE)).toBe(true);
    expect(a.feed.hasListeners(TOP)).toBe(false);
  });

  it("knows listeners elsewhere, until they leave", () => {
    const { mesh, a, b } = pair();
    const leave = b.feed.subscribe(TRADE, () => undefined);
    mesh.run();
    expect(a.feed.hasListeners(TRADE)).toBe(true);
    leave();
    leave();
    mesh.run();
    expect(a.feed.hasListeners(TRADE)).toBe(false);
    a.feed.publish(TRADE, trade(1));
    mesh.run();
    expect(a.feed.stats().recordsOut).toBe(0);
  });

  it("gives a new subscriber the newest value first, here and elsewhere", () => {
    const { mesh, a, b } = pair();
    for (const id of [1, 2, 3]) a.feed.publish(TOP, top(id));
    const [here, there] = [listen(a, TOP), listen(b, TOP)];
    expect(here).toEqual([]);
    mesh.run();
    expect([here, there]).toEqual([[top(3)], [top(3)]]);
    const second = listen(b, TOP);
    mesh.run();
    expect([there, second]).toEqual([[top(3)], [top(3)]]);
  });

  it("does not repeat the newest value to one who has heard a newer one by then", () => {
    const { mesh, a } = pair();
    a.feed.publish(TOP, top(1));
    const heard = listen(a, TOP);
    a.feed.publish(TOP, top(2));
    mesh.run();
    expect(heard).toEqual([top(2)]);
  });

  it("tells a node that joins later, or comes back, what is wanted", () => {
    const { mesh, b } = pair();
    const heard = listen(b, BAR);
    mesh.run();
    const c = mesh.node("c", "data");
    mesh.meet();
    c.feed.publish(BAR, bar(1));
    mesh.run();
    mesh.kill("c");
    mesh.meet();
    const again = mesh.node("c", "data");
    mesh.meet();
    again.feed.publish(BAR, bar(2));
    mesh.run();
    expect(heard).toEqual([bar(1), bar(2)]);
    // Its publisher died: what it said last may be lost. Then another one took over.
    expect(b.gaps).toEqual([BAR, BAR]);
  });

  it("drops the interest of nodes that left, and does not believe them", () => {
    const { mesh, a, b } = pair();
    const heard = listen(b, TRADE);
    mesh.run();
    a.feed.membersChanged(["a"]);
    expect(a.feed.hasListeners(TRADE)).toBe(false);
    mesh.run(1_000);
    expect(a.feed.hasListeners(TRADE)).toBe(false);
    expect(a.feed.stats().strangers).toBeGreaterThan(0);
    a.feed.membersChanged(["a", "b"]);
    mesh.run();
    b.feed.membersChanged(["b"]);
    a.feed.publish(TRADE, trade(1));
    mesh.run();
    expect(heard).toEqual([]);
    expect(b.feed.stats().strangers).toBeGreaterThan(0);
  });

  it("refuses records of an area the publisher is not in", () => {
    const { mesh, a, b } = pair();
    const heard = listen(b, TOP);
    mesh.run();
    const seen: Uint8Array[] = [];
    mesh.mesh.wire("spy").listen(mesh.subjects.feed("exchange", "b"), (bytes) => seen.push(bytes.slice()));
    mesh.mesh.loses = (_from, to) => to === "b";
    a.feed.publish(TOP, top(1));
    mesh.run();
    mesh.mesh.loses = () => false;
    mesh.mesh.wire("data-node").send(mesh.subjects.feed("data", "b"), seen[0]!);
    mesh.mesh.wire("data-node").send(mesh.subjects.interest("a"), new TextEncoder().encode(interestOf("b")));
    mesh.run();
    expect(heard).toEqual([]);
    expect(b.feed.stats().refused).toBeGreaterThan(0);
    expect(a.feed.stats().refused).toBe(1);
    mesh.run(1_000);
    expect(heard).toEqual([top(1)]);
  });

  it("says nothing after it is closed, and still serves its process", () => {
    const { mesh, a, b } = pair();
    const [here, there] = [listen(a, TRADE), listen(b, TRADE)];
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    a.feed.close();
    a.feed.publish(TRADE, trade(2));
    mesh.run(5_000);
    expect(here).toHaveLength(2);
    expect(there).toEqual([trade(1)]);
    a.feed.close();
  });
});

describe("what is lost", () => {
  it("is told as a gap for each, and said again for last", () => {
    const { mesh, a, b } = pair();
    const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    mesh.run();
    mesh.mesh.loses = (_from, to, subject) => to === "b" && subject.includes(".feed.");
    a.feed.publish(TRADE, trade(2));
    a.feed.publish(TOP, top(7));
    mesh.run();
    mesh.mesh.loses = () => false;
    a.feed.publish(TRADE, trade(3));
    mesh.run();
    expect(tops).toEqual([top(7)]);
    expect(trades).toEqual([trade(1), trade(3)]);
    expect(b.gaps).toEqual([TRADE]);
  });

  it("is found at the end of a silence too", () => {
    const { mesh, a, b } = pair();
    const [tops] = [listen(b, TOP), listen(b, TRADE)];
    mesh.run();
    mesh.mesh.loses = (_from, to) => to === "b";
    a.feed.publish(TRADE, trade(1));
    a.feed.publish(TOP, top(1));
    mesh.run();
    mesh.mesh.loses = () => false;
    expect(b.gaps).toEqual([]);
    mesh.run(1_000);
    expect(tops).toEqual([top(1)]);
    expect(b.gaps).toEqual([TRADE]);
    mesh.run(1_000);
    const { batchesOut } = a.feed.stats();
    mesh.run(5_000);
    // Acknowledged: silence costs nothing.
    expect(a.feed.stats().batchesOut).toBe(batchesOut);
  });

  it("while the publisher had no connection", () => {
    const { mesh, a, b } = pair();
    const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    mesh.run();
    mesh.mesh.disconnect("a");
    a.feed.publish(TRADE, trade(2));
    a.feed.publish(TOP, top(2));
    mesh.run(3_000);
    mesh.mesh.connect("a");
    mesh.run();
    expect(a.feed.stats().sentNowhere).toBe(2);
    expect(b.gaps).toEqual([TRADE]);
    expect(tops).toEqual([top(2)]);
    a.feed.publish(TRADE, trade(3));
    mesh.run();
    expect(trades).toEqual([trade(1), trade(3)]);
  });

  it("while the subscriber had no connection, with what it wanted meanwhile", () => {
    const { mesh, a, b } = pair();
    const tops = listen(b, TOP);
    listen(b, TRADE);
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    a.feed.publish(TOP, top(1));
    mesh.run();
    mesh.mesh.disconnect("b");
    a.feed.publish(TOP, top(2));
    a.feed.publish(TRADE, trade(2));
    const bars = listen(b, BAR);
    mesh.run(3_000);
    mesh.mesh.connect("b");
    mesh.run();
    a.feed.publish(BAR, bar(1));
    mesh.run(1_000);
    expect(new Set(b.gaps)).toEqual(new Set([TRADE]));
    expect(tops).toEqual([top(1), top(2)]);
    expect(bars).toEqual([bar(1)]);
  });

  it("interest is said again when a part of it got lost", () => {
    const { mesh, a, b } = pair();
    mesh.mesh.loses = (_from, _to, subject) => subject.includes(".interest.");
    listen(b, TRADE);
    mesh.run();
    mesh.mesh.loses = () => false;
    expect(a.feed.hasListeners(TRADE)).toBe(false);
    listen(b, BAR);
    mesh.run();
    expect([a.feed.hasListeners(TRADE), a.feed.hasListeners(BAR)]).toEqual([true, true]);
  });

  it("an unreadable or unknown message is counted and taken for a gap, never thrown", () => {
    const { mesh, a, b } = pair();
    const trades = listen(b, TRADE);
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    mesh.run();
    const spoiled = mesh.mesh.wire("spoiler");
    const address = mesh.subjects.feed("exchange", "b");
    const head = { type: FRAME.batch, flags: 0, from: sessionNumber("a-1"), to: sessionNumber("b-2"), stamp: 1, sequence: 1 };
    const garbage = headBytes({ ...head, count: 3, outlet: 0 });
    const unknown = garbage.slice();
    unknown[1] = 9;
    for (const bytes of [new Uint8Array(0), new Uint8Array(100), garbage, unknown]) spoiled.send(address, bytes);
    spoiled.send(mesh.subjects.interest("b"), new Uint8Array([1, 2, 3]));
    spoiled.send(mesh.subjects.interest("b"), Buffer.from(JSON.stringify({ v: 2 })));
    mesh.run();
    expect(b.feed.stats().malformed).toBeGreaterThanOrEqual(4);
    expect(b.gaps).toContain(TRADE);
    a.feed.publish(TRADE, trade(2));
    mesh.run(2_000);
    expect(trades).toEqual([trade(1), trade(2)]);
  });
});

describe("a subject that moves", () => {
  it("is followed, and an old value said again does not come back", () => {
    const { mesh, a, b } = pair();
    const c = mesh.node("c");
    mesh.meet();
    const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
    mesh.run();
    a.feed.publish(TOP, top(1));
    a.feed.publish(TRADE, trade(1));
    mesh.run(5);
    c.feed.publish(TOP, top(2));
    c.feed.publish(TRADE, trade(2));
    mesh.run(5);
    // Everything is asked for again, also from the node that had it before.
    mesh.mesh.disconnect("b");
    mesh.mesh.connect("b");
    mesh.run(5);
    expect(tops).toEqual([top(1), top(2)]);
    expect(trades).toEqual([trade(1), trade(2)]);
    expect(b.gaps).toContain(TRADE);
    expect(b.feed.stats().stale).toBeGreaterThan(0);
  });

  it("to the subscriber's own node is told as a takeover", () => {
    const { mesh, a, b } = pair();
    const trades = listen(b, TRADE);
    mesh.run();
    a.feed.publish(TRADE, trade(1));
    mesh.run(5);
    b.feed.publish(TRADE, trade(2));
    expect(trades).toEqual([trade(1), trade(2)]);
    expect(b.gaps).toEqual([TRADE]);
  });
});

describe("a slow taker", () => {
  const limits = { windowBatches: 4, ackBatches: 1, batchRecords: 2, heldRecords: 6 };

  it("gets the newest of last, and each in order up to the bound", () => {
    const { mesh, a, b } = pair(limits);
    const [tops, trades] = [listen(b, TOP), listen(b, TRADE)];
    mesh.run();
    a.feed.publish(TRADE, trade(0));
    mesh.run();
    mesh.mesh.pause("b");
    for (let id = 1; id <= 30; id++) {
      a.feed.publish(TOP, top(id));
      if (id <= 7) a.feed.publish(TRADE, trade(id));
      mesh.run(1);
    }
    expect(a.feed.stats().conflated).toBeGreaterThan(20);
    mesh.mesh.resume("b");
    mesh.run();
    expect(tops.at(-1)).toEqual(top(30));
    expect(tops.length).toBeLessThan(10);
    expect(trades).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((id) => trade(id)));
    expect(b.gaps).toEqual([]);
  });

  it("hears a gap for what was dropped beyond it", () => {
    const { mesh, a, b } = pair(limits);
    const trades = listen(b, TRADE);
    mesh.run();
    a.feed.publish(TRADE, trade(0));
    mesh.run();
    mesh.mesh.pause("b");
    for (let id = 1; id <= 40; id++) {
      a.feed.publish(TRADE, trade(id));
      mesh.run(1);
    }
    mesh.mesh.resume("b");
    mesh.run();
    expect(a.feed.stats().overflowed).toBeGreaterThan(20);
    expect(trades.slice(-6)).toEqual([35, 36, 37, 38, 39, 40].map((id) => trade(id)));
    expect(trades.length).toBeLessThan(15);
    expect(b.gaps).toEqual([TRADE]);
  });

  it("does not keep the others waiting", () => {
    const { mesh, a, b } = pair(limits);
    const c = mesh.node("c");
    mesh.meet();
    const [slow, quick] = [listen(b, TRADE), listen(c, TRADE)];
    mesh.run();
    mesh.mesh.pause("b");
    for (let id = 1; id <= 40; id++) {
      a.feed.publish(TRADE, trade(id));
      mesh.run(1);
    }
    expect(slow).toEqual([]);
    expect(quick).toHaveLength(40);
  });
});

describe("bounds", () => {
  it("a full table refuses a new subscription and keeps publishing here", () => {
    const { mesh, a } = pair({ topics: 2 });
    listen(a, TOP);
    listen(a, TRADE);
    expect(() => a.feed.subscribe(BAR, () => undefined)).toThrow(/FEED_FULL|no room/);
    a.feed.publish(BAR, bar(1));
    mesh.run();
    expect(a.feed.stats().tableFull).toBe(1);
  });

  it("forgets subjects nobody wants before it refuses", () => {
    const { a } = pair({ topics: 4 });
    for (let number = 0; number < 50; number++) a.feed.publish(subjects.top("sim", `C${number}/USDT`), top(1, `C${number}/USDT`));
    listen(a, TOP);
    expect(a.feed.stats()).toMatchObject({ topics: 4, tableFull: 0 });
  });

  it("a value no encoding takes is an error of its subject and a gap for each", () => {
    const { mesh, a, b } = pair();
    const events = listen(b, subjects.floor("event"));
    mesh.run();
    a.feed.publish(subjects.floor("event"), { run: () => undefined });
    a.feed.publish(subjects.floor("event"), { text: "x".repeat(2 ** 20) });
    a.feed.publish(subjects.floor("event"), { text: "short" });
    mesh.run();
    expect(a.errors).toEqual([subjects.floor("event"), subjects.floor("event")]);
    expect(events).toEqual([{ text: "short" }]);
    expect(b.gaps).toEqual([subjects.floor("event"), subjects.floor("event")]);
  });

  it("a listener that throws harms nobody", () => {
    const { mesh, a, b } = pair();
    b.feed.subscribe(TOP, () => {
      throw new Error("no");
    });
    const heard = listen(b, TOP);
    b.feed.onGap(() => {
      throw new Error("no");
    });
    mesh.run();
    a.feed.publish(TOP, top(1));
    mesh.run();
    expect(heard).toEqual([top(1)]);
    expect(b.errors).toEqual([TOP]);
  });
});
