/** The page's delta application: snapshots, numbered deltas, gaps, bounds; and its reconnect delays. */
import { describe, expect, it } from "vitest";
import {
  applyFloorDelta,
  applyMarketDelta,
  BAR_LIMIT,
  EQUITY_LIMIT,
  LIST_LIMIT,
  mergeBars,
  verdict,
} from "../../dashboard/src/stream/apply.ts";
import { retryDelayMs } from "../../dashboard/src/stream/backoff.ts";
import type { FloorState, MarketState } from "../../domain/contract/stream.ts";
import type { BarRow, EventRow, NodeRow, OrderRow } from "../../domain/contract/views.ts";

const event = (eventId: number): EventRow => ({
  eventId,
  atMs: eventId,
  severity: "info",
  source: "test",
  text: `event ${eventId}`,
  code: null,
});
const node = (nodeId: string, actors: number): NodeRow => ({
  nodeId,
  roles: [],
  cpuRatio: 0,
  loopP99Ms: 0,
  heapMb: 0,
  rssMb: 0,
  upMs: 0,
  actors,
  waiting: 0,
  draining: false,
  journalOk: true,
  feedsLive: 0,
  feedsTotal: 0,
});
const bar = (openTimeMs: number, close = 1): BarRow => ({ openTimeMs, open: 1, high: 1, low: 1, close, volume: 1 });

function emptyFloor(): FloorState {
  return {
    floor: { desk: "desk-1", mode: "paper", version: "0", startedAtMs: 0, venues: [], replay: null },
    trading: { state: "active", sinceMs: 0, by: "", reason: "", cancelled: 0, unknown: 0, kept: 0 },
    health: { nodesUp: 1, nodesTotal: 1, feedsLive: 1, feedsTotal: 1, clockOffsetMs: null, journalOk: true, journalP50Ms: 0, nowMs: 0 },
    pnl: null,
    equity: [],
    strategies: {},
    positions: {},
    orders: {},
    fills: [],
    events: [],
    nodes: {},
    actors: {},
    deadLetters: [],
    research: {},
  };
}

describe("verdict", () => {
  it("takes any snapshot and the next delta", () => {
    expect(verdict(null, { type: "snapshot", seq: 9 })).toBe("take");
    expect(verdict(9, { type: "delta", seq: 10 })).toBe("take");
  });
  it("tells a gap, and skips what was seen or came before the first snapshot", () => {
    expect(verdict(9, { type: "delta", seq: 11 })).toBe("gap");
    expect(verdict(9, { type: "delta", seq: 9 })).toBe("skip");
    expect(verdict(null, { type: "delta", seq: 1 })).toBe("skip");
  });
});

describe("applyFloorDelta", () => {
  it("replaces rows by key, removes keys, and keeps the identity of untouched sections", () => {
    const before = applyFloorDelta(emptyFloor(), { upsert: { nodes: { a: node("a", 1), b: node("b", 1) } } });
    const after = applyFloorDelta(before, { upsert: { nodes: { a: node("a", 7) } }, remove: { nodes: ["b"] } });
    expect(after.nodes).toEqual({ a: node("a", 7) });
    expect(before.nodes["b"]).toBeDefined();
    expect(after.orders).toBe(before.orders);
    expect(after.events).toBe(before.events);
  });
  it("sets whole sections", () => {
    const state = emptyFloor();
    const trading = { ...state.trading, state: "halted" as const, by: "ana" };
    expect(applyFloorDelta(state, { set: { trading } }).trading).toBe(trading);
  });
  it("puts new events in front, newest first, and keeps the newest 200", () => {
    let state = emptyFloor();
    state = applyFloorDelta(state, { append: { events: [event(1), event(2)] } });
    expect(state.events.map((row) => row.eventId)).toEqual([2, 1]);
    state = applyFloorDelta(state, { append: { events: Array.from({ length: LIST_LIMIT + 5 }, (_, at) => event(at + 3)) } });
    expect(state.events).toHaveLength(LIST_LIMIT);
    expect(state.events[0]?.eventId).toBe(LIST_LIMIT + 7);
  });
  it("appends equity at the end and keeps the newest 720 points", () => {
    const points = Array.from({ length: EQUITY_LIMIT + 1 }, (_, atMs) => ({ atMs, equity: atMs }));
    const state = applyFloorDelta(emptyFloor(), { append: { equity: points } });
    expect(state.equity).toHaveLength(EQUITY_LIMIT);
    expect(state.equity.at(-1)?.atMs).toBe(EQUITY_LIMIT);
  });
  it("ends with the same state whether rows come in one delta or many", () => {
    const order = (orderId: string): OrderRow => ({ orderId }) as unknown as OrderRow;
    const many = ["a", "b", "c"].reduce((state, id) => applyFloorDelta(state, { upsert: { orders: { [id]: order(id) } } }), emptyFloor());
    const one = applyFloorDelta(emptyFloor(), { upsert: { orders: { a: order("a"), b: order("b"), c: order("c") } } });
    expect(many.orders).toEqual(one.orders);
  });
});

describe("market deltas", () => {
  it("replaces the open bar, appends the next, puts a late one in its place", () => {
    expect(mergeBars([bar(1), bar(2)], [bar(2, 5)]).map((row) => row.close)).toEqual([1, 5]);
    expect(mergeBars([bar(1), bar(2)], [bar(3)]).map((row) => row.openTimeMs)).toEqual([1, 2, 3]);
    expect(mergeBars([bar(1), bar(3)], [bar(2)]).map((row) => row.openTimeMs)).toEqual([1, 2, 3]);
  });
  it("keeps the newest 500 bars", () => {
    const bars = mergeBars(
      [],
      Array.from({ length: BAR_LIMIT + 3 }, (_, at) => bar(at)),
    );
    expect(bars).toHaveLength(BAR_LIMIT);
    expect(bars[0]?.openTimeMs).toBe(3);
  });
  it("leaves bars alone when only the book moved", () => {
    const state = { bars: [bar(1)], trades: [], book: { updateId: 1 } } as unknown as MarketState;
    const book = { updateId: 2 } as unknown as MarketState["book"];
    const next = applyMarketDelta(state, { book });
    expect(next.bars).toBe(state.bars);
    expect(next.book).toBe(book);
  });
});

describe("retryDelayMs", () => {
  it("doubles from half a second to at most 15 s, jittered in its upper half", () => {
    expect(retryDelayMs(0, 0)).toBe(250);
    expect(retryDelayMs(0, 0.999)).toBeLessThanOrEqual(500);
    expect(retryDelayMs(3, 0)).toBe(2_000);
    expect(retryDelayMs(50, 0)).toBe(7_500);
    expect(retryDelayMs(50, 0.999)).toBeLessThanOrEqual(15_000);
  });
});
