/** Correlations and costs against values worked out independently; see SOURCES.md. */
import { describe, expect, it } from "vitest";
import {
  correlationMatrix,
  laggedCorrelation,
  rollingCorrelation,
  spearman,
  type TimedSeries,
} from "../../domain/analytics/correlation.ts";
import { costAnalysis, costRows, dailyVwap } from "../../domain/analytics/cost-analysis.ts";
import type { CostFill } from "../../domain/analytics/inputs.ts";
import { type Decimal, decimal } from "../../domain/kernel/decimal.ts";
import { barTableOf } from "../../domain/market/bar-table.ts";

const X = [0.01, 0.02, -0.015, 0.03, 0, -0.02, 0.011, 0.02];
const Y = [0.02, 0.01, -0.01, 0.025, 0.004, -0.03, 0.011, 0.01];
const Z = [-0.01, 0.03, 0.002, -0.03, 0.02, 0.05, -0.011, -0.02];

/** Without the rows at which something is missing: once as NaN, once as no row at all. */
function series(value: readonly number[], missing: readonly number[] = [], asRows = false): TimedSeries {
  const rows = value.map((own, row) => ({ timeMs: row * 1_000, value: missing.includes(row) ? Number.NaN : own }));
  const kept = asRows ? rows.filter((row) => !Number.isNaN(row.value)) : rows;
  return { timeMs: kept.map((row) => row.timeMs), value: kept.map((row) => row.value) };
}

function expectMatrix(matrix: readonly (readonly (number | null)[])[], upper: readonly [xy: number, xz: number, yz: number]): void {
  const [xy, xz, yz] = upper;
  const expected = [1, xy, xz, xy, 1, yz, xz, yz, 1];
  for (const [index, value] of matrix.flat().entries()) expect(value).toBeCloseTo(expected[index]!, 12);
}

describe("correlation", () => {
  it("has the matrix of NumPy, and of SciPy by ranks", () => {
    const all = [series(X), series(Y), series(Z)];
    expectMatrix(correlationMatrix(all), [0.8994454746847899, -0.6474873327022235, -0.7649334544246656]);
    expectMatrix(correlationMatrix(all, spearman), [0.7831325301204818, -0.6826469692905576, -0.7545045450053531]);
  });

  it.each([false, true])("leaves out what is missing, pair by pair (rows left out: %s)", (asRows) => {
    const all = [series(X), series(Y, [3], asRows), series(Z, [5], asRows)];
    expectMatrix(correlationMatrix(all), [0.8707918309357351, -0.3890928656638219, -0.24963342083944143]);
  });

  it("rolls over the last common rows", () => {
    const points = rollingCorrelation(series(X), series(Y), 4);
    const expected = [0.8851732586551808, 0.965189831228668, 0.9502429411548761, 0.968378340770804, 0.9313957676061282];
    expect(points.map(({ timeMs }) => timeMs)).toEqual([3_000, 4_000, 5_000, 6_000, 7_000]);
    for (const [index, { correlation }] of points.entries()) expect(correlation).toBeCloseTo(expected[index]!, 12);
  });

  it("lags the second series by time", () => {
    const lags = laggedCorrelation(series(X), series(Y), { lags: 1, stepMs: 1_000 });
    expect(lags.map(({ lag }) => lag)).toEqual([-1, 0, 1]);
    const expected = [-0.2938224057507128, 0.8994454746847899, -0.20440940869710178];
    for (const [index, { correlation }] of lags.entries()) expect(correlation).toBeCloseTo(expected[index]!, 12);
  });

  it("is undefined of too little, and of what does not vary", () => {
    expect(correlationMatrix([series([1, 2]), series([2, 1])])[0]![1]).toBeNull();
    expect(correlationMatrix([series([0.1, 0.1, 0.1, 0.1]), series([1, 2, 3, 4])])).toEqual([
      [null, null],
      [null, 1],
    ]);
    expect(() => rollingCorrelation(series(X), series(Y), 2)).toThrow(/window/);
    expect(() => laggedCorrelation(series(X), series(Y), { lags: -1, stepMs: 1 })).toThrow(/lags/);
    expect(() => laggedCorrelation(series(X), series(Y), { lags: 1, stepMs: 0 })).toThrow(/stepMs/);
  });
});

describe("cost analysis", () => {
  const fill = (more: Partial<CostFill>, prices: readonly [price: string, reference: string, decision: string]): CostFill => {
    const [price, referencePrice, decisionPrice] = prices.map((text) => decimal(text)) as [Decimal, Decimal, Decimal];
    const base = { atMs: 43_200_000, strategyId: "s1", symbol: "BTC/USDT", side: "buy" as const };
    return { ...base, quantity: decimal("2"), fee: decimal("0.203"), ...more, price, referencePrice, decisionPrice };
  };
  const fills = [
    fill({}, ["101.5", "101", "100"]),
    fill({ side: "sell", strategyId: "s2", quantity: decimal("1"), fee: decimal("0.098"), atMs: 86_400_000 }, ["98", "98.5", "99"]),
  ];
  const bar = (hour: number, [high, low, close, volume]: readonly [number, number, number, number]) => ({
    venue: "v",
    symbol: "BTC/USDT",
    intervalMs: 43_200_000,
    openTimeMs: hour * 3_600_000,
    open: low,
    high,
    low,
    close,
    volume,
  });
  const table = barTableOf({ venue: "v", symbol: "BTC/USDT", intervalMs: 43_200_000 }, [
    bar(0, [102, 99, 99, 10]),
    bar(12, [105, 101, 103, 20]),
    bar(24, [900, 900, 900, 0]),
  ]);

  it("splits the shortfall worked out by hand", () => {
    const { total, byStrategy, bySymbol } = costAnalysis(fills);
    expect(total).toMatchObject({
      fills: 2,
      arrivalNotional: decimal("299"),
      delay: decimal("2.5"),
      slippage: decimal("1.5"),
      fee: decimal("0.301"),
      shortfall: decimal("4.301"),
      vwapCost: null,
      vwapBps: null,
    });
    expect(total.shortfallBps).toBeCloseTo(143.84615384615384, 9);
    expect(total.slippageBps).toBeCloseTo(50.167224080267566, 9);
    expect(byStrategy.get("s1")?.shortfall).toBe(decimal("3.203"));
    expect(byStrategy.get("s2")?.shortfall).toBe(decimal("1.098"));
    expect(bySymbol.get("BTC/USDT")).toEqual(total);
  });

  it("is shown as rows, the most expensive first", () => {
    const rows = costRows(costAnalysis(fills));
    expect(rows.map(({ by, name, shortfall }) => [by, name, shortfall])).toEqual([
      ["total", "", 4.301],
      ["symbol", "BTC/USDT", 4.301],
      ["strategy", "s1", 3.203],
      ["strategy", "s2", 1.098],
    ]);
    expect(rows[0]).toMatchObject({ fills: 2, arrivalNotional: 299, delay: 2.5, slippage: 1.5, fee: 0.301, vwapBps: null });
  });

  it("compares with the VWAP of the day, which a fill at midnight ends", () => {
    // (100 · 10 + 103 · 20) / 30 = 102: bought 2 for 0.5 less each, sold 1 for 4 less.
    const { total } = costAnalysis(fills, dailyVwap([table]));
    expect(total.vwapCost).toBeCloseTo(3, 12);
    expect(total.vwapBps).toBeCloseTo((3 / 306) * 10_000, 9);
  });

  it("has no VWAP without volume or bars", () => {
    const vwapAt = dailyVwap([table]);
    expect(vwapAt("BTC/USDT", 100_000_000)).toBeNull();
    expect(vwapAt("ETH/USDT", 1)).toBeNull();
    expect(costAnalysis([]).total.shortfallBps).toBeNull();
  });
});
