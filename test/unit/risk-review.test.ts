/** The review: one row for every refusal, exact bounds on both sides, repeats, and what never traps a position. */
import { describe, expect, it } from "vitest";
import { decimal, format } from "../../domain/kernel/decimal.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { confirmApproved } from "../../domain/order/approved.ts";
import { setLimits, setTradingState } from "../../domain/risk/commands.ts";
import { violationOf } from "../../domain/risk/events.ts";
import { decide, review, type ReviewMarket } from "../../domain/risk/review.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { fillOf, filledOf, intentOf, marketOf, PERPETUAL, SPOT, START_MS, topOf } from "./risk-samples.ts";

const BY = { by: "ann", reason: "test", atMs: START_MS };
const LOSS = [decimal("100000"), decimal("80000")] as const;

function bookOf(limits: Record<string, unknown> = {}): RiskBook {
  const book = RiskBook.open("paper");
  if (Object.keys(limits).length > 0) book.apply(setLimits(book, limits, BY));
  return book;
}

/** A book whose strategy s1 holds `quantity` of the symbol. */
function holding(quantity: string, symbol = PERPETUAL.symbol, limits: Record<string, unknown> = {}): RiskBook {
  const book = bookOf(limits);
  const short = quantity.startsWith("-");
  const intent = intentOf({ intentId: "held", symbol, side: short ? "sell" : "buy", quantity: quantity.replace("-", "") });
  book.onOrderEvent(filledOf(intent, fillOf("held", "100", quantity.replace("-", ""))), 1);
  return book;
}

function switched(book: RiskBook, to: "reducing" | "halted"): RiskBook {
  book.apply(setTradingState(book, to, BY)!);
  return book;
}

function losing(book: RiskBook): RiskBook {
  for (const equity of LOSS) for (const event of book.onEquity(equity, START_MS)) book.apply(event);
  book.apply(setTradingState(book, "active", BY)!);
  return book;
}

function code(book: RiskBook, intent: OrderIntent, market: ReviewMarket = marketOf()): string {
  const decision = review(book, intent, market);
  return decision.kind === "approved" ? "approved" : decision.code;
}

const spot = marketOf({ instrument: SPOT });
const sale = { symbol: SPOT.symbol, side: "sell" } as const;

type Row = [name: string, code: string, book: () => RiskBook, intent: OrderIntent, market?: ReviewMarket];

const ROWS: Row[] = [
  ["a sound order", "approved", () => bookOf(), intentOf()],
  ["a market order", "approved", () => bookOf(), intentOf({ limitPrice: null })],
  ["a sell of a perpetual", "approved", () => bookOf(), intentOf({ side: "sell" })],

  ["another account", "BAD_INTENT", () => bookOf(), intentOf({ account: "other" })],
  ["no intent id", "BAD_INTENT", () => bookOf(), intentOf({ intentId: "" })],
  ["no owner", "BAD_INTENT", () => bookOf(), intentOf({ strategyId: "" })],
  ["no reason", "BAD_INTENT", () => bookOf(), intentOf({ why: " " })],
  ["a limit order without a price", "BAD_INTENT", () => bookOf(), intentOf({ type: "limit", limitPrice: null })],
  ["a market order with a price", "BAD_INTENT", () => bookOf(), { ...intentOf(), type: "market" }],
  ["post-only at market", "BAD_INTENT", () => bookOf(), intentOf({ limitPrice: null, postOnly: true })],
  ["post-only at once", "BAD_INTENT", () => bookOf(), intentOf({ postOnly: true, timeInForce: "IOC" })],
  ["decided too long ago", "INTENT_STALE", () => bookOf(), intentOf({ decidedAtMs: START_MS - 10_001 })],
  ["no time", "BAD_INTENT", () => bookOf(), intentOf({ decidedAtMs: Number.NaN })],

  ["an unknown symbol", "UNKNOWN_INSTRUMENT", () => bookOf(), intentOf(), { ...marketOf(), instrument: null, top: null }],
  ["another symbol's rules", "UNKNOWN_INSTRUMENT", () => bookOf(), intentOf(), { ...spot, top: null }],

  ["quantity 0", "BAD_QUANTITY", () => bookOf(), intentOf({ quantity: "0" })],
  ["half a lot", "LOT_SIZE", () => bookOf(), intentOf({ quantity: "1.0005" })],
  ["quantity 1,000,000", "MAX_QUANTITY", () => bookOf(), intentOf({ quantity: "1000000" })],
  ["half a tick", "TICK_SIZE", () => bookOf(), intentOf({ limitPrice: "100.005" })],
  ["price 0", "BAD_PRICE", () => bookOf(), intentOf({ limitPrice: "0" })],
  ["a small order", "MIN_NOTIONAL", () => bookOf(), intentOf({ quantity: "0.049" })],
  ["a small market order", "MIN_NOTIONAL", () => bookOf(), intentOf({ quantity: "0.049", limitPrice: null })],

  ["no book, no mark", "BOOK_STALE", () => bookOf(), intentOf(), marketOf({ top: null })],
  [
    "a book being rebuilt",
    "BOOK_STALE",
    () => bookOf(),
    intentOf(),
    marketOf({ top: topOf(PERPETUAL, "99", "101", { quality: "RESYNC" }) }),
  ],
  ["a stale book", "BOOK_STALE", () => bookOf(), intentOf(), marketOf({ top: topOf(PERPETUAL, "99", "101", { quality: "STALE" }) })],
  ["an old book", "BOOK_STALE", () => bookOf(), intentOf(), marketOf({ nowMs: START_MS + 10_001 })],
  ["a book of just that age", "approved", () => bookOf(), intentOf(), marketOf({ nowMs: START_MS + 10_000 })],
  ["an empty book", "BOOK_STALE", () => bookOf(), intentOf(), marketOf({ top: topOf(PERPETUAL, null, null) })],
  [
    "a market buy without asks",
    "BOOK_STALE",
    () => bookOf(),
    intentOf({ limitPrice: null }),
    marketOf({ top: topOf(PERPETUAL, "99", null) }),
  ],
  ["a limit buy without asks", "approved", () => bookOf(), intentOf(), marketOf({ top: topOf(PERPETUAL, "99", null) })],
  ["a fresh mark, no book", "approved", () => bookOf(), intentOf(), marketOf({ top: null, markPrice: decimal("100"), markAtMs: START_MS })],
  [
    "an old mark",
    "BOOK_STALE",
    () => bookOf(),
    intentOf(),
    marketOf({ top: null, markPrice: decimal("100"), markAtMs: START_MS - 10_001 }),
  ],

  ["a halt", "TRADING_HALTED", () => switched(bookOf(), "halted"), intentOf()],
  ["a halt, closing", "TRADING_HALTED", () => switched(holding("1"), "halted"), intentOf({ side: "sell", reduceOnly: true })],
  ["reducing, opening", "REDUCING_ONLY", () => switched(bookOf(), "reducing"), intentOf()],
  ["reducing, adding", "REDUCING_ONLY", () => switched(holding("1"), "reducing"), intentOf()],
  ["reducing, flipping", "REDUCING_ONLY", () => switched(holding("1"), "reducing"), intentOf({ side: "sell", quantity: "1.001" })],
  ["reducing, closing", "approved", () => switched(holding("1"), "reducing"), intentOf({ side: "sell" })],
  ["reducing, closing a short", "approved", () => switched(holding("-1"), "reducing"), intentOf()],
  ["the day's loss, opening", "DAILY_LOSS", () => losing(bookOf()), intentOf()],
  ["the day's loss, closing", "approved", () => losing(holding("1")), intentOf({ side: "sell" })],

  ["reduce-only when flat", "REDUCE_ONLY_EXCEEDS", () => bookOf(), intentOf({ reduceOnly: true })],
  ["reduce-only that adds", "REDUCE_ONLY_EXCEEDS", () => holding("1"), intentOf({ reduceOnly: true })],
  [
    "reduce-only beyond the position",
    "REDUCE_ONLY_EXCEEDS",
    () => holding("1"),
    intentOf({ side: "sell", quantity: "1.001", reduceOnly: true }),
  ],
  ["reduce-only of the position", "approved", () => holding("1"), intentOf({ side: "sell", reduceOnly: true })],
  ["a spot sale of nothing", "SHORT_NOT_ALLOWED", () => bookOf(), intentOf(sale), spot],
  [
    "a spot sale beyond what is owned",
    "SHORT_NOT_ALLOWED",
    () => holding("1", SPOT.symbol),
    intentOf({ ...sale, quantity: "1.00001" }),
    spot,
  ],
  ["a spot sale of what another owns", "SHORT_NOT_ALLOWED", () => holding("1", SPOT.symbol), intentOf({ ...sale, strategyId: "s2" }), spot],
  ["a spot sale of what is owned", "approved", () => holding("1", SPOT.symbol), intentOf(sale), spot],

  ["a buy 5 % above the mid", "approved", () => bookOf(), intentOf({ limitPrice: "105" })],
  ["a buy a tick more", "PRICE_DEVIATION", () => bookOf(), intentOf({ limitPrice: "105.01" })],
  ["a buy far below", "approved", () => bookOf(), intentOf({ limitPrice: "50" })],
  ["a sell 5 % below the mid", "approved", () => bookOf(), intentOf({ side: "sell", limitPrice: "95" })],
  ["a sell a tick less", "PRICE_DEVIATION", () => bookOf(), intentOf({ side: "sell", limitPrice: "94.99" })],
  [
    "a market buy in an empty-ish book",
    "PRICE_DEVIATION",
    () => bookOf(),
    intentOf({ limitPrice: null }),
    marketOf({ top: topOf(PERPETUAL, "90", "110") }),
  ],

  ["an order at its limit", "approved", () => bookOf({ maxOrderNotional: "1000.1" }), intentOf({ quantity: "10" })],
  ["an order a hair above", "ORDER_NOTIONAL", () => bookOf({ maxOrderNotional: "1000.09" }), intentOf({ quantity: "10" })],
  [
    "a position at its limit",
    "approved",
    () => holding("5", PERPETUAL.symbol, { maxPositionNotional: "1500.1" }),
    intentOf({ quantity: "10" }),
  ],
  [
    "a position above it",
    "POSITION_LIMIT",
    () => holding("5", PERPETUAL.symbol, { maxPositionNotional: "1500" }),
    intentOf({ quantity: "10" }),
  ],
  [
    "a flip to a short above it",
    "POSITION_LIMIT",
    () => holding("5", PERPETUAL.symbol, { maxPositionNotional: "600" }),
    intentOf({ side: "sell", quantity: "12" }),
  ],
  [
    "a flip within it",
    "approved",
    () => holding("5", PERPETUAL.symbol, { maxPositionNotional: "600" }),
    intentOf({ side: "sell", quantity: "10" }),
  ],
  ["a gross above its limit", "GROSS_LIMIT", () => holding("5", SPOT.symbol, { maxGrossNotional: "1499" }), intentOf({ quantity: "10" })],
  [
    "closing above every limit",
    "approved",
    () => holding("50", PERPETUAL.symbol, { maxOrderNotional: "1", maxPositionNotional: "1", maxGrossNotional: "1" }),
    intentOf({ side: "sell", quantity: "50" }),
  ],
];

describe("review", () => {
  it.each(ROWS)("%s: %s", (_, expected, book, intent, market = marketOf()) => {
    expect(code(book(), intent, market)).toBe(expected);
  });

  it("says in words what was expected and what it got", () => {
    const { reason } = review(bookOf({ maxOrderNotional: "500" }), intentOf({ quantity: "10" }), marketOf()) as { reason: string };
    expect(reason).toBe("the order's notional would be 1000.1, the limit 500");
  });

  it("reserves: the second of two that only fit alone is refused", () => {
    const book = bookOf({ maxPositionNotional: "1500" });
    expect(decide(book, intentOf({ intentId: "a", quantity: "10" }), marketOf()).kind).toBe("approved");
    expect(code(book, intentOf({ intentId: "b", quantity: "10" }))).toBe("POSITION_LIMIT");
    expect(code(book, intentOf({ intentId: "c", quantity: "10", side: "sell" })), "the other direction is another worst case").toBe(
      "approved",
    );
  });

  it("counts working sells against what is owned", () => {
    const book = holding("1", SPOT.symbol);
    expect(decide(book, intentOf({ ...sale, intentId: "a", quantity: "0.6" }), spot).kind).toBe("approved");
    expect(code(book, intentOf({ ...sale, intentId: "b", quantity: "0.6" }), spot)).toBe("SHORT_NOT_ALLOWED");
    expect(code(book, intentOf({ ...sale, intentId: "c", quantity: "0.4" }), spot)).toBe("approved");
  });

  it("holds a strategy to its orders in a sliding second", () => {
    const book = bookOf({ maxOrdersPerSecond: 2 });
    const at = (intentId: string, offsetMs: number, strategyId = "s1") =>
      decide(book, intentOf({ intentId, strategyId }), marketOf({ nowMs: START_MS + offsetMs }));
    expect(at("a", 0).kind).toBe("approved");
    expect(at("b", 400).kind).toBe("approved");
    expect(at("c", 999)).toMatchObject({ kind: "refused", code: "ORDER_RATE" });
    expect(at("d", 999, "s2").kind).toBe("approved");
    expect(at("e", 1_000).kind).toBe("approved");
    expect(at("f", 1_399)).toMatchObject({ code: "ORDER_RATE" });
    expect(at("g", 1_400).kind).toBe("approved");
  });

  it("gives the same intent its first decision, and journals it once", () => {
    const book = bookOf();
    const first = decide(book, intentOf(), marketOf());
    const second = decide(book, intentOf(), marketOf());
    expect(second).toMatchObject({ kind: "approved", event: null });
    expect(first.kind === "approved" && second.kind === "approved" && first.intent.reservationId === second.intent.reservationId).toBe(
      true,
    );
    expect(book.openReservations).toBe(1);

    const refusal = decide(book, intentOf({ intentId: "x", quantity: "0" }), marketOf());
    expect(decide(book, intentOf({ intentId: "x", quantity: "0" }), marketOf())).toEqual({ ...refusal, event: null });
    expect(decide(book, intentOf({ quantity: "2" }), marketOf())).toMatchObject({
      code: "BAD_INTENT",
      reason: "intentId: s1.1.1 was decided before, for another order",
    });
  });

  it("takes a changed limit with the next order", () => {
    const book = bookOf();
    expect(code(book, intentOf({ quantity: "10" }))).toBe("approved");
    book.apply(setLimits(book, { maxOrderNotional: "500" }, BY));
    expect(code(book, intentOf({ quantity: "10" }))).toBe("ORDER_NOTIONAL");
    expect(book.limitsVersion).toBe(2);
  });

  it("leaves one record of each refusal", () => {
    const { event } = review(bookOf(), intentOf({ quantity: "0" }), marketOf());
    expect(violationOf(event!)).toMatchObject({
      strategyId: "s1",
      code: "BAD_QUANTITY",
      intentId: "s1.1.1",
      atMs: START_MS,
      account: "paper",
    });
  });

  it("fails loudly when given the book of another symbol", () => {
    expect(() => review(bookOf(), intentOf(), { ...marketOf(), top: topOf(SPOT, "99", "101") })).toThrow("was given for sim:ETH/USDT:USDT");
  });
});

describe("an approval after the wire", () => {
  const book = bookOf();
  const decision = decide(book, intentOf(), marketOf());
  const holds = (reservationId: string, intentId: string) => book.holds(reservationId, intentId);
  const approved = decision.kind === "approved" ? decision.intent : null;

  it("is taken while its reservation is held", () => {
    expect(confirmApproved({ ...intentOf(), reservationId: approved!.reservationId }, holds).intentId).toBe("s1.1.1");
    expect(format(approved!.quantity)).toBe("1");
  });

  it.each([
    ["no reservation id", undefined, "it has no reservation id"],
    ["another intent's", "s1.1.2@1", "its reservation id is another intent's"],
    ["one that is not held", "s1.1.1@7", "its reservation is not held"],
  ])("is refused with %s", (_, reservationId, reason) => {
    expect(() => confirmApproved({ ...intentOf(), reservationId }, holds)).toThrow(reason);
  });
});
