/** Reservations through an order's life, the awkward ones included; the day's loss; recovery; limits; the view. */
import { describe, expect, it } from "vitest";
import { decimal, format } from "../../domain/kernel/decimal.ts";
import { CLOSING_EVENTS, type OrderEvent } from "../../domain/order/events.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { setLimits, setTradingState, unsubmitted } from "../../domain/risk/commands.ts";
import { decodeRiskEvent, encodeRiskEvent, type RiskEvent } from "../../domain/risk/events.ts";
import { shown } from "../../domain/risk/exposure.ts";
import { limitsView, parseLimits, PAPER_LIMITS, updatedLimits } from "../../domain/risk/limits.ts";
import { OrderRate } from "../../domain/risk/order-rate.ts";
import { decide } from "../../domain/risk/review.ts";
import { RiskBook } from "../../domain/risk/risk-book.ts";
import { restoreRisk, snapshotRisk } from "../../domain/risk/risk-snapshot.ts";
import { riskView } from "../../domain/risk/risk-view.ts";
import { canceledOf, fillOf, filledOf, intentOf, marketOf, ownerOf, SPOT, START_MS, submittedOf, unknownOf } from "./risk-samples.ts";

const BY = { by: "ann", reason: "test", atMs: START_MS };

/** A book with `intent` approved and submitted. */
function working(intent: OrderIntent, market = marketOf()): RiskBook {
  const book = RiskBook.open("paper");
  expect(decide(book, intent, market).kind).toBe("approved");
  fold(book, submittedOf(intent));
  return book;
}

function fold(book: RiskBook, ...events: OrderEvent[]): string[] {
  const breaches = events.flatMap((event) => book.onOrderEvent(event, book.appliedVersion + 1));
  for (const breach of breaches) book.apply(breach);
  return breaches.map(({ code }) => code);
}

/** Held, working buys, worst case of s1 in the perpetual. */
function standing(book: RiskBook, symbol = "ETH/USDT:USDT"): string[] {
  const owner = book.owner("s1", "sim", symbol)!;
  return [owner.quantity, owner.workingBuys, shown(owner.worst)].map((value) => format(value as typeof owner.quantity));
}

const BUY = intentOf({ quantity: "10" });

describe("a reservation", () => {
  it("is the worst case: the highest price the order may be valued at", () => {
    expect(standing(working(BUY))).toEqual(["0", "10", "1000.1"]);
    expect(standing(working(intentOf({ quantity: "10", limitPrice: "104" })))).toEqual(["0", "10", "1040"]);
    expect(standing(working(intentOf({ quantity: "10", limitPrice: "90" })))).toEqual(["0", "10", "1000.1"]);
  });

  it("goes over into exposure fill by fill", () => {
    const book = working(BUY);
    expect(fold(book, filledOf(BUY, fillOf("t1", "100", "4")))).toEqual([]);
    expect(standing(book)).toEqual(["4", "6", "1000.06"]);
    expect(fold(book, filledOf(BUY, fillOf("t2", "100", "6")))).toEqual([]);
    expect(standing(book)).toEqual(["10", "0", "1000"]);
    expect(book.openReservations).toBe(0);
  });

  it("counts a fill once", () => {
    const book = working(BUY);
    fold(book, filledOf(BUY, fillOf("t1", "100", "4")), filledOf(BUY, fillOf("t1", "100", "4")));
    expect(book.onOrderEvent(filledOf(BUY, fillOf("t2", "100", "4")), 1)).toEqual([]);
    expect(standing(book)).toEqual(["4", "6", "1000.06"]);
  });

  it.each([...CLOSING_EVENTS])("is released by %s", (type) => {
    const book = working(BUY);
    fold(book, filledOf(BUY, fillOf("t1", "100", "4")));
    fold(book, { ...ownerOf(BUY), type, atMs: START_MS, reason: "r", code: "c" } as OrderEvent);
    expect(standing(book)).toEqual(["4", "0", "400"]);
    expect(format(shown(book.gross))).toBe("400");
  });

  it("stays while the outcome is unknown", () => {
    const book = working(BUY);
    expect(fold(book, unknownOf(BUY))).toEqual([]);
    expect(standing(book)).toEqual(["0", "10", "1000.1"]);
    expect(fold(book, filledOf(BUY, fillOf("t1", "100", "10")))).toEqual([]);
    expect(standing(book)).toEqual(["10", "0", "1000"]);
  });

  it("is net of a fee in the base asset once filled", () => {
    const intent = intentOf({ symbol: SPOT.symbol });
    const book = working(intent, marketOf({ instrument: SPOT }));
    fold(book, filledOf(intent, fillOf("t1", "100", "1", "0.001", "BTC")));
    expect(standing(book, SPOT.symbol)).toEqual(["0.999", "0", "99.9"]);
  });

  it("is made after all for an order submitted without one", () => {
    const book = RiskBook.open("paper");
    expect(fold(book, submittedOf(BUY))).toEqual(["SUBMITTED_WITHOUT_RESERVATION"]);
    expect(format([...book.reservations()][0]!.remaining)).toBe("10");
    fold(book, canceledOf(BUY));
    expect(book.openReservations).toBe(0);
  });

  it("is released when its order was never submitted", () => {
    const book = RiskBook.open("paper");
    for (const intentId of ["a", "b", "c"]) decide(book, intentOf({ intentId }), marketOf());
    fold(book, submittedOf(intentOf({ intentId: "a" })));
    const events = unsubmitted(book, new Set(["b"]), START_MS);
    expect(events.map(({ intentId }) => intentId)).toEqual(["c"]);
    for (const event of [...events, ...events]) book.apply(event);
    expect([...book.reservations()].map(({ intentId }) => intentId)).toEqual(["a", "b"]);
  });
});

describe("fills outside what was approved", () => {
  it("a late fill after a cancel still adds exposure", () => {
    const book = working(BUY);
    fold(book, canceledOf(BUY));
    expect(fold(book, filledOf(BUY, fillOf("t1", "100", "4")))).toEqual(["LATE_FILL"]);
    expect(standing(book)).toEqual(["4", "0", "400"]);
  });

  it("an overfill adds all of it and closes the order", () => {
    const book = working(BUY);
    fold(book, filledOf(BUY, fillOf("t1", "100", "8")));
    expect(fold(book, filledOf(BUY, fillOf("t2", "100", "3")))).toEqual(["OVERFILL"]);
    expect(standing(book)).toEqual(["11", "0", "1100"]);
    expect(fold(book, canceledOf(BUY))).toEqual([]);
  });

  it("a fill of an order nobody approved", () => {
    expect(fold(RiskBook.open("paper"), filledOf(BUY, fillOf("t1", "100", "1")))).toEqual(["FILL_WITHOUT_APPROVAL"]);
  });

  it("a fill beyond the limit price, on either side", () => {
    expect(fold(working(BUY), filledOf(BUY, fillOf("t1", "100.01", "1")))).toEqual(["FILL_BEYOND_LIMIT"]);
    expect(fold(working(BUY), filledOf(BUY, fillOf("t1", "99", "1")))).toEqual([]);
    const sell = intentOf({ quantity: "10", side: "sell" });
    expect(fold(working(sell), filledOf(sell, fillOf("t1", "99.99", "1")))).toEqual(["FILL_BEYOND_LIMIT"]);
  });

  it("a late fill that takes the position above its limit", () => {
    const book = working(BUY);
    fold(book, canceledOf(BUY));
    book.apply(setLimits(book, { maxPositionNotional: "300" }, BY));
    expect(fold(book, filledOf(BUY, fillOf("t1", "100", "4")))).toEqual(["LATE_FILL", "POSITION_LIMIT"]);
  });
});

describe("the day's loss", () => {
  function feed(book: RiskBook, equities: readonly [equity: string, atMs: number][]): string[] {
    const events: string[] = [];
    for (const [equity, atMs] of equities) {
      for (const event of book.onEquity(decimal(equity), atMs)) {
        book.apply(decodeRiskEvent(JSON.parse(JSON.stringify(encodeRiskEvent(event)))));
        events.push(`${equity} ${event.type}`);
      }
    }
    return events;
  }
  const [T, DAY] = [START_MS, 86_400_000];

  it("fires once, on the tick that reaches the limit, and again on another day", () => {
    const book = RiskBook.open("paper");
    const fired = feed(book, [
      ["100000", T],
      ["80000.01", T + 1],
      ["80000", T + 2],
      ["79999", T + 3],
      ["90000", T + 4],
      ["70000", T + 5],
      ["70000", T + DAY],
      ["50000", T + DAY],
    ]);
    expect(fired).toEqual([
      "100000 RiskDayStarted",
      "80000 LimitBreached",
      "80000 TradingStateChanged",
      "70000 RiskDayStarted",
      "50000 LimitBreached",
    ]);
    expect(book.trading).toMatchObject({ state: "reducing", by: "risk", sinceMs: T + 2 });
  });

  it("fires again under a new limit, and not again after a restart", () => {
    const book = RiskBook.open("paper");
    feed(book, [
      ["100000", T],
      ["79000", T],
    ]);
    const restored = restoreRisk(JSON.parse(JSON.stringify(snapshotRisk(book))));
    expect(feed(restored, [["78000", T]])).toEqual([]);
    restored.apply(setLimits(restored, { maxDailyLoss: "25000" }, BY));
    expect(
      feed(restored, [
        ["76000", T],
        ["75000", T],
      ]),
    ).toEqual(["75000 LimitBreached"]);
  });
});

describe("recovery", () => {
  it("folds both streams to the state of the living book, and repeats no breach", () => {
    const live = RiskBook.open("paper");
    const own: RiskEvent[] = [];
    const execution: OrderEvent[] = [];
    const journaled = (events: readonly RiskEvent[]) => {
      for (const event of events) {
        own.push(decodeRiskEvent(JSON.parse(JSON.stringify(encodeRiskEvent(event)))));
        live.apply(event);
      }
    };
    const happens = (event: OrderEvent) => {
      execution.push(event);
      journaled(live.onOrderEvent(event, execution.length));
    };
    const [a, b, c] = ["a", "b", "c"].map((intentId) => intentOf({ intentId, quantity: "10" })) as [OrderIntent, OrderIntent, OrderIntent];
    for (const intent of [a, b]) journaled([decideEvent(live, intent)]);
    for (const event of [submittedOf(a), filledOf(a, fillOf("t1", "99.5", "4")), submittedOf(b), canceledOf(b)]) happens(event);
    journaled([decideEvent(live, c), decideEvent(live, intentOf({ intentId: "d", quantity: "0" }))]);
    happens(filledOf(b, fillOf("t2", "99", "10")));
    journaled(live.onEquity(decimal("100000"), START_MS));
    journaled([setTradingState(live, "reducing", BY)!, setLimits(live, { maxBookAgeMs: 500 }, BY)]);

    const recovered = RiskBook.open("paper");
    for (const event of own) recovered.apply(event);
    expect(execution.flatMap((event, index) => recovered.onOrderEvent(event, index + 1))).toEqual([]);
    recovered.onEquity(decimal("100000"), START_MS);
    expect(snapshotRisk(recovered)).toEqual(snapshotRisk(live));
    expect(own.filter(({ type }) => type === "LimitBreached")).toMatchObject([{ code: "LATE_FILL", executionVersion: 5 }]);
  });

  it("refuses an event out of turn and a snapshot that is none", () => {
    const book = RiskBook.open("paper");
    expect(() => book.onOrderEvent(canceledOf(BUY), 3)).toThrow("expected version 1, got 3");
    expect(() => restoreRisk({ account: "paper" })).toThrow("risk.limits: expected an object");
    expect(() => decodeRiskEvent({ type: "Nonsense" })).toThrow("type: expected one of IntentApproved");
  });

  function decideEvent(book: RiskBook, intent: OrderIntent): RiskEvent {
    return decide(book, intent, marketOf()).event!;
  }
});

describe("limits", () => {
  it("are read from their own view", () => {
    expect(parseLimits({ ...limitsView(PAPER_LIMITS) })).toEqual(PAPER_LIMITS);
  });

  it.each([
    [{ maxOrderNotional: "0" }, "limits.maxOrderNotional: expected a decimal number above 0"],
    [{ maxOrderNotional: 5 }, "limits.maxOrderNotional: expected a decimal number as text"],
    [{ maxDailyLoss: "ten" }, "limits.maxDailyLoss: expected a decimal number"],
    [{ maxOrdersPerSecond: 1_001 }, "limits.maxOrdersPerSecond: expected a whole number from 1 to 1000"],
    [{ maxPriceDeviationBps: 1.5 }, "limits.maxPriceDeviationBps: expected a whole number from 1 to 10000"],
    [{ maxBookAgeMs: "500" }, "limits.maxBookAgeMs: expected a whole number from 100"],
    [{ maxLeverage: "3" }, "limits.maxLeverage: expected one of maxOrderNotional"],
    [{ toString: 1 }, "limits.toString: expected one of"],
    [{}, "limits: expected at least one limit"],
  ])("refuse %o", (update, message) => {
    expect(() => updatedLimits(PAPER_LIMITS, update)).toThrow(message);
  });

  it("need someone who asks, and a reason", () => {
    const book = RiskBook.open("paper");
    expect(() => setLimits(book, { maxBookAgeMs: 500 }, { ...BY, by: "" })).toThrow("by: expected");
    expect(() => setTradingState(book, "halted", { ...BY, reason: " " })).toThrow("reason: expected");
    expect(setTradingState(book, "active", BY)).toBeNull();
    expect(() => parseLimits({ maxOrderNotional: "1" })).toThrow("limits.maxPositionNotional: expected a value");
  });
});

describe("the risk view", () => {
  it("shows how much of each limit is in use, and where", () => {
    const book = working(BUY);
    fold(book, filledOf(BUY, fillOf("t1", "100", "4")));
    for (const equity of ["100000", "99000"]) for (const event of book.onEquity(decimal(equity), START_MS)) book.apply(event);
    const view = riskView(book, START_MS + 999);
    expect(view.use).toEqual([
      { limit: "maxOrderNotional", used: "600.06", max: "50000", ratio: expect.closeTo(0.0120012, 12), where: "s1 ETH/USDT:USDT" },
      { limit: "maxPositionNotional", used: "1000.06", max: "250000", ratio: expect.closeTo(0.00400024, 12), where: "s1 ETH/USDT:USDT" },
      { limit: "maxGrossNotional", used: "1000.06", max: "2000000", ratio: expect.closeTo(0.00050003, 12), where: "account" },
      { limit: "maxOrdersPerSecond", used: "1", max: "20", ratio: 0.05, where: "s1" },
      { limit: "maxDailyLoss", used: "1000", max: "20000", ratio: 0.05, where: "account" },
    ]);
    expect(view.reservations).toEqual([
      { intentId: "s1.1.1", strategyId: "s1", symbol: "ETH/USDT:USDT", side: "buy", quantity: "6", notional: "600.06" },
    ]);
    expect(riskView(book, START_MS + 1_000).use[3]).toMatchObject({ used: "0", where: "" });
  });

  it("values positions at a newer mark", () => {
    const book = working(BUY);
    fold(book, filledOf(BUY, fillOf("t1", "100", "10")));
    book.setMark("sim", "ETH/USDT:USDT", decimal("150"));
    expect(standing(book)).toEqual(["10", "0", "1500"]);
    expect(() => book.setMark("sim", "ETH/USDT:USDT", decimal("0"))).toThrow("markPrice: expected a price above 0");
  });
});

describe("order rate", () => {
  it("looks back over exactly one second, for any limit up to 1,000", () => {
    const rate = new OrderRate();
    for (let order = 0; order < 3_000; order++) rate.record(order);
    expect(rate.used(2_999)).toBe(1_000);
    expect(rate.isFull(1_000, 2_999)).toBe(true);
    expect(rate.isFull(1_000, 3_000)).toBe(false);
    expect(rate.recent()).toHaveLength(1_000);
    expect(new OrderRate(rate.recent()).recent()).toEqual(rate.recent());
  });

  it("does not count times of a clock that was put back", () => {
    const rate = new OrderRate([3_600_000, 3_600_001]);
    expect(rate.isFull(2, 3_600_001)).toBe(true);
    expect([rate.isFull(2, 500), rate.used(500)]).toEqual([false, 0]);
    rate.record(500);
    expect([rate.isFull(1, 501), rate.isFull(2, 501), rate.used(501)]).toEqual([true, false, 1]);
    expect(rate.recent()).toEqual([500]);
  });
});
