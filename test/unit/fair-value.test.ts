import { describe, expect, it } from "vitest";
import { FairValue, fairBars, type FairProfile } from "../../domain/simulation/fair-value.ts";

const PROFILE: FairProfile = { startPrice: 60_000, volatilityBps: 6, marketCorrelation: 0.8, dailyVolume: 20_000 };
const START_MS = 1_750_000_000_000;

function returns(fair: FairValue, stepMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = START_MS + index * stepMs;
    return Math.log(fair.price(atMs + stepMs) / fair.price(atMs)) * 10_000;
  });
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const product = a.reduce((sum, value, index) => sum + value * b[index]!, 0) / a.length;
  return product / (deviation(a) * deviation(b));
}

describe("fair value", () => {
  it("is a pure function of seed, name and time: asked in any order, by any object", () => {
    const times = Array.from({ length: 500 }, (_, index) => START_MS + ((index * 7_919) % 500) * 61_337);
    const one = new FairValue("s", "BTC", PROFILE);
    const forward = new Map([...times].sort((a, b) => a - b).map((atMs) => [atMs, one.price(atMs)]));
    for (const atMs of times) expect(new FairValue("s", "BTC", PROFILE).price(atMs)).toBe(forward.get(atMs));
    expect(new FairValue("t", "BTC", PROFILE).price(START_MS)).not.toBe(one.price(START_MS));
    expect(new FairValue("s", "ETH", PROFILE).price(START_MS)).not.toBe(one.price(START_MS));
  });

  it("moves as configured: 6 bps a minute, growing with time, never far from its start", () => {
    for (const seed of ["a", "b", "c"]) {
      const fair = new FairValue(seed, "BTC", PROFILE);
      expect(deviation(returns(fair, 60_000, 20_000))).toBeGreaterThan(5.4);
      expect(deviation(returns(fair, 60_000, 20_000))).toBeLessThan(6.6);
      expect(deviation(returns(fair, 5_000, 20_000))).toBeGreaterThan(1);
      expect(deviation(returns(fair, 3_600_000, 5_000))).toBeGreaterThan(35);
      const prices = Array.from({ length: 5_000 }, (_, day) => fair.price(START_MS + day * 21_600_000));
      expect(Math.min(...prices)).toBeGreaterThan(30_000);
      expect(Math.max(...prices)).toBeLessThan(120_000);
    }
  });

  it("shows trends and reversals in 5 s bars, and correlates markets as told", () => {
    const fair = new FairValue("a", "BTC", PROFILE);
    const bars = returns(fair, 5_000, 2_000);
    const reversals = bars.filter((move, index) => index > 0 && Math.sign(move) !== Math.sign(bars[index - 1]!)).length;
    expect(reversals).toBeGreaterThan(300);
    expect(reversals).toBeLessThan(1_200);
    const other = returns(new FairValue("a", "ETH", PROFILE), 60_000, 10_000);
    expect(correlation(returns(fair, 60_000, 10_000), other)).toBeGreaterThan(0.5);
    const alone = { ...PROFILE, marketCorrelation: 0 };
    const apart = correlation(
      returns(new FairValue("a", "X", alone), 60_000, 10_000),
      returns(new FairValue("a", "Y", alone), 60_000, 10_000),
    );
    expect(Math.abs(apart)).toBeLessThan(0.1);
  });

  it("gives bars that join, enclose their prices, and begin on the interval", () => {
    const fair = new FairValue("a", "BTC", PROFILE);
    const bars = fairBars(fair, { venue: "sim", symbol: "BTC/USDT", intervalMs: 60_000, priceDecimals: 2 }, START_MS + 12_345, 300);
    expect(bars).toHaveLength(300);
    for (const [index, bar] of bars.entries()) {
      expect(bar.openTimeMs % 60_000).toBe(0);
      expect(bar.low).toBeLessThanOrEqual(Math.min(bar.open, bar.close));
      expect(bar.high).toBeGreaterThanOrEqual(Math.max(bar.open, bar.close));
      expect(bar.volume).toBeGreaterThan(0);
      if (index > 0) expect(bar.open).toBe(bars[index - 1]!.close);
    }
    const perDay = (bars.reduce((sum, bar) => sum + bar.volume, 0) / 300) * 1_440;
    expect(perDay).toBeGreaterThan(10_000);
    expect(perDay).toBeLessThan(40_000);
  });

  it("refuses profiles, intervals and counts out of range by name", () => {
    expect(() => new FairValue("a", "X", { ...PROFILE, startPrice: 0 })).toThrow("profile.startPrice");
    expect(() => new FairValue("a", "X", { ...PROFILE, volatilityBps: Number.NaN })).toThrow("profile.volatilityBps");
    expect(() => new FairValue("a", "X", { ...PROFILE, marketCorrelation: 1.1 })).toThrow("profile.marketCorrelation");
    const fair = new FairValue("a", "X", PROFILE);
    const what = { venue: "sim", symbol: "X/USDT", intervalMs: 60_000, priceDecimals: 2 };
    expect(() => fairBars(fair, { ...what, intervalMs: 0 }, 0, 1)).toThrow("intervalMs");
    expect(() => fairBars(fair, what, 0, 10_001)).toThrow("count");
  });
});
