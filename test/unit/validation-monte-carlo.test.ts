import { describe, expect, it } from "vitest";
import { dailyReturns, DAY_MS } from "../../domain/analytics/daily-returns.ts";
import type { TradeResult } from "../../domain/analytics/inputs.ts";
import { decimal, fromNumber } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { rowsOf } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput, BacktestOutcome } from "../../domain/simulation/backtest/types.ts";
import { bootstrappedInput, stationaryRows } from "../../domain/validation/candle-bootstrap.ts";
import { fanTimes, PathCollector, PathTrace } from "../../domain/validation/monte-carlo-paths.ts";
import { type MonteCarloOptions, pathMaker, runMonteCarlo } from "../../domain/validation/monte-carlo.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";
import { inputOf, START_MS, walk } from "./validation-desk.ts";

const CROSS = { fast: 5, slow: 20, interval: "1h", size: 1_000, allocation: 0.5, side: "both" };
const run = (input: BacktestInput) => runBacktest(input);
const input = inputOf(smaCross, CROSS, [walk({ rows: 2_400 })]);
const outcome = run(input);
const options = (method: MonteCarloOptions["method"], paths: number, seed = "m"): MonteCarloOptions => ({ method, paths, seed });

function closedTrade(index: number, pnl: number): TradeResult {
  const entryMs = START_MS + index * DAY_MS;
  return { ...outcome.trades[0]!, entryMs, exitMs: entryMs + DAY_MS / 2, pnl };
}

function withTrades(pnls: readonly number[]): BacktestOutcome {
  return { ...outcome, trades: pnls.map((pnl, index) => closedTrade(index, pnl)) };
}

/** Daily equity whose log returns are normal: the end of a path of n days is log-normal with known quantiles. */
function normalDays(days: number, mean: number, deviation: number): BacktestOutcome {
  const random = seededRandom("normal");
  const shocks = Array.from({ length: days }, () => random.normal());
  const average = shocks.reduce((sum, shock) => sum + shock, 0) / days;
  const spread = Math.sqrt(shocks.reduce((sum, shock) => sum + (shock - average) ** 2, 0) / days);
  const timeMs = Float64Array.from({ length: days + 1 }, (_, day) => START_MS + day * DAY_MS);
  const value = new Float64Array(days + 1).fill(100_000);
  for (const [day, shock] of shocks.entries()) {
    value[day + 1] = value[day]! * Math.exp(mean + (deviation * (shock - average)) / spread);
  }
  return { ...outcome, equity: { timeMs, value }, finalEquity: fromNumber(Math.round(value[days]!)) };
}

describe("Monte Carlo of the order of trades", () => {
  it("ends every path where the trades did and spreads the drawdowns", () => {
    const result = runMonteCarlo(run, input, outcome, options("trade-order", 500));
    const closed = outcome.trades.filter(({ exitMs }) => exitMs !== null).reduce((sum, { pnl }) => sum + pnl, 100_000);
    for (const { finalEquity } of result.quantiles) expect(finalEquity / closed).toBeCloseTo(1, 9);
    const falls = result.quantiles.map(({ maxDrawdown }) => maxDrawdown);
    expect(falls).toEqual(falls.toSorted((a, b) => a - b));
    expect(falls.at(-1)! - falls[0]!).toBeGreaterThan(0.005);
  });

  it("knows the two orders of a gain and a loss", () => {
    // 100,000 → 150,000 → 75,000, or → 50,000 → 75,000: the fall is a half in both, the ruin (50,000) in one of two.
    const result = runMonteCarlo(run, input, withTrades([50_000, -75_000]), options("trade-order", 2_000));
    for (const { maxDrawdown, finalEquity } of result.quantiles) {
      expect(maxDrawdown).toBeCloseTo(0.5, 12);
      expect(finalEquity).toBeCloseTo(75_000, 6);
    }
    expect(result.ruinShare).toBeGreaterThan(0.45);
    expect(result.ruinShare).toBeLessThan(0.55);
    expect(result.warnings.map(({ code }) => code)).toContain("RUIN");
  });

  it("refuses a single trade", () => {
    expect(() => runMonteCarlo(run, input, withTrades([5]), options("trade-order", 10))).toThrow(
      expect.objectContaining({ type: "TOO_LITTLE_DATA" }),
    );
  });
});

describe("block bootstrap of days", () => {
  it("recovers the quantiles of a known distribution", () => {
    const days = 1_000;
    const [mean, deviation] = [0.0005, 0.01];
    const given = normalDays(days, mean, deviation);
    // Independent days: blocks of one draw from the very sample, whose mean and deviation are exact.
    const result = runMonteCarlo(run, input, given, { ...options("block-bootstrap", 4_000), meanBlock: 1 });
    for (const [quantile, z] of [
      [0.05, -1.6449],
      [0.25, -0.6745],
      [0.5, 0],
      [0.75, 0.6745],
      [0.95, 1.6449],
    ] as const) {
      const expected = mean * days + z * deviation * Math.sqrt(days);
      const got = Math.log(result.quantiles.find((row) => row.quantile === quantile)!.finalEquity / 100_000);
      // Three standard errors of a quantile of 4,000 paths.
      expect(Math.abs(got - expected)).toBeLessThan(0.045);
    }
  });

  it("keeps the mean in blocks and draws a fan that ends at the quantiles", () => {
    const given = normalDays(400, 0.001, 0.02);
    const result = runMonteCarlo(run, input, given, options("block-bootstrap", 2_000));
    const median = result.quantiles.find(({ quantile }) => quantile === 0.5)!;
    expect(Math.log(median.finalEquity / 100_000)).toBeGreaterThan(0.3);
    expect(Math.log(median.finalEquity / 100_000)).toBeLessThan(0.5);
    expect(result.fan).toHaveLength(400);
    const last = result.fan.at(-1)!;
    expect(last.time).toBe(START_MS + 400 * DAY_MS);
    expect(last.p50).toBe(median.finalEquity);
    for (const { p05, p25, p50, p75, p95 } of result.fan)
      expect([p05, p25, p50, p75, p95]).toEqual([p05, p25, p50, p75, p95].sort((a, b) => a - b));
  });

  it("is stable by seed, path by path", () => {
    const a = runMonteCarlo(run, input, outcome, options("block-bootstrap", 300));
    expect(runMonteCarlo(run, input, outcome, options("block-bootstrap", 300))).toEqual(a);
    expect(runMonteCarlo(run, input, outcome, options("block-bootstrap", 300, "other")).quantiles).not.toEqual(a.quantiles);
    const maker = pathMaker(run, input, outcome, options("block-bootstrap", 300));
    const alone = maker.path(17);
    maker.path(3);
    expect(maker.path(17)).toEqual(alone);
  });
});

describe("candle bootstrap", () => {
  const bars = input.markets[0]!.bars;
  const made = bootstrappedInput(input, "c", null).markets[0]!.bars;

  it("makes valid bars on the ticks, of the same times and like volatility", () => {
    expect(made.openTimeMs).toEqual(bars.openTimeMs);
    for (let row = 0; row < rowsOf(made); row++) {
      const [open, high, low, close] = [made.open[row]!, made.high[row]!, made.low[row]!, made.close[row]!];
      expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
      expect(Math.abs(close * 100 - Math.round(close * 100))).toBeLessThan(1e-6);
    }
    const deviation = ({ close }: typeof made) => {
      const returns = Array.from({ length: close.length - 1 }, (_, row) => Math.log(close[row + 1]! / close[row]!));
      return Math.sqrt(returns.reduce((sum, value) => sum + value * value, 0) / returns.length);
    };
    expect(deviation(made) / deviation(bars)).toBeGreaterThan(0.9);
    expect(deviation(made) / deviation(bars)).toBeLessThan(1.1);
    expect(made.close).not.toEqual(bars.close);
  });

  it("moves markets of equal length together", () => {
    const twin = { ...walk({ rows: 2_400 }), symbol: "ETH/USDT" };
    const { markets } = bootstrappedInput(inputOf(smaCross, CROSS, [bars, twin]), "c", null);
    expect(markets[1]!.bars.close).toEqual(markets[0]!.bars.close);
  });

  it("runs the strategy on each path", () => {
    const result = runMonteCarlo(run, input, outcome, options("candle-bootstrap", 5));
    expect(result.paths).toBe(5);
    expect(result.fan).toHaveLength(400);
    expect(new Set(result.quantiles.map(({ finalEquity }) => finalEquity)).size).toBeGreaterThan(5);
    const first = run(bootstrappedInput(input, "m:candle-bootstrap:0", null));
    const trace = pathMaker(run, input, outcome, options("candle-bootstrap", 5)).path(0);
    expect(trace.finalEquity).toBe(first.equity.value.at(-1));
  });
});

describe("paths", () => {
  it("are bounded, and the fan grows coarser with many of them", () => {
    const times = Float64Array.from({ length: 5_000 }, (_, index) => index);
    expect(fanTimes(times, 1_000)).toHaveLength(400);
    expect(fanTimes(times, 100_000)).toHaveLength(80);
    expect(fanTimes(times, 1_000)[399]).toBe(4_999);
    expect(fanTimes([7], 1_000)).toEqual(Float64Array.of(7));
    expect(() => new PathCollector(100_001, times, 1)).toThrow(/paths: expected a whole number from 1 to 100000/);
    expect(() => new PathCollector(0, times, 1)).toThrow(/paths/);
  });

  it("give the same summary in any order", () => {
    const traceOf = (end: number) => {
      const trace = new PathTrace(Float64Array.of(1, 2), 100);
      trace.step(1, end / 2);
      trace.step(2, end);
      return trace.result();
    };
    const summary = (ends: readonly number[]) => {
      const collector = new PathCollector(3, Float64Array.of(1, 2), 100);
      for (const end of ends) collector.add(traceOf(end));
      return collector.summary();
    };
    expect(summary([300, 90, 120])).toEqual(summary([90, 120, 300]));
    expect(summary([300, 90, 120])).toMatchObject({ paths: 3, ruinShare: 1 / 3 });
    expect(summary([300, 90, 120]).fan[1]).toMatchObject({ time: 2, p50: 120 });
  });

  it("draw blocks of the mean length asked for", () => {
    const next = stationaryRows(seededRandom("blocks"), 1_000, 20);
    let jumps = 0;
    let before = next();
    for (let draw = 1; draw < 50_000; draw++) {
      const row = next();
      if (row !== (before + 1) % 1_000) jumps++;
      before = row;
    }
    expect(50_000 / jumps).toBeGreaterThan(19);
    expect(50_000 / jumps).toBeLessThan(21);
  });

  it("start from the days the analytics count", () => {
    expect(dailyReturns(outcome.equity).returns).toHaveLength(100);
    expect(runMonteCarlo(run, { ...input, cash: decimal("1") }, outcome, options("block-bootstrap", 2)).fan).toHaveLength(100);
  });
});
