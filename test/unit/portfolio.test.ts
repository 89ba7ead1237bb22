/** The positions of an account: marks, equity, day, peak, missing prices, repeats, snapshots. */
import { describe, expect, it } from "vitest";
import { add, decimal, format, mul, sub } from "../../domain/kernel/decimal.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { accountCash } from "../../domain/position/cash.ts";
import { netRow, portfolioPnl, positionRow, positionRows, strategyPerformance } from "../../domain/position/position-views.ts";
import { PositionsBook } from "../../domain/position/positions-book.ts";
import { dayRolledCodec, restorePositions, snapshotPositions } from "../../domain/position/positions-snapshot.ts";
import { canceledOf, fillOf, filledOf, intentOf, START_MS, tradeOf } from "./risk-samples.ts";

const DAY_MS = 86_400_000;

function bookOf(events: readonly OrderEvent[] = []): PositionsBook {
  const book = new PositionsBook({ account: "paper", currency: "USDT", startEquity: decimal("100000"), simulated: true });
  for (const event of events) book.onOrderEvent(event, book.appliedVersion + 1);
  return book;
}

const LEDGER = () => [
  tradeOf("a", "BTC/USDT", "buy", "50000", "1", "50"),
  tradeOf("b", "BTC/USDT", "buy", "51000", "0.5", "0.0005", "BTC"),
  tradeOf("a", "BTC/USDT", "sell", "52000", "0.4", "20.8"),
  tradeOf("b", "ETH/USDT:USDT", "sell", "2000", "10", "8"),
];

describe("positions book", () => {
  it("adds up a hand-computed ledger over two strategies", () => {
    const book = bookOf(LEDGER());
    book.setMark("sim", "BTC/USDT", decimal("53000"));
    book.setMark("sim", "ETH/USDT:USDT", decimal("1990"));
    // a: realised 0.4·2000 = 800, unrealised 0.6·3000 = 1800, fees 70.8.
    // b: spot 0.4995·2000 = 999, fee 0.0005·51000 = 25.5; perp 100, fee 8.
    const view = portfolioPnl(book);
    expect(view).toMatchObject({
      realisedPnl: "800",
      unrealisedPnl: "2899",
      feesPaid: "104.3",
      netPnl: "3594.7",
      equity: "103594.7",
      dayPnl: "3594.7",
      unpriced: [],
    });
    expect(view.byStrategy).toEqual([
      { strategyId: "a", realisedPnl: "800", unrealisedPnl: "1800", feesPaid: "70.8", netPnl: "2529.2" },
      { strategyId: "b", realisedPnl: "0", unrealisedPnl: "1099", feesPaid: "33.5", netPnl: "1065.5" },
    ]);
    expect(netRow(book, "sim", "BTC/USDT")).toMatchObject({
      strategyId: null,
      quantity: "1.0995",
      markPrice: "53000",
      notional: "58273.5",
      unrealisedPnl: "2799",
    });
    const spotValue = mul(decimal("1.0995"), decimal("53000"));
    expect(format(sub(add(accountCash(book), add(spotValue, decimal("100"))), book.equity))).toBe("0");
  });

  it("counts a fill once, whoever repeats it", () => {
    const intent = intentOf({ symbol: "BTC/USDT" });
    const book = bookOf();
    expect(book.onOrderEvent(filledOf(intent, fillOf("t1", "100", "1")), 1)).not.toBeNull();
    expect(book.onOrderEvent(filledOf(intent, fillOf("t1", "100", "1")), 1), "the same version").toBeNull();
    expect(book.onOrderEvent(filledOf(intent, fillOf("t1", "100", "1")), 2), "the same trade id").toBeNull();
    expect(format(book.entry("s1", "sim", "BTC/USDT")!.position.quantity)).toBe("1");
    expect(book.appliedVersion).toBe(2);
  });

  it("refuses an event out of turn and moves past others", () => {
    const book = bookOf();
    expect(() => book.onOrderEvent(canceledOf(intentOf()), 2)).toThrow("expected version 1, got 2");
    book.skip(1);
    expect(book.onOrderEvent(canceledOf(intentOf()), 2)).toBeNull();
    expect(book.appliedVersion).toBe(2);
  });

  it("names what has no price and never counts it as 0", () => {
    const book = bookOf([
      tradeOf("a", "BTC/USDT", "buy", "50000", "1"),
      tradeOf("a", "ETH/BTC", "buy", "0.05", "2"),
      tradeOf("a", "BTC/USDT", "buy", "50000", "1", "0.1", "BNB"),
    ]);
    expect(portfolioPnl(book)).toMatchObject({ equity: "100000", unpriced: ["BNB", "BTC/USDT", "ETH/BTC"] });
    expect(positionRow(book, book.entry("a", "sim", "BTC/USDT")!)).toMatchObject({
      markPrice: null,
      notional: "100000",
      unrealisedPnl: "0",
    });
    expect(book.isPriced).toBe(false);

    book.setMark("sim", "BTC/USDT", decimal("51000"));
    book.setMark("sim", "ETH/BTC", decimal("0.06"));
    expect(portfolioPnl(book)).toMatchObject({ unpriced: ["BNB"], unrealisedPnl: "3020" });
    book.setAssetPrice("BNB", decimal("600"));
    expect(portfolioPnl(book)).toMatchObject({ unpriced: [], feesPaid: "60", equity: "102960" });
    expect(positionRows(book, "a").map(({ feesPaid }) => feesPaid)).toEqual(["60", "0"]);
    expect(format(book.peakEquity), "no peak while something is unpriced").toBe("102960");
  });

  it("counts the day from 00:00 UTC, by an event", () => {
    const book = bookOf([tradeOf("a", "BTC/USDT", "buy", "50000", "1")]);
    book.setMark("sim", "BTC/USDT", decimal("50500"));
    const first = book.rollDay(START_MS)!;
    expect(first).toMatchObject({ dayStartMs: START_MS - DAY_MS / 2, equity: decimal("100500") });
    book.apply(dayRolledCodec.decode(JSON.parse(JSON.stringify(dayRolledCodec.encode(first))), "event"));
    expect(book.rollDay(START_MS + 1)).toBeNull();
    book.setMark("sim", "BTC/USDT", decimal("50200"));
    expect(portfolioPnl(book)).toMatchObject({ dayPnl: "-300", netPnl: "200", peakEquity: "100500" });
    expect(positionRows(book)[0]).toMatchObject({ dayPnl: "-300" });
    expect(strategyPerformance(book, "a").dayPnl).toBe("-300");
    expect(book.drawdownRatio).toBeCloseTo(300 / 100_500, 12);
    expect(book.rollDay(first.dayStartMs + DAY_MS - 1)).toBeNull();
    expect(book.rollDay(first.dayStartMs + DAY_MS)).toMatchObject({ equity: decimal("100200") });
  });

  it("shows no common average for owners on opposite sides", () => {
    const book = bookOf([tradeOf("a", "ETH/USDT:USDT", "buy", "2000", "2"), tradeOf("b", "ETH/USDT:USDT", "sell", "2100", "1")]);
    expect(netRow(book, "sim", "ETH/USDT:USDT")).toMatchObject({ quantity: "1", averagePrice: null });
    expect(netRow(book, "sim", "XRP/USDT")).toBeNull();
  });

  it("comes back equal from its snapshot", () => {
    const book = bookOf(LEDGER());
    book.setMark("sim", "BTC/USDT", decimal("53000"));
    book.apply(book.rollDay(START_MS)!);
    book.setMark("sim", "BTC/USDT", decimal("52000"));
    const json = JSON.parse(JSON.stringify(snapshotPositions(book)));
    const restored = restorePositions(json);
    expect(snapshotPositions(restored)).toEqual(json);
    expect(portfolioPnl(restored)).toEqual(portfolioPnl(book));
    expect(() => restorePositions({ ...json, peakEquity: "much" })).toThrow("positions.peakEquity: expected a decimal number");
  });
});

describe("performance", () => {
  it("counts what one order closed as one trade, fees of both sides in it", () => {
    const exit = intentOf({ intentId: "exit", strategyId: "a", symbol: "BTC/USDT", side: "sell" });
    const book = bookOf([
      tradeOf("a", "BTC/USDT", "buy", "100", "10", "1"),
      filledOf(exit, fillOf("x1", "99", "1", "0.1")),
      filledOf(exit, fillOf("x2", "102", "4", "0.4")),
      tradeOf("a", "BTC/USDT", "sell", "98", "2", "0.2"),
    ]);
    // exit: (−1 − 0.1 − 0.1) + (8 − 0.4 − 0.4) = 6; the other: −4 − 0.2 − 0.2 = −4.4.
    expect(strategyPerformance(book, "a")).toMatchObject({ closedTrades: 2, winRatio: 0.5, fills: 4, realisedPnl: "3", volume: "1703" });
    expect(strategyPerformance(book, "a").profitFactor).toBeCloseTo(6 / 4.4, 12);
  });

  it("is undefined, not 0, before the first closed trade and without losses", () => {
    const book = bookOf([tradeOf("a", "BTC/USDT", "buy", "100", "1")]);
    expect(strategyPerformance(book, "a")).toMatchObject({ closedTrades: 0, winRatio: null, profitFactor: null });
    expect(strategyPerformance(book, "nobody")).toMatchObject({ fills: 0, netPnl: "0", winRatio: null });
    book.onOrderEvent(tradeOf("a", "BTC/USDT", "sell", "101", "1"), 2);
    expect(strategyPerformance(book, "a")).toMatchObject({ closedTrades: 1, winRatio: 1, profitFactor: null });
  });
});
