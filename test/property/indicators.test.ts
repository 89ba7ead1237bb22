/** What holds for every series: the forms agree to the last bit, rolling windows equal windows computed afresh, no look-ahead. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordedBars } from "../../domain/indicator/bar-series.ts";
import { atr, bollinger, donchian, ema, macd, rsi, sma, standardDeviation, wma, zScore } from "../../domain/indicator/index.ts";
import type { Series } from "../../domain/indicator/index.ts";
import type { Bar } from "../../domain/market/events.ts";

const SEED = 20_250_813;
const settings = { seed: SEED, numRuns: 150 };

const prices = fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
const length = fc.integer({ min: 1, max: 40 });

const toBars = (closes: readonly number[]): Bar[] =>
  closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const spread = 1 + (index % 7) / 100;
    const [high, low] = [Math.max(open, close) * spread, Math.min(open, close) / spread];
    return { venue: "v", symbol: "S/Q", intervalMs: 60_000, openTimeMs: index * 60_000, open, high, low, close, volume: index };
  });

function attached(bars: readonly Bar[], make: (bars: RecordedBars) => Series): Float64Array {
  const recorded = new RecordedBars(60_000);
  const series = make(recorded);
  return Float64Array.from(bars, (bar) => {
    recorded.push(bar);
    return series.value;
  });
}

const column = (bars: readonly Bar[], field: "high" | "low" | "close") => Float64Array.from(bars, (bar) => bar[field]);

describe("the three forms of an indicator agree to the last bit", () => {
  const single = { sma, ema, wma, standardDeviation, rsi };
  it.each(Object.entries(single))("%s", (_name, indicator) => {
    fc.assert(
      fc.property(prices, length, (closes, n) => {
        const values = Float64Array.from(closes);
        const columnar = indicator.column(values, n);
        const stream = indicator.stream(n);
        expect(values.map((value) => stream.next(value))).toEqual(columnar);
        expect(attached(toBars(closes), (bars) => indicator(bars.close, n))).toEqual(columnar);
        expect(columnar.findIndex((value) => !Number.isNaN(value))).toBe(stream.warmup <= closes.length ? stream.warmup - 1 : -1);
      }),
      settings,
    );
  });

  it("bollinger, macd, atr, donchian, zScore", () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 2, max: 40 }), (closes, n) => {
        const bars = toBars(closes);
        const close = column(bars, "close");
        const columns = { high: column(bars, "high"), low: column(bars, "low"), close };
        expect(attached(bars, (recorded) => zScore(recorded.close, n))).toEqual(zScore.column(close, n));
        expect(attached(bars, (recorded) => atr(recorded, n))).toEqual(atr.column(columns, n));
        const streamed = atr.stream(n);
        expect(Float64Array.from(bars, (bar) => streamed.next(bar.high, bar.low, bar.close))).toEqual(atr.column(columns, n));
        const bands = bollinger.stream(n, 2);
        expect(Float64Array.from(closes, (value) => bands.next(value).lower)).toEqual(bollinger.column(close, n, 2).lower);
        expect(attached(bars, (recorded) => bollinger(recorded.close, n, 2).upper)).toEqual(bollinger.column(close, n, 2).upper);
        expect(attached(bars, (recorded) => donchian(recorded, n).middle)).toEqual(donchian.column(columns, n).middle);
        expect(attached(bars, (recorded) => macd(recorded.close, n, n + 5, 4).signal)).toEqual(macd.column(close, n, n + 5, 4).signal);
      }),
      settings,
    );
  });
});

describe("rolling windows equal windows computed afresh", () => {
  const window = (values: Float64Array, end: number, n: number) => values.subarray(end - n + 1, end + 1);
  const close = (a: number, b: number, scale: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * scale);

  it("mean, weighted mean, deviation and channel, however long the stream", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 40, maxLength: 400 }), length, (list, n) => {
        const values = Float64Array.from(list);
        const [means, weighted, deviations] = [sma.column(values, n), wma.column(values, n), standardDeviation.column(values, n)];
        const channel = donchian.column({ high: values, low: values, close: values }, n);
        for (let end = n; end < values.length; end++) {
          const part = window(values, end, n);
          const mean = part.reduce((sum, value) => sum + value, 0) / n;
          const largest = Math.max(...part);
          close(means[end]!, mean, largest);
          close(weighted[end]!, part.reduce((sum, value, index) => sum + value * (index + 1), 0) / ((n * (n + 1)) / 2), largest);
          close(deviations[end]!, Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n), largest);
          const before = window(values, end - 1, n);
          expect([channel.upper[end], channel.lower[end]]).toEqual([Math.max(...before), Math.min(...before)]);
        }
      }),
      settings,
    );
  });

  it("a value 10 orders of magnitude larger leaves nothing behind once it is out of the window", () => {
    const values = new Float64Array(100).fill(0.1);
    values[50] = 1e15;
    expect(
      sma
        .column(values, 10)
        .slice(60)
        .every((mean) => Math.abs(mean - 0.1) < 1e-16),
    ).toBe(true);
    expect(
      standardDeviation
        .column(values, 10)
        .slice(60)
        .every((deviation) => deviation < 1e-16),
    ).toBe(true);
  });
});

describe("no look-ahead", () => {
  it("what is known at a bar does not change with what comes after it", () => {
    fc.assert(
      fc.property(prices, prices, length, (past, future, n) => {
        const alone = sma.column(Float64Array.from(past), n);
        const more = sma.column(Float64Array.from([...past, ...future]), n);
        expect(more.slice(0, past.length)).toEqual(alone);
      }),
      settings,
    );
  });
});
