/** What holds of any trades, curve, bars and returns. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ATTRIBUTION_KINDS, attributionOf } from "../../domain/analytics/attribution.ts";
import { dailyReturns } from "../../domain/analytics/daily-returns.ts";
import { drawdownCurve, drawdownSummary, drawdownTable } from "../../domain/analytics/drawdown.ts";
import type { EquitySeries, TradeResult } from "../../domain/analytics/inputs.ts";
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import { metricsOf } from "../../domain/analytics/metrics.ts";
import { monthlyTable } from "../../domain/analytics/monthly-table.ts";
import { lttb, mergeCandles, minMax } from "../../domain/analytics/thinning.ts";
import { add, type Decimal, ZERO } from "../../domain/kernel/decimal.ts";
import { barTableOf, rowsOf } from "../../domain/market/bar-table.ts";

const SEED = 20_260_422;
const STRICT = { seed: SEED, numRuns: 200 };

const money = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const share = fc.double({ min: -5, max: 5, noNaN: true });

const trade: fc.Arbitrary<TradeResult> = fc.record({
  strategyId: fc.constantFrom("a", "b", "c"),
  symbol: fc.string({ maxLength: 3 }),
  side: fc.constantFrom("long" as const, "short" as const),
  entryMs: fc.integer({ min: 0, max: 2e12 }),
  entryPrice: fc.constant(100),
  exitMs: fc.option(fc.integer({ min: 0, max: 2e12 })),
  exitPrice: fc.constant(100),
  quantity: fc.constant(1),
  fee: money,
  funding: money,
  pnl: money,
  returnRatio: share,
  bars: fc.nat(1_000),
  mae: share,
  mfe: share,
  why: fc.string({ maxLength: 2 }),
  exitWhy: fc.constant(null),
});

const curve: fc.Arbitrary<EquitySeries> = fc
  .array(fc.record({ gapMs: fc.integer({ min: 0, max: 200_000_000 }), value: fc.double({ min: 1, max: 1e6, noNaN: true }) }), {
    minLength: 1,
    maxLength: 80,
  })
  .map((points) => {
    let atMs = 1.7e12;
    const timeMs = points.map(({ gapMs }) => (atMs += gapMs));
    return { timeMs: Float64Array.from(timeMs), value: Float64Array.from(points, ({ value }) => value) };
  });

describe("attribution", () => {
  it("adds up exactly, however many groups there are", () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 400 }), (trades) => {
        const { rows, total } = attributionOf(trades);
        for (const kind of ATTRIBUTION_KINDS) {
          const own = rows.filter(({ by }) => by === kind);
          const sum = (of: (row: (typeof own)[number]) => Decimal) => own.reduce((all, row) => add(all, of(row)), ZERO);
          expect(sum(({ pnl }) => pnl)).toBe(total.pnl);
          expect(sum(({ fee }) => fee)).toBe(total.fee);
          expect(own.reduce((all, row) => all + row.trades, 0)).toBe(trades.length);
          expect(own.length).toBeLessThanOrEqual(201);
        }
      }),
      STRICT,
    );
  });
});

describe("metrics", () => {
  it("hold every name: a finite number, or null and a reason", () => {
    fc.assert(
      fc.property(curve, fc.array(trade, { maxLength: 20 }), money, (equity, trades, amount) => {
        const account = { turnover: Math.abs(amount), exposureRatio: 0.5, fees: amount, funding: amount, slippage: amount };
        const { values, why } = metricsOf({ equity, trades, ...account });
        for (const name of METRIC_NAMES) expect(Number.isFinite(values[name]) !== (why[name] !== undefined), name).toBe(true);
      }),
      STRICT,
    );
  });

  it("of daily returns compound to the whole, by months too", () => {
    fc.assert(
      fc.property(curve, (equity) => {
        const daily = dailyReturns(equity);
        const whole = equity.value.at(-1)! / equity.value[0]!;
        const compounded = daily.returns.reduce((all, value) => all * (1 + value), 1);
        const byMonth = monthlyTable(daily).flatMap(({ months }) => months.filter((value) => value !== null));
        const byYear = monthlyTable(daily).map(({ total }) => total);
        const isSpan = equity.timeMs.at(-1)! > equity.timeMs[0]! || equity.timeMs.length === 1;
        if (isSpan) expect(Math.abs(compounded / whole - 1)).toBeLessThan(1e-9);
        expect(Math.abs(byMonth.reduce((all, value) => all * (1 + value), 1) / compounded - 1)).toBeLessThan(1e-9);
        expect(Math.abs(byYear.reduce((all, value) => all * (1 + value), 1) / compounded - 1)).toBeLessThan(1e-9);
      }),
      STRICT,
    );
  });
});

describe("drawdowns", () => {
  it("agree: the curve, the table and the summary", () => {
    fc.assert(
      fc.property(curve, (equity) => {
        const { maxDepth, count } = drawdownSummary(equity);
        const table = drawdownTable(equity, 1_000);
        expect(table).toHaveLength(count);
        expect(maxDepth).toBeCloseTo(-Math.min(...drawdownCurve(equity).value), 12);
        expect(table[0]?.depth ?? 0).toBe(maxDepth);
        for (const { fromMs, troughMs, toMs } of table) {
          expect(fromMs).toBeLessThanOrEqual(troughMs);
          expect(toMs ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(troughMs);
        }
      }),
      STRICT,
    );
  });
});

describe("thinning", () => {
  it("keeps ends, order and bound of a line, and its extremes when asked", () => {
    fc.assert(
      fc.property(curve, fc.integer({ min: 4, max: 30 }), (equity, count) => {
        for (const thin of [lttb, minMax]) {
          const { timeMs, value } = thin(equity, count);
          expect(value.length).toBeLessThanOrEqual(Math.max(count, 1));
          expect([value[0], value.at(-1)]).toEqual([equity.value[0], equity.value.at(-1)]);
          expect([...timeMs]).toEqual([...timeMs].sort((a, b) => a - b));
        }
        const { value } = minMax(equity, count);
        expect([Math.min(...value), Math.max(...value)]).toEqual([Math.min(...equity.value), Math.max(...equity.value)]);
      }),
      STRICT,
    );
  });

  it("of candles keeps the range, the volume and the bound, with holes too", () => {
    const place = { venue: "v", symbol: "BTC/USDT", intervalMs: 60_000 };
    const table = fc
      .array(fc.record({ gap: fc.integer({ min: 1, max: 5_000 }), price: fc.integer({ min: 1, max: 1_000 }), volume: fc.nat(100) }), {
        minLength: 1,
        maxLength: 100,
      })
      .map((rows) => {
        let minute = 28_000_000;
        return barTableOf(
          place,
          rows.map(({ gap, price, volume }) => {
            minute += gap;
            return { ...place, openTimeMs: minute * 60_000, open: price, high: price + 2, low: price - 0.5, close: price + 1, volume };
          }),
        );
      });
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 20 }), (bars, count) => {
        const merged = mergeCandles(bars, 0, Number.MAX_SAFE_INTEGER, count);
        expect(rowsOf(merged)).toBeLessThanOrEqual(count);
        expect(merged.intervalMs % bars.intervalMs).toBe(0);
        expect(Math.max(...merged.high)).toBe(Math.max(...bars.high));
        expect(Math.min(...merged.low)).toBe(Math.min(...bars.low));
        expect(merged.volume.reduce((sum, value) => sum + value, 0)).toBe(bars.volume.reduce((sum, value) => sum + value, 0));
        expect([merged.open[0], merged.close.at(-1)]).toEqual([bars.open[0], bars.close.at(-1)]);
        for (const openMs of merged.openTimeMs) expect(openMs % merged.intervalMs).toBe(0);
      }),
      STRICT,
    );
  });
});
