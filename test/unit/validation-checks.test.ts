import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../domain/analytics/daily-returns.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { type BacktestReport, backtestReport, comparisonReport, validationCheck } from "../../domain/contract/views/research.ts";
import { decimal, toNumber } from "../../domain/kernel/decimal.ts";
import { barTableOf, rowsOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import { candles, defineStrategy } from "../../domain/strategy/index.ts";
import { buyAndHold } from "../../domain/validation/benchmark.ts";
import { compareReports, requireFair } from "../../domain/validation/compare.ts";
import { checkCosts, scaledCosts } from "../../domain/validation/cost-sensitivity.ts";
import { checkRandomEntry } from "../../domain/validation/random-entry.ts";
import { CHECKS, validate } from "../../domain/validation/validate.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";
import { costsOf, HOUR_MS, inputOf, marketOf, START_MS, walk } from "./validation-desk.ts";

const CROSS = { fast: 5, slow: 20, interval: "1h", size: 1_000, allocation: 0.5, side: "both" };
const run = (input: BacktestInput) => runBacktest(input);

/** Buys all at the first bar and keeps it. */
const hold = defineStrategy({
  name: "hold",
  version: 1,
  params: {},
  data: { bars: candles("1h") },
  on: {
    bar(ctx) {
      if (ctx.position.isFlat) ctx.buy({ allocation: 1, why: "hold" });
    },
  },
});

describe("buy and hold", () => {
  it("is the engine's own holding, fees and slippage paid, but for the first bar", () => {
    const bars = walk({ rows: 500 });
    const input = inputOf(hold, {}, [bars], { sizeAt: "fill" });
    const outcome = run(input);
    // The engine decides on the first bar and buys at the second one's open; the benchmark is given that bar as its first.
    const benchmark = buyAndHold({ ...input, markets: [marketOf(sliceBarTable(bars, 1, 500))] });
    expect(outcome.fills).toHaveLength(1);
    expect(benchmark.equity.timeMs).toEqual(outcome.equity.timeMs.slice(1));
    expect(benchmark.equity.value.at(-1)! / toNumber(outcome.finalEquity)).toBeCloseTo(1, 4);
    expect(benchmark.fees / toNumber(outcome.fees)).toBeCloseTo(1, 3);
    expect(benchmark.slippage / toNumber(outcome.slippage)).toBeCloseTo(1, 2);
    expect(benchmark.name).toBe("hold BTC/USDT");
  });

  it("splits the cash, waits for late symbols, pays funding and the way out", () => {
    const a = walk({ rows: 48 });
    const late = sliceBarTable({ ...walk({ rows: 48, seed: "b" }), symbol: "ETH/USDT" }, 24, 48);
    const funding = { timeMs: Float64Array.of(START_MS + 8 * HOUR_MS), rate: Float64Array.of(0.001) };
    const free = costsOf({ takerFeeBps: 0, slippage: { model: "none" } });
    const input = inputOf(hold, {}, [a, late], { costs: free });
    const plain = buyAndHold(input);
    expect(plain.equity.timeMs).toEqual(a.openTimeMs.map((openMs) => openMs + HOUR_MS));
    const half = (50_000 / a.open[0]!) * a.close[10]!;
    expect(plain.equity.value[10]! / (half + 50_000)).toBeCloseTo(1, 5);
    const end = (50_000 / a.open[0]!) * a.close[47]! + (50_000 / late.open[0]!) * late.close[23]!;
    expect(plain.equity.value[47]! / end).toBeCloseTo(1, 5);
    const funded = buyAndHold({ ...input, markets: [marketOf(a, { funding }), marketOf(late)] });
    expect(funded.funding).toBeCloseTo(-0.001 * (50_000 / a.open[0]!) * a.close[7]!, 0);
    expect(plain.equity.value[47]! - funded.equity.value[47]!).toBeCloseTo(-funded.funding, 6);
    const closed = buyAndHold({ ...input, closeAtEnd: true, costs: costsOf({ takerFeeBps: 10, slippage: { model: "none" } }) });
    expect(closed.fees / closed.turnover).toBeCloseTo(0.001, 9);
  });

  it("holds an inverse contract once over", () => {
    const bars = barTableOf(
      { venue: "v", symbol: "BTC/USD", intervalMs: HOUR_MS },
      [0, 1].map((row) => {
        const close = row === 0 ? 100 : 200;
        return {
          venue: "v",
          symbol: "BTC/USD",
          intervalMs: HOUR_MS,
          openTimeMs: START_MS + row * HOUR_MS,
          open: 100,
          high: close,
          low: 100,
          close,
          volume: 1,
        };
      }),
    );
    const costs = costsOf({ takerFeeBps: 0, slippage: { model: "none" } });
    const input = inputOf(hold, {}, [bars], { markets: [marketOf(bars, { kind: "inverse" })], cash: decimal("2"), costs });
    // 2 coins are 200 contracts at 100; at 200 they have earned 200 × (1/100 − 1/200) = 1 coin.
    expect([...buyAndHold(input).equity.value]).toEqual([2, 3]);
  });

  it("refuses a run without bars", () => {
    expect(() => buyAndHold(inputOf(hold, {}, [walk({ rows: 0 })]))).toThrow(/markets: expected at least one market with bars/);
  });
});

describe("cost sensitivity", () => {
  it("finds the break-even that the costs themselves confirm", () => {
    const input = inputOf(smaCross, CROSS, [walk({ rows: 4_000, drift: 0.001 })], { costs: costsOf({ takerFeeBps: 5 }) });
    const result = checkCosts(run, input);
    expect(result.rows.map(({ factor }) => factor)).toEqual([0, 0.5, 1, 1.5, 2, 3]);
    const profits = result.rows.map(({ netProfit }) => netProfit);
    expect(profits).toEqual(profits.toSorted((a, b) => b - a));
    expect(result.costBps).toBeCloseTo(7, 1);
    const even = result.breakEvenBps!;
    const at = run({ ...input, costs: costsOf({ takerFeeBps: even, slippage: { model: "none" } }) });
    expect(Math.abs(toNumber(at.finalEquity) - 100_000)).toBeLessThan(Math.abs(profits[0]!) * 0.05);
    expect(result.latency.map(({ barsLate }) => barsLate)).toEqual([0, 1, 2, 5]);
    expect(new Set(result.latency.map(({ netProfit }) => netProfit)).size).toBe(4);
    expect(result.latency[0]).toMatchObject({ barsLate: 0, netProfit: profits[2] });
  });

  it("leaves the break-even open where there is none", () => {
    const losing = checkCosts(
      run,
      inputOf(smaCross, CROSS, [walk({ rows: 1_000, drift: 0, seed: "x2" })], { costs: costsOf({ takerFeeBps: 50 }) }),
    );
    expect(losing.rows[2]!.netProfit).toBeLessThan(0);
    const never = checkCosts(run, inputOf(smaCross, CROSS, [walk({ rows: 10 })]));
    expect(never).toMatchObject({ breakEvenBps: null, costBps: null });
  });

  it("scales every model, and no rebate beyond what was asked", () => {
    const tier = { volume: "1000", makerFeeBps: -1, takerFeeBps: 3 };
    const costs = costsOf({ makerFeeBps: -2, takerFeeBps: 600, tiers: [tier], slippage: { model: "square-root", coefficient: 4 } });
    expect(scaledCosts(costs, 3)).toMatchObject({
      makerFeeBps: -2,
      takerFeeBps: 1_000,
      tiers: [{ makerFeeBps: -1, takerFeeBps: 9 }],
      slippage: { coefficient: 10 },
    });
    expect(scaledCosts(costs, 0.5)).toMatchObject({ makerFeeBps: -1, takerFeeBps: 300, slippage: { coefficient: 2 } });
    expect(scaledCosts({ ...costs, slippage: { model: "volume-share", impact: 0.1 } }, 2).slippage).toEqual({
      model: "volume-share",
      impact: 0.2,
    });
  });
});

describe("random entries", () => {
  const bars = walk({ rows: 4_000 });
  const input = inputOf(smaCross, CROSS, [bars]);
  const outcome = run(input);

  it("give a strategy without an edge a middling place, and one with it the top", () => {
    const honest = checkRandomEntry(input, outcome, "r")!;
    expect(honest.runs).toBe(1_000);
    expect(honest.trades).toBe(outcome.trades.filter(({ exitMs }) => exitMs !== null).length);
    expect(honest.pValue).toBeGreaterThan(0.02);
    const rising = Array.from({ length: rowsOf(bars) - 4 }, (_, row) => row).filter(
      (row) => row % 40 < 36 && bars.open[row + 3]! > bars.open[row]! * 1.02,
    );
    const trades = rising
      .filter((row, index) => index === 0 || row - rising[index - 1]! > 3)
      .map((row) => ({ ...outcome.trades[0]!, side: "long" as const, entryMs: bars.openTimeMs[row]!, exitMs: bars.openTimeMs[row + 3]! }));
    const lucky = checkRandomEntry(input, { ...outcome, trades }, "r", 300)!;
    expect(lucky.pValue).toBeCloseTo(1 / 301, 12);
    expect(lucky.own).toBeGreaterThan(lucky.random + 0.01);
  });

  it("cost a random trade what it costs on average, and repeat by seed", () => {
    const result = checkRandomEntry(input, outcome, "r")!;
    // Without drift, long and short: what is left is two sides of 5 bp fee and 2 bp slippage.
    expect(result.random).toBeGreaterThan(-0.0014 - 0.002);
    expect(result.random).toBeLessThan(-0.0014 + 0.002);
    expect(checkRandomEntry(input, outcome, "r")).toEqual(result);
    expect(checkRandomEntry(input, outcome, "r", 5)!.runs).toBe(200);
    expect(checkRandomEntry(input, { ...outcome, trades: [] }, "r")).toBeNull();
  });
});

function report(id: string, change: Record<string, unknown> = {}, specChange: Record<string, unknown> = {}): BacktestReport {
  const spec = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: ["f.csv"] }, ...specChange });
  const named = { id, kind: "backtest", state: "done", title: id, strategy: "sma-cross", strategyVersion: 1, symbols: ["BTC/USDT"] };
  const counts = {
    fromMs: START_MS,
    toMs: START_MS + DAY_MS,
    submittedAtMs: START_MS,
    by: "me",
    done: 1,
    total: 1,
    skipped: 0,
    running: 0,
  };
  const open = { startedAtMs: null, endedAtMs: null, etaMs: null, barsPerSecond: null, error: null, bestParams: null, metrics: null };
  const marks = { heldOut: null, deflatedSharpe: null, dataHash: "aa", codeVersion: "1", seed: "s", hash: "h", node: "n", workers: 1 };
  const lists = {
    equity: [{ time: START_MS, value: 1 }],
    drawdown: [],
    trades: [],
    monthly: [],
    drawdowns: [],
    attribution: [],
    warnings: [],
    refusals: [],
  };
  const costs = { fee: 0, slippage: 0, funding: 0, turnover: null };
  const rest = { why: {}, benchmark: null, tradesTotal: 0, costs, finalEquity: 1, bars: 1, barsPerSecond: null, hash: "h" };
  const row = { ...named, ...counts, ...open, ...marks, ...change };
  return backtestReport.parse({ run: row, spec, metrics: { sharpe: id === "a" ? 1 : null }, ...lists, ...rest });
}

describe("comparison", () => {
  it("puts runs of the same data and costs side by side", () => {
    const result = compareReports([report("a"), report("b", { seed: "other" }, { strategies: [{ strategy: "grid" }] })]);
    expect(comparisonReport.parse(result)).toEqual(result);
    expect(result.differences).toEqual([]);
    expect(result.metrics).toEqual([{ name: "sharpe", values: [1, null] }]);
    expect(result.equity.map((row) => row.run)).toEqual(["a", "b"]);
    requireFair(result);
  });

  it("lists what makes it unfair", () => {
    const other = report("b", { dataHash: "bb", toMs: START_MS }, { cash: "5", fill: "close", costs: { takerFeeBps: 1 } });
    const result = compareReports([report("a"), other]);
    expect(result.differences.map(({ field }) => field)).toEqual(["data", "to", "cash", "fees", "fill"]);
    expect(result.differences[0]).toEqual({ field: "data", values: ["aa", "bb"] });
    expect(() => requireFair(result)).toThrow(expect.objectContaining({ type: "NOT_COMPARABLE" }));
  });

  it("refuses one run, nine, and the same one twice", () => {
    expect(() => compareReports([report("a")])).toThrow(/runs: expected 2 to 8/);
    expect(() => compareReports(Array.from({ length: 9 }, (_, index) => report(`r${index}`)))).toThrow(/2 to 8/);
    expect(() => compareReports([report("a"), report("a")])).toThrow(/each run once/);
  });
});

describe("validation", () => {
  it("answers every check in order, fitting the report", () => {
    const input = inputOf(smaCross, CROSS, [walk({ rows: 800 })]);
    const parts: string[] = [];
    const seen: string[] = [];
    const checks = validate(run, input, {
      seed: "v",
      paths: 200,
      candlePaths: 4,
      skip: { foreknowledge: "asked to leave it out" },
      onProgress: (check, part) => parts.push(`${check} ${part}`),
      onCheck: ({ name }) => seen.push(name),
    });
    expect(checks.map(({ name }) => name)).toEqual([...CHECKS]);
    expect(seen).toEqual([...CHECKS]);
    for (const check of checks) expect(validationCheck.parse(check)).toEqual(check);
    const verdict = (name: string) => checks.find((check) => check.name === name)!;
    expect(verdict("look-ahead").verdict).toBe("pass");
    expect(verdict("foreknowledge")).toMatchObject({ verdict: "skipped", text: "asked to leave it out" });
    expect(verdict("warm-up").verdict).toBe("pass");
    for (const name of CHECKS) expect(parts).toContain(`${name} 1`);
  });

  it("skips what lacks data, with the reason, and lets a strategy's failure out", () => {
    const never = validate(run, inputOf(smaCross, CROSS, [walk({ rows: 10 })]), { seed: "v", candlePaths: 2, paths: 10 });
    expect(never.find(({ name }) => name === "trade-order")).toMatchObject({ verdict: "skipped" });
    expect(never.find(({ name }) => name === "look-ahead")).toMatchObject({ verdict: "warn" });
    const thrower = defineStrategy({
      name: "thrower",
      version: 1,
      params: {},
      data: { bars: candles("1h") },
      on: {
        bar() {
          throw new Error("broken here");
        },
      },
    });
    expect(() => validate(run, inputOf(thrower, {}, [walk({ rows: 10 })]), { seed: "v" })).toThrow(/broken here/);
  });
});
