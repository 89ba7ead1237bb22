/** The page's pure models: ladder, actors filter and ranking, strategies, parameters, series, events. */
import { describe, expect, it } from "vitest";
import { concern, squareBoard, SQUARE_LIMIT, worstFirst } from "../../dashboard/src/model/actors.ts";
import { atLeast, eventText, groupEvents, strategyLog } from "../../dashboard/src/model/events.ts";
import { parseFilter } from "../../dashboard/src/model/filter.ts";
import { buildLadder } from "../../dashboard/src/model/ladder.ts";
import { priceLines } from "../../dashboard/src/model/price-lines.ts";
import { checkParam, paramChanges, sliderPosition, sliderValue } from "../../dashboard/src/model/params.ts";
import { drawdowns, fillMarkers, fromOpen, thinned } from "../../dashboard/src/model/series.ts";
import { filterStrategies, needsAttention, strategiesWorstFirst, strategyTotals } from "../../dashboard/src/model/strategies.ts";
import type { MarketState } from "../../domain/contract/stream.ts";
import type { ActorRow, BookView, EventRow, FillRow, OrderRow, ParamField, StrategyRow } from "../../domain/contract/views.ts";

const actor = (over: Partial<ActorRow>): ActorRow => ({
  actorId: "book/sim:BTC/USDT",
  kind: "book",
  key: "sim:BTC/USDT",
  node: "a",
  state: "active",
  epoch: "1",
  mailbox: 0,
  mailboxCapacity: 100,
  processed: 0,
  messagesPerSecond: 0,
  p99Us: null,
  restarts: 0,
  lastError: null,
  lastErrorAtMs: null,
  supervision: "",
  ...over,
});
const strategy = (over: Partial<StrategyRow>): StrategyRow => ({
  id: "s",
  strategy: "sma-cross",
  strategyVersion: 1,
  state: "running",
  stateReason: "",
  account: "a",
  venue: "sim",
  symbol: "BTC/USDT",
  simulated: false,
  bookQuality: "LIVE",
  positionQuantity: "0",
  averagePrice: null,
  unrealisedPnl: "0",
  realisedPnl: "0",
  feesPaid: "0",
  dayPnl: "0",
  signals: 0,
  lastWhy: "",
  lastWhyAtMs: null,
  paramsVersion: 1,
  spark: [],
  ...over,
});

describe("buildLadder", () => {
  const book: BookView = {
    venue: "sim",
    symbol: "BTC/USDT",
    quality: "LIVE",
    updateId: 1,
    venueTimeMs: 0,
    receivedAtMs: 0,
    ageMs: 0,
    bidLevels: 3,
    askLevels: 2,
    bids: [
      ["99", "1"],
      ["98", "2"],
      ["97", "4"],
    ],
    asks: [
      ["101", "1"],
      ["102", "1"],
    ],
  };
  const order = {
    venue: "sim",
    symbol: "BTC/USDT",
    side: "buy",
    limitPrice: "98.00",
    quantity: "0.5",
    filledQuantity: "0.1",
  } as unknown as OrderRow;
  it("accumulates from the best level out and puts the best ask next to the spread", () => {
    const ladder = buildLadder(book, [], 2);
    expect(ladder.bids.map((row) => row.sum)).toEqual([1, 3]);
    expect(ladder.asks.map((row) => row.price)).toEqual(["102", "101"]);
    expect(ladder.mid).toBe(100);
    expect(ladder.spreadBps).toBeCloseTo(200);
    expect(ladder.bidShare).toBeCloseTo(0.6);
    expect(ladder.bids[1]?.share).toBe(1);
  });
  it("marks the open part of orders of this market only", () => {
    expect(buildLadder(book, [order], 3).bids[1]?.mine).toBeCloseTo(0.4);
    expect(buildLadder(book, [{ ...order, venue: "other" }], 3).bids[1]?.mine).toBe(0);
  });
  it("stands an empty side", () => {
    expect(buildLadder({ ...book, asks: [] }, [], 3)).toMatchObject({ mid: null, spreadBps: null, asks: [] });
  });
});

describe("parseFilter", () => {
  const matches = (text: string, row: ActorRow): boolean => {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.matches(row);
  };
  it("joins terms by and, parts by or", () => {
    expect(matches("kind:* error:any or mailbox:>0", actor({ mailbox: 1 }))).toBe(true);
    expect(matches("kind:* error:any or mailbox:>0", actor({}))).toBe(false);
    expect(matches("kind:book error:any", actor({ lastError: "GapError" }))).toBe(true);
    expect(matches("kind:bars error:any", actor({ lastError: "GapError" }))).toBe(false);
  });
  it("reads free text, keys with colons, wildcards, negation and comparisons", () => {
    expect(matches("sim:btc/usdt", actor({}))).toBe(true);
    expect(matches("key:*usdt", actor({}))).toBe(true);
    expect(matches("-kind:book", actor({}))).toBe(false);
    expect(matches("restarts:>=2", actor({ restarts: 2 }))).toBe(true);
    expect(matches("", actor({}))).toBe(true);
  });
  it("names what it expected", () => {
    expect(parseFilter("mailbox:many")).toEqual({ ok: false, problem: 'mailbox: expected a number such as mailbox:>0, got "many"' });
    expect(parseFilter("size:>3")).toMatchObject({ ok: false });
  });
});

describe("actors", () => {
  it("ranks the dead before the full before the sleeping", () => {
    const dead = actor({ actorId: "a", state: "stopped", lastError: "x" });
    const full = actor({ actorId: "b", mailbox: 90 });
    const asleep = actor({ actorId: "c", state: "passive" });
    expect(worstFirst([asleep, full, dead]).map((row) => row.actorId)).toEqual(["a", "b", "c"]);
    expect(concern(asleep)).toBe(0);
  });
  it("lets one square stand for several past 2,000 and show the worst of them", () => {
    const many = Array.from({ length: SQUARE_LIMIT * 2 }, (_, at) =>
      actor({ actorId: `a${at}`, state: at === 7 ? "restarting" : "active" }),
    );
    const board = squareBoard(many, "node");
    expect(board.each).toBe(2);
    const group = board.columns.get("a")?.[0];
    expect(group?.count).toBe(SQUARE_LIMIT * 2);
    expect(group?.squares).toHaveLength(SQUARE_LIMIT);
    expect(group?.squares.filter((form) => form === "failing")).toHaveLength(1);
  });
});

describe("strategies", () => {
  it("counts simulated money out of a live desk's totals, and in on paper", () => {
    const rows = [strategy({ id: "a", dayPnl: "10.10" }), strategy({ id: "b", dayPnl: "0.20", simulated: true })];
    expect(strategyTotals(rows, true)).toMatchObject({ counted: 1, left: 1, dayPnl: "10.1" });
    expect(strategyTotals(rows, false)).toMatchObject({ counted: 2, left: 0, dayPnl: "10.3" });
  });
  it("puts failures first, and a stale book needs attention", () => {
    const rows = [strategy({ id: "ok" }), strategy({ id: "failed", state: "failed" }), strategy({ id: "stale", bookQuality: "STALE" })];
    expect(strategiesWorstFirst(rows).map((row) => row.id)).toEqual(["failed", "stale", "ok"]);
    expect(filterStrategies(rows, "attention").map((row) => row.id)).toEqual(["failed", "stale"]);
    expect(needsAttention(strategy({ bookQuality: "STALE", state: "stopped" }))).toBe(false);
  });
});

describe("parameters", () => {
  const field = (over: Partial<ParamField>): ParamField => ({
    name: "fast",
    type: "int",
    label: "fast",
    unit: "bars",
    default: 10,
    min: 2,
    max: 200,
    step: 1,
    choices: null,
    help: "",
    ...over,
  });
  it("checks type, range and choices, and says what is expected", () => {
    expect(checkParam(field({}), "12")).toEqual({ ok: true, value: 12 });
    expect(checkParam(field({}), "1.5")).toEqual({ ok: false, problem: "expected a whole number" });
    expect(checkParam(field({}), "201")).toEqual({ ok: false, problem: "at most 200" });
    expect(checkParam(field({ type: "choice", choices: ["a"] }), "b")).toEqual({ ok: false, problem: "expected one of a" });
    expect(checkParam(field({}), "ten")).toMatchObject({ ok: false });
  });
  it("keeps exact decimals as text", () => {
    expect(checkParam(field({ type: "quote", default: "1000", max: 100_000 }), "25,000.10")).toEqual({ ok: true, value: "25000.10" });
  });
  it("lists changes in the order of the fields", () => {
    const fields = [field({}), field({ name: "slow", label: "slow" })];
    expect(paramChanges(fields, { fast: 10, slow: 30 }, { fast: 12, slow: 30 })).toEqual([
      { name: "fast", label: "fast", before: "10", after: "12" },
    ]);
  });
  it("slides there and back, on the step, also over a wide range", () => {
    for (const value of [2, 57, 200]) expect(sliderValue(field({}), sliderPosition(field({}), value))).toBe(value);
    const wide = field({ min: 5, max: 100_000, step: 5 });
    expect(sliderValue(wide, sliderPosition(wide, 1_000))).toBe(1_000);
  });
});

describe("series", () => {
  it("thins to the limit and keeps both ends and the spike", () => {
    const points = Array.from({ length: 1_000 }, (_, atMs) => ({ atMs, equity: atMs === 500 ? 99 : 0 }));
    const kept = thinned(points, 50);
    expect(kept).toHaveLength(50);
    expect([kept[0]?.atMs, kept.at(-1)?.atMs]).toEqual([0, 999]);
    expect(kept.some((point) => point.equity === 99)).toBe(true);
  });
  it("measures drawdown from the running peak", () => {
    expect(drawdowns([1, 3, 2, 4, 1].map((equity, atMs) => ({ atMs, equity })))).toEqual([0, 0, -1, 0, -3]);
  });
  it("groups fills by bar and side and leaves out what is before the bars", () => {
    const fill = (atMs: number, side: "buy" | "sell"): FillRow => ({ atMs, side }) as unknown as FillRow;
    const bars = [60, 120].map((openTimeMs) => ({ openTimeMs, open: 1, high: 1, low: 1, close: 1, volume: 1 }));
    const markers = fillMarkers(bars, [fill(130, "buy"), fill(121, "buy"), fill(61, "sell"), fill(5, "buy")]);
    expect(markers.map((marker) => [marker.barTimeMs, marker.side, marker.fills.length])).toEqual([
      [60, "sell", 1],
      [120, "buy", 2],
    ]);
  });
});

describe("events", () => {
  const event = (eventId: number, text: string, severity: EventRow["severity"] = "info"): EventRow => ({
    eventId,
    atMs: 0,
    severity,
    source: "s",
    text,
    code: null,
  });
  it("joins neighbours that say the same and nothing else", () => {
    expect(
      groupEvents([event(4, "a"), event(3, "a"), event(2, "b"), event(1, "a")]).map((group) => [group.newest.eventId, group.count]),
    ).toEqual([
      [4, 2],
      [2, 1],
      [1, 1],
    ]);
  });
  it("filters by severity and above", () => {
    expect(atLeast([event(1, "a", "info"), event(2, "b", "error"), event(3, "c", "critical")], "error")).toHaveLength(2);
  });
  it("names the strategy or the kind of actor, and the markets of those there are many of", () => {
    const book = (eventId: number, key: string): EventRow => ({ ...event(eventId, "STALE"), source: `book/${key}` });
    const groups = groupEvents([book(3, "sim:BTC/USDT"), book(2, "sim:ETH/USDT"), { ...event(1, "started"), source: "strategy/sma-1" }]);
    expect(groups.map((group) => [group.speaker, eventText(group), group.count])).toEqual([
      ["book", "2 markets STALE", 2],
      ["sma-1", "started", 1],
    ]);
    expect(eventText(groupEvents([book(3, "sim:BTC/USDT")])[0]!)).toBe("sim:BTC/USDT STALE");
  });
  it("tells a strategy's fills once, between what was said of it", () => {
    const of = (atMs: number, text: string, code: string | null): EventRow => ({ ...event(atMs, text), atMs, code, source: "strategy/a" });
    const fill = { strategyId: "a", side: "buy", quantity: "2", price: "10.50", why: "crossed", atMs: 5 } as unknown as FillRow;
    const said = [of(9, "stopped", null), of(6, "bought 2", "ORDER_FILLED"), of(1, "started", null)];
    expect(strategyLog("a", said, [fill, { ...fill, strategyId: "b" }]).map((row) => row.text)).toEqual([
      "stopped",
      "Buy 2 at 10.5: crossed",
      "started",
    ]);
  });
});

describe("equity", () => {
  it("starts at the day's opening, also when the points begin later", () => {
    expect(fromOpen([{ atMs: 10, equity: 95 }], 100)).toEqual([
      { atMs: 9, equity: 100 },
      { atMs: 10, equity: 95 },
    ]);
    expect(fromOpen([{ atMs: 10, equity: 100 }], 100)).toHaveLength(1);
    expect(fromOpen([], 100)).toEqual([]);
  });
});

describe("price lines", () => {
  const state = { venue: "sim", symbol: "BTC/USDT", pricePrecision: 2, bars: [{ close: 100 }] } as unknown as MarketState;
  const order = { venue: "sim", symbol: "BTC/USDT", side: "sell", limitPrice: "101" } as unknown as OrderRow;
  it("draw the price paid, what is seen near the market, and our orders of it", () => {
    const row = strategy({ positionQuantity: "1", averagePrice: "99" });
    const inside = [
      { name: "fast", value: 100.123, ready: true },
      { name: "ratio", value: 0.5, ready: true },
      { name: "slow", value: null, ready: false },
    ];
    expect(priceLines(state, row, inside, [order, { ...order, venue: "other" }, { ...order, limitPrice: "200" }])).toEqual([
      { price: 99, title: "avg", kind: "average" },
      { price: 100.12, title: "fast", kind: "seen" },
      { price: 101, title: "", kind: "sell" },
    ]);
  });
  it("are none before the first bar", () => {
    expect(priceLines({ ...state, bars: [] }, null, [], [order])).toEqual([]);
  });
});
