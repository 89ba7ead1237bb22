/** Known answers: the venue's own candles, rebuilt from its trades and from its shorter candles. */
import { describe, expect, it } from "vitest";
import { BarAggregator, resample } from "../../domain/market/bars.ts";
import { readBars, readTrades } from "./candle-files.ts";

describe("bars from recorded trades", () => {
  it("equal the venue's 1m candles on all 2,469 bars, every column", () => {
    const aggregator = new BarAggregator({
      venue: "binance",
      symbol: "XRP/ETH",
      intervalMs: 60_000,
      priceDecimals: 8,
      quantityDecimals: 8,
    });
    const built = readTrades("binance-xrpeth-trades", "XRP/ETH", 8, 8).flatMap((trade) => aggregator.add(trade));
    built.push(...aggregator.tick(Number.MAX_SAFE_INTEGER));
    const expected = readBars("binance-xrpeth-1m", 60_000, "XRP/ETH");
    expect(expected).toHaveLength(2_469);
    expect(built).toEqual(expected);
    expect(aggregator.lateTrades).toBe(0);
  });
});

describe("5m bars from recorded 1m bars", () => {
  it("equal the venue's on all 26,141 bars", () => {
    const built = resample(readBars("binance-btcusdt-1m-2025", 60_000, "BTC/USDT"), 300_000);
    const expected = readBars("binance-btcusdt-5m-2025", 300_000, "BTC/USDT");
    expect(built).toHaveLength(26_141);
    const differing = built.filter((bar, index) => {
      const other = expected[index];
      if (other === undefined || Math.abs(bar.volume - other.volume) > 1e-9 * other.volume) return true;
      return JSON.stringify({ ...bar, volume: 0 }) !== JSON.stringify({ ...other, volume: 0 });
    });
    expect(differing).toEqual([]);
  });
});
