import { describe, expect, it } from "vitest";
import { thinEquity } from "../../actors/core/streams/equity-curve.ts";
import { FloorModel, MAX_LIST, MAX_RUNS, type Section } from "../../actors/core/streams/floor-state.ts";
import type { FloorDelta, FloorState, KeyedSection } from "../../domain/contract/stream.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import * as rows from "../integration/gateway-rows.ts";

function initial(): FloorState {
  const state = {
    ...rows.status,
    pnl: rows.pnl,
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
  return structuredClone(state) as FloorState;
}

const ALL: readonly Section[] = Object.keys(initial()) as Section[];

/** What a client does with a delta, as the contract says it. */
function applyDelta(state: FloorState, delta: FloorDelta): void {
  Object.assign(state, delta.set);
  for (const [section, changed] of Object.entries(delta.upsert ?? {})) Object.assign(state[section as KeyedSection], changed);
  for (const [section, keys] of Object.entries(delta.remove ?? {})) for (const key of keys) delete state[section as KeyedSection][key];
  state.fills = [...[...(delta.append?.fills ?? [])].reverse(), ...state.fills].slice(0, MAX_LIST);
  state.events = [...[...(delta.append?.events ?? [])].reverse(), ...state.events].slice(0, MAX_LIST);
  state.equity = [...state.equity, ...(delta.append?.equity ?? [])];
}

describe("the floor's state", () => {
  it("takes nothing when nothing changed", () => {
    const model = new FloorModel(initial());
    model.set("trading", { ...rows.status.trading });
    model.apply("pnl", structuredClone(rows.pnl));
    expect(model.take(ALL)).toBeNull();
  });

  it("merges rows, keeps every fill and event", () => {
    const model = new FloorModel(initial());
    for (let at = 0; at < 5; at++) {
      model.apply("order", { ...rows.order, filledQuantity: String(at), updatedAtMs: rows.AT_MS + at });
      model.apply("fill", { ...rows.fill, tradeId: `t-${at}` });
      model.apply("event", { ...rows.event, eventId: at });
    }
    model.apply("fill", { ...rows.fill, tradeId: "t-3" });
    const delta = model.take(ALL)!;
    expect(delta.upsert?.orders).toEqual({ "o-1": { ...rows.order, filledQuantity: "4", updatedAtMs: rows.AT_MS + 4 } });
    expect(delta.append?.fills?.map((fill) => fill.tradeId)).toEqual(["t-0", "t-1", "t-2", "t-3", "t-4"]);
    expect(delta.append?.events?.map((event) => event.eventId)).toEqual([0, 1, 2, 3, 4]);
    expect(model.state.fills[0]?.tradeId).toBe("t-4");
    expect(model.take(ALL)).toBeNull();
  });

  it("drops orders that are done and positions that are nothing, ignores an older order", () => {
    const model = new FloorModel(initial());
    model.apply("order", rows.order);
    model.apply("position", rows.position);
    model.take(ALL);
    model.apply("order", { ...rows.order, status: "Pending", updatedAtMs: rows.AT_MS - 1 });
    expect(model.take(ALL)).toBeNull();
    model.apply("order", { ...rows.order, status: "Filled", updatedAtMs: rows.AT_MS + 1 });
    model.apply("position", { ...rows.position, quantity: "0", unrealisedPnl: "0", realisedPnl: "0", feesPaid: "0", dayPnl: "0.00" });
    expect(model.take(ALL)).toEqual({ remove: { orders: ["o-1"], positions: ["main|sim|BTC/USDT|sma-btc-1"] } });
  });

  it("keeps what another rate will take", () => {
    const model = new FloorModel(initial());
    model.apply("strategy", rows.strategy);
    model.apply("fill", rows.fill);
    expect(model.take(["fills", "orders"])).toEqual({ append: { fills: [rows.fill] } });
    expect(model.take(["strategies"])).toEqual({ upsert: { strategies: { "sma-btc-1": rows.strategy } } });
  });

  it("says when deltas no longer suffice", () => {
    const model = new FloorModel(initial());
    for (let at = 0; at <= 2_000; at++) model.apply("fill", { ...rows.fill, tradeId: `t-${at}` });
    expect(model.takeOverflow()).toBe(true);
    expect(model.takeOverflow()).toBe(false);
    expect(model.state.fills).toHaveLength(MAX_LIST);
    expect(model.state.fills[0]?.tradeId).toBe("t-2000");
  });

  it.each([1, 2, 3, 4, 5])("deltas on the snapshot give the state, whatever happens (seed %i)", (seed) => {
    const random = seededRandom(`floor-${seed}`);
    const model = new FloorModel(initial());
    const client = initial();
    for (let step = 0; step < 2_000; step++) {
      happen(model, step, random.integer(0, 7), random.integer(0, 9));
      if (random.integer(0, 5) > 0) continue;
      const delta = model.take(ALL.filter(() => random.integer(0, 2) > 0));
      if (delta) applyDelta(client, structuredClone(delta));
    }
    const rest = model.take(ALL);
    if (rest) applyDelta(client, rest);
    expect(client).toEqual(model.state);
  });
});

function happen(model: FloorModel, step: number, what: number, key: number): void {
  const statuses = ["Working", "PartiallyFilled", "Filled", "Canceled"] as const;
  if (what === 0) model.apply("order", { ...rows.order, orderId: `o-${key}`, status: statuses[step % 4]!, updatedAtMs: rows.AT_MS + step });
  if (what === 1) model.apply("fill", { ...rows.fill, tradeId: `t-${step}` });
  if (what === 2) model.apply("event", { ...rows.event, eventId: step });
  if (what === 3)
    model.apply("position", {
      ...rows.position,
      symbol: `S${key}/USDT`,
      quantity: String(step % 3),
      unrealisedPnl: "0",
      feesPaid: "0",
      dayPnl: "0",
    });
  if (what === 4) model.apply("strategy", { ...rows.strategy, id: `s-${key}`, signals: step });
  if (what === 5)
    model.setRows(
      "actors",
      Object.fromEntries([key, step % 5].map((id) => [`a-${id}`, { ...rows.actor, actorId: `a-${id}`, processed: step }])),
    );
  if (what === 6) model.set("health", { ...rows.status.health, nowMs: rows.AT_MS + step });
  if (what === 7) model.apply("dead-letter", { ...rows.letter, letterId: key, count: step });
}

describe("the equity curve", () => {
  it("of a whole day stays within 720 points, each second at the end, and starts anew at midnight UTC", () => {
    const dayMs = Date.UTC(2026, 0, 2);
    let points: { atMs: number; equity: number }[] = [];
    for (let second = 0; second < 86_400; second++) {
      const atMs = dayMs + second * 1_000;
      points.push({ atMs, equity: second });
      if (second % 60 === 0 || points.length > 720) points = thinEquity(points, atMs);
    }
    points = thinEquity(points, dayMs + 86_399_000);
    expect(points.length).toBeLessThanOrEqual(720);
    expect(points.at(-1)?.equity).toBe(86_399);
    expect(points.slice(-100).map((point) => point.equity)).toEqual(Array.from({ length: 100 }, (_, at) => 86_300 + at));
    expect(points[0]!.atMs - dayMs).toBeLessThan(150_000);
    expect(thinEquity(points, dayMs + 86_400_000)).toEqual([]);
  });
});

describe("research runs", () => {
  const runAt = (at: number) => ({ ...rows.run, id: `bt-${at}`, submittedAtMs: at });

  it("are bounded: the oldest leaves for a newer one", () => {
    const model = new FloorModel(initial());
    for (let at = 1; at <= MAX_RUNS; at++) model.apply("research", runAt(at));
    model.take(["research"]);
    model.apply("research", runAt(MAX_RUNS + 1));
    model.apply("research", { ...runAt(5), state: "running", done: 7 });
    model.apply("research", runAt(0));
    const delta = model.take(["research"]);
    expect(delta?.remove).toEqual({ research: ["bt-1"] });
    expect(Object.keys(delta?.upsert?.research ?? {}).sort()).toEqual(["bt-5", `bt-${MAX_RUNS + 1}`]);
    expect(Object.keys(model.state.research)).toHaveLength(MAX_RUNS);
  });
});
