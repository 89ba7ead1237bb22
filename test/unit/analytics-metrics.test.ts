/** Days, drawdowns, trades and the reasons why something is undefined, by hand. */
import { describe, expect, it } from "vitest";
import { blockMoments } from "../../domain/analytics/block-moments.ts";
import { DAY_MS, dailyReturns } from "../../domain/analytics/daily-returns.ts";
import { deflatedSharpe, expectedMaxSharpe, sharpeSample } from "../../domain/analytics/deflated-sharpe.ts";
import { drawdownCurve, drawdownTable } from "../../domain/analytics/drawdown.ts";
import type { EquitySeries, TradeResult } from "../../domain/analytics/inputs.ts";
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import { metricsOf } from "../../domain/analytics/metrics.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);

function curve(points: readonly (readonly [hour: number, value: number])[]): EquitySeries {
  return {
    timeMs: Float64Array.from(points, ([hour]) => START_MS + hour * HOUR_MS),
    value: Float64Array.from(points, ([, value]) => value),
  };
}

function trade(pnl: number, more: Partial<TradeResult> = {}): TradeResult {
  return {
    strategyId: "s1",
    symbol: "BTC/USDT",
    side: "long",
    entryMs: START_MS,
    entryPrice: 100,
    exitMs: START_MS + HOUR_MS,
    exitPrice: 100 + pnl,
    quantity: 1,
    fee: 0,
    funding: 0,
    pnl,
    returnRatio: pnl / 100,
    bars: 2,
    mae: 0.01,
    mfe: 0.03,
    why: "cross",
    exitWhy: "cross",
    ...more,
  };
}

function metrics(equity: EquitySeries, trades: readonly TradeResult[] = []) {
  return metricsOf({ equity, trades, turnover: 500, exposureRatio: 0.5, fees: 3, funding: -1, slippage: 2 });
}

describe("daily returns", () => {
  it("give a point at 00:00 to the day that ended and carry over days without a point", () => {
    const { dayMs, returns } = dailyReturns(
      curve([
        [1, 100],
        [24, 110],
        [30, 121],
        [96.5, 242],
      ]),
    );
    expect(dayMs.map((ms) => (ms - START_MS) / DAY_MS)).toEqual([0, 1, 2, 3, 4]);
    expect([...returns].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([0.1, 0.1, 0, 0, 1]);
  });

  it("do not count the day on which the curve only starts", () => {
    const { dayMs, returns } = dailyReturns(
      curve([
        [24, 100],
        [48, 105],
      ]),
    );
    expect(dayMs).toEqual([START_MS + DAY_MS]);
    expect(returns[0]).toBeCloseTo(0.05, 12);
  });

  it("are 0 after ruin", () => {
    const { returns } = dailyReturns(
      curve([
        [0, 100],
        [24, -20],
        [48, -30],
      ]),
    );
    expect([...returns]).toEqual([-1.2, 0]);
  });

  it.each<[string, EquitySeries, RegExp]>([
    [
      "times out of order",
      curve([
        [2, 1],
        [3, 1],
        [1, 1],
        [4, 1],
      ]),
      /equity.timeMs\[2\]: expected times in order/,
    ],
    [
      "a value that is no number",
      curve([
        [2, 1],
        [3, Number.NaN],
      ]),
      /equity.value\[1\]: expected a finite number/,
    ],
    [
      "times of another unit",
      curve([
        [2, 1],
        [2e7, 1],
      ]),
      /times in milliseconds, over at most/,
    ],
    ["values without times", { timeMs: new Float64Array(2), value: new Float64Array(1) }, /expected 2 values/],
  ])("refuse %s", (_, equity, message) => {
    expect(() => dailyReturns(equity)).toThrow(message);
  });

  it("are none of an empty curve", () => {
    expect(dailyReturns(curve([])).returns.length).toBe(0);
  });
});

describe("drawdowns", () => {
  const equity = curve([
    [0, 100],
    [24, 80],
    [48, 100],
    [60, 120],
    [72, 114],
    [96, 60],
    [120, 119],
  ]);

  it("run from the peak to the recovery, deepest first", () => {
    expect(drawdownTable(equity)).toEqual([
      { fromMs: START_MS + 60 * HOUR_MS, troughMs: START_MS + 96 * HOUR_MS, toMs: null, depth: 0.5, days: 2.5 },
      { fromMs: START_MS, troughMs: START_MS + DAY_MS, toMs: START_MS + 2 * DAY_MS, depth: 0.2, days: 2 },
    ]);
    expect(drawdownTable(equity, 1)).toHaveLength(1);
    expect([...drawdownCurve(equity).value].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([0, -0.2, 0, 0, -0.05, -0.5, -0.0083]);
  });

  it("are summed up in the metrics", () => {
    const { values, why } = metrics(equity);
    expect(values).toMatchObject({ maxDrawdown: 0.5, maxDrawdownDays: 2.5, averageDrawdown: 0.35, recoveryDays: null });
    expect(why["recoveryDays"]).toBe("the deepest drawdown has not recovered");
  });
});

describe("trade metrics", () => {
  it("are those worked out by hand", () => {
    const trades = [30, 10, -20, 0, -10, -10, 40].map((pnl, index) =>
      trade(pnl, { exitMs: START_MS + (index + 1) * HOUR_MS, bars: index }),
    );
    const open = trade(1_000, { exitMs: null, exitPrice: null, exitWhy: null });
    const { values } = metrics(
      curve([
        [0, 100],
        [24, 140],
      ]),
      [...trades.toReversed(), open],
    );
    expect(values).toMatchObject({
      trades: 7,
      winRate: 3 / 7,
      profitFactor: 2,
      expectancy: 40 / 7,
      averageWin: 80 / 3,
      averageLoss: -40 / 3,
      bestTrade: 0.4,
      worstTrade: -0.2,
      averageBars: 3,
      averageHoldingMs: 4 * HOUR_MS,
      winStreak: 2,
      lossStreak: 2,
    });
    expect(values["expectancyRatio"]).toBeCloseTo(40 / 7 / (40 / 3), 12);
    // Mean 40/7, squares about it: 3200 − 1600/7 over 6.
    expect(values["sqn"]).toBeCloseTo((Math.sqrt(7) * (40 / 7)) / Math.sqrt((3_200 - 1_600 / 7) / 6), 12);
  });
});

describe("what is undefined", () => {
  it("is null and says why", () => {
    const flat = metrics(
      curve([
        [0, 100],
        [24, 100],
        [48, 100],
        [72, 100],
      ]),
    );
    expect(flat.values).toMatchObject({ totalReturn: 0, cagr: 0, volatility: 0, maxDrawdown: 0, trades: 0, days: 3 });
    expect(flat.why).toMatchObject({
      sharpe: "returns do not vary",
      sortino: "no period was below the risk-free rate",
      calmar: "the equity never fell below its peak",
      profitFactor: "no trade was closed",
      sqn: "needs 2 closed trades at least, has 0",
    });
  });

  it("covers the deviation of equal growth, which is rounding only", () => {
    const growing = curve(Array.from({ length: 400 }, (_, day) => [day * 24, 1_000_000 * 1.001 ** day]));
    expect(metrics(growing).values["sharpe"]).toBeNull();
  });

  it.each([
    ["an empty curve", curve([])],
    ["one point", curve([[1, 100]])],
    [
      "a start at 0",
      curve([
        [1, 0],
        [30, 5],
        [60, 7],
      ]),
    ],
    [
      "a loss of more than everything",
      curve([
        [1, 10],
        [30, -5],
        [60, -5],
      ]),
    ],
    [
      "a gain of a day that no year can hold",
      curve([
        [1, 1],
        [20, 1e9],
      ]),
    ],
  ])("holds every name for %s, a finite number or a reason", (_, equity) => {
    const { values, why } = metrics(equity, [trade(5)]);
    expect(Object.keys(values)).toEqual([...METRIC_NAMES]);
    for (const name of METRIC_NAMES) {
      expect(values[name] === null ? typeof why[name] : Number.isFinite(values[name]), name).toBe(values[name] === null ? "string" : true);
    }
  });
});

describe("account metrics", () => {
  it("give turnover per year and unit of mean equity", () => {
    const { values } = metrics(
      curve([
        [0, 100],
        [24, 100],
        [48, 130],
      ]),
    );
    expect(values).toMatchObject({ exposure: 0.5, fees: 3, funding: -1, slippage: 2, finalEquity: 130, netProfit: 30, riskFree: 0 });
    expect(values["turnover"]).toBeCloseTo((500 / 110 / 2) * 365, 9);
  });
});

describe("luck", () => {
  it("is nothing with one trial, and grows with the number of trials", () => {
    expect(expectedMaxSharpe(1, 1)).toBe(0);
    expect(expectedMaxSharpe(1_000, 1)).toBeGreaterThan(expectedMaxSharpe(10, 1));
    expect(() => expectedMaxSharpe(0, 1)).toThrow(/trials/);
  });

  it("has no probability without a sample", () => {
    expect(sharpeSample([0.1])).toBeNull();
    expect(deflatedSharpe({ sharpe: 0.1, count: 1, skew: 0, kurtosis: 3 }, 5, 0.1).probability).toBeNull();
  });
});

describe("block moments", () => {
  it("cut the returns into blocks that differ by one at most", () => {
    expect(blockMoments([1, 2, 3, 4, 5], 2)).toEqual([
      [2, 3, 5],
      [3, 12, 50],
    ]);
    expect(blockMoments([1], 2).map(([count]) => count)).toEqual([0, 1]);
    expect(() => blockMoments([1], 0)).toThrow(/blocks/);
  });
});
