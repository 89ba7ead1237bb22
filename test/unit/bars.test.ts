import { describe, expect, it } from "vitest";
import { BarAggregator, resample } from "../../domain/market/bars.ts";
import { bar, trade } from "./strategy-desk.ts";

const aggregator = (fillEmpty = false) =>
  new BarAggregator({ venue: "binance", symbol: "BTC/USDT", intervalMs: 60_000, priceDecimals: 2, quantityDecimals: 5, fillEmpty });

const MINUTE = 60_000;

describe("bars from trades", () => {
  it("open at UTC multiples and close with the first trade past their end", () => {
    const bars = aggregator();
    for (const [atMs, price] of [
      [61_000, 10],
      [62_000, 12],
      [90_000, 9],
      [119_999, 11],
    ] as const)
      expect(bars.add(trade(atMs, price, 0.5))).toEqual([]);
    expect(bars.current()).toMatchObject({ openTimeMs: MINUTE, close: 11 });
    expect(bars.add(trade(120_000, 20))).toEqual([
      { venue: "binance", symbol: "BTC/USDT", intervalMs: MINUTE, openTimeMs: MINUTE, open: 10, high: 12, low: 9, close: 11, volume: 2 },
    ]);
    expect(bars.current()).toMatchObject({ openTimeMs: 2 * MINUTE, open: 20, volume: 1 });
  });

  it("close with the clock, at the end and not before", () => {
    const bars = aggregator();
    bars.add(trade(0, 10));
    expect(bars.tick(59_999)).toEqual([]);
    expect(bars.tick(60_000)).toMatchObject([{ openTimeMs: 0, close: 10 }]);
    expect(bars.tick(60_000)).toEqual([]);
    expect(bars.current()).toBeNull();
  });

  it("are never revised: a late trade is counted and ignored", () => {
    const bars = aggregator();
    bars.add(trade(70_000, 10));
    expect(bars.add(trade(59_000, 99))).toEqual([]);
    bars.tick(120_000);
    bars.add(trade(119_999, 99));
    expect(bars.lateTrades).toBe(2);
    expect(bars.current()).toBeNull();
  });

  it("have holes where nothing traded, or flat bars when asked for", () => {
    const holes = aggregator();
    holes.add(trade(0, 10));
    expect(holes.add(trade(3 * MINUTE, 13)).map((closed) => closed.openTimeMs)).toEqual([0]);

    const filled = aggregator(true);
    filled.add(trade(0, 10));
    expect(filled.add(trade(3 * MINUTE, 13)).map((closed) => [closed.openTimeMs, closed.open, closed.close, closed.volume])).toEqual([
      [0, 10, 10, 1],
      [MINUTE, 10, 10, 0],
      [2 * MINUTE, 10, 10, 0],
    ]);
    expect(filled.tick(5 * MINUTE).map((closed) => [closed.openTimeMs, closed.close])).toEqual([
      [3 * MINUTE, 13],
      [4 * MINUTE, 13],
    ]);
    filled.add(trade(4 * MINUTE + 1, 99));
    expect(filled.lateTrades).toBe(1);
  });

  it("fill at most a day of minutes; a longer hole stays a hole and is counted", () => {
    const bars = aggregator(true);
    bars.add(trade(0, 10));
    expect(bars.tick(MINUTE * 1_441)).toHaveLength(1_441);
    expect(bars.tick(MINUTE * (1_441 + 1_441))).toHaveLength(0);
    expect(bars.unfilledHoles).toBe(1);
  });

  it("need an interval", () => {
    expect(() => new BarAggregator({ venue: "v", symbol: "s", intervalMs: 0, priceDecimals: 2, quantityDecimals: 2 })).toThrow(
      "intervalMs",
    );
  });
});

describe("longer bars from shorter ones", () => {
  it("leave out a last bar that is not complete, and keep holes", () => {
    const minutes = [0, 1, 2, 3, 4, 15, 16, 19, 20].map((minute) => bar(minute, 100 + minute));
    expect(
      resample(minutes, 300_000).map(({ openTimeMs, open, high, close, volume }) => [openTimeMs / MINUTE, open, high, close, volume]),
    ).toEqual([
      [0, 100, 104, 104, 5],
      [15, 115, 119, 119, 3],
    ]);
    expect(resample([], 300_000)).toEqual([]);
  });

  it("refuse an interval that does not fit and bars out of order", () => {
    expect(() => resample([bar(0, 1)], 90_000)).toThrow("intervalMs: expected a multiple of 60000 ms");
    expect(() => resample([bar(1, 1), bar(0, 1)], 300_000)).toThrow("bars in order of time");
    expect(() => resample([bar(1, 1), bar(1, 1)], 300_000)).toThrow("bars in order of time");
  });
});
