import { describe, expect, it } from "vitest";
import { DAY_MS } from "../../domain/analytics/daily-returns.ts";
import type { TradeResult } from "../../domain/analytics/inputs.ts";
import { decimal, fromNumber } from "../../domain/kernel/decimal.ts";
import { type BarTable, barAt, barTableOf, rowsOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestFill, BacktestInput, BacktestOutcome } from "../../domain/simulation/backtest/types.ts";
import { longestWithoutHigh } from "../../domain/validation/warning/of-curve.ts";
import { warningsOf } from "../../domain/validation/warnings.ts";
import type { WarningInput } from "../../domain/validation/warning/input.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";
import { costsOf, HOUR_MS, inputOf, marketOf, START_MS, walk } from "./validation-desk.ts";

const CROSS = { fast: 5, slow: 20, interval: "1h", size: 1_000, allocation: 0.5, side: "long" };
const bars = walk({ rows: 24 * 400, drift: 0.0001 });
const input = inputOf(smaCross, CROSS, [bars]);
const plain = runBacktest(input);

function trade(index: number, pnl: number, change: Partial<TradeResult> = {}): TradeResult {
  const entryMs = START_MS + index * 12 * HOUR_MS;
  const base = { strategyId: "s", symbol: "BTC/USDT", side: "long", why: "w", exitWhy: null, entryPrice: 100, exitPrice: 101 } as const;
  return {
    ...base,
    entryMs,
    exitMs: entryMs + 6 * HOUR_MS,
    quantity: 1,
    fee: 0,
    funding: 0,
    pnl,
    returnRatio: 0.01,
    bars: 6,
    mae: 0,
    mfe: 0,
    ...change,
  };
}

/** Equity that steps to the end at `riseAt` of its days, as an outcome of the given trades. */
function outcomeOf(trades: readonly TradeResult[], change: Partial<BacktestOutcome> = {}): BacktestOutcome {
  const pnl = trades.reduce((sum, each) => sum + each.pnl, 0);
  const timeMs = bars.openTimeMs.map((openMs) => openMs + HOUR_MS);
  const value = timeMs.map((_, row) => 100_000 + (pnl * (row + 1)) / timeMs.length);
  const finalEquity = fromNumber(100_000 + pnl);
  const orders = { submitted: 200, filled: 200, canceled: 0, refused: 0 };
  const empty = { fills: [], refusals: [], notes: [], stopped: false, liquidations: 0, slippage: decimal("1"), fees: decimal("1") };
  return { ...plain, ...empty, trades, equity: { timeMs, value }, finalEquity, orders, turnover: decimal("1000"), ...change };
}

const even = Array.from({ length: 120 }, (_, index) => trade(index, index % 2 === 0 ? 30 : -10));

function codes(outcome: BacktestOutcome, change: Partial<WarningInput> = {}): readonly string[] {
  return warningsOf({ input, outcome, metrics: {}, ...change }).map(({ code }) => code);
}

function text(code: string, outcome: BacktestOutcome, change: Partial<WarningInput> = {}): string | undefined {
  return warningsOf({ input, outcome, metrics: {}, ...change }).find((each) => each.code === code)?.text;
}

describe("warnings of a backtest", () => {
  it("say nothing of an even result on whole data", () => {
    expect(codes(outcomeOf(even))).toEqual([]);
  });

  it("read as sentences on the real engine's outcome, worst first", () => {
    const found = warningsOf({ input, outcome: plain, metrics: { totalReturn: -0.1 }, benchmark: { totalReturn: 0.5, sharpe: 1 } });
    expect(found.map(({ code }) => code)).toContain("WORSE_THAN_HOLDING");
    for (const each of found) expect(each.text).toMatch(/^[A-Z0-9−].*[.!]$/s);
    const ranks = found.map(({ severity }) => ["critical", "warn", "info"].indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  it("count trades, open positions, refusals, liquidations", () => {
    expect(text("NO_TRADES", outcomeOf([]))).toBe("It never traded: there is nothing to judge.");
    expect(text("FEW_TRADES", outcomeOf(even.slice(0, 12)))).toBe("12 trades: too few to tell skill from luck, wanted ≥ 100.");
    expect(text("FEW_TRADES", outcomeOf(even.slice(0, 60)))).toBe("60 trades: a thin sample, wanted ≥ 100.");
    const open = outcomeOf([...even, trade(130, 25, { exitMs: null, exitPrice: null })]);
    expect(text("OPEN_AT_END", open)).toBe("1 position is still open at the end (BTC/USDT): 25.00 of the result is not realised.");
    const refused = outcomeOf(even, {
      orders: { submitted: 20, filled: 20, canceled: 0, refused: 30 },
      refusals: [{ code: "MIN_NOTIONAL", count: 30, example: "quantity: expected a notional of at least 5." }],
    });
    expect(text("REFUSED_ORDERS", refused)).toBe(
      "30 orders were refused; mostly MIN_NOTIONAL: quantity: expected a notional of at least 5.",
    );
    expect(codes(outcomeOf(even, { liquidations: 2, stopped: true }))).toEqual(["LIQUIDATED", "STOPPED_EARLY"]);
  });

  it("name the few trades that make the profit", () => {
    const four = [...even, ...Array.from({ length: 4 }, (_, index) => trade(200 + index, 800))];
    expect(text("FEW_BIG_TRADES", outcomeOf(four))).toBe("73 % of the profit comes from 4 of 124 trades.");
    const one = outcomeOf([...even.map((each) => ({ ...each, pnl: -1 })), trade(200, 500)]);
    expect(text("ONE_TRADE", one)).toBe("132 % of the profit comes from 1 of 121 trades. Without it the run loses.");
    expect(codes(outcomeOf(even.map((each) => ({ ...each, pnl: -1 }))))).not.toContain("ONE_TRADE");
  });

  it("name the one symbol, side, month", () => {
    const other = even.map((each, index) => (index % 4 < 2 ? { ...each, symbol: "ETH/USDT", side: "short" as const, pnl: -5 } : each));
    expect(text("ONE_SYMBOL", outcomeOf(other))).toBe("200 % of the profit comes from BTC/USDT, 1 of 2 symbols.");
    expect(text("ONE_SIDE", outcomeOf(other))).toBe("200 % of the profit comes from the long side.");
    const step = outcomeOf(even);
    const marchMs = Date.UTC(2024, 2, 10);
    const value = step.equity.timeMs.map((timeMs) => (timeMs < marchMs ? 100_000 : 101_200));
    const stepped = { ...step, equity: { timeMs: step.equity.timeMs, value } };
    expect(text("ONE_MONTH", stepped)).toBe("100 % of the profit comes from 2024-03, 1 of 14 months.");
    expect(text("FLAT_EQUITY", stepped)).toBe("No new high for 331 of 400 days (2024-03-10 to 2025-02-04).");
  });

  it("tell what two more basis points do, and what holding earned", () => {
    const dear = outcomeOf(even, { turnover: decimal("8000000") });
    expect(text("COST_SENSITIVE", dear)).toBe("Costs +2 bp turn the result negative: 1.5 bp are left.");
    const worse = { metrics: { totalReturn: 0.31, sharpe: 0.8 }, benchmark: { totalReturn: 0.38, sharpe: 0.6 } };
    expect(text("WORSE_THAN_HOLDING", outcomeOf(even), worse)).toBe(
      "Holding the same symbols earned 38 %, this earned 31 %; its Sharpe is higher all the same.",
    );
    expect(codes(outcomeOf(even), { metrics: { totalReturn: 0.4 }, benchmark: { totalReturn: 0.38 } })).toEqual([]);
  });

  it("measure orders against their bars, and name free shorts, fills and costs", () => {
    const big: BacktestFill = { ...plain.fills[0]!, quantity: decimal("400") };
    const outcome = outcomeOf([...even, trade(150, 1, { side: "short" })], { fills: [plain.fills[0]!, big] });
    expect(text("CAPACITY", outcome)).toMatch(
      /^1 fill of 2 took more than 5 % of their bar's volume \(at most \d\d %, BTC\/USDT on 2024-01-\d\d\)\.$/,
    );
    const free: BacktestInput = { ...input, fill: "close", costs: costsOf({ takerFeeBps: 0, slippage: { model: "none" } }) };
    expect(codes(outcome, { input: free })).toEqual([
      "CAPACITY",
      "SHORT_WITHOUT_FUNDING",
      "FILLED_AT_DECISION",
      "NO_FEES",
      "ONE_SIDE",
      "NO_SLIPPAGE",
    ]);
    const funding = { timeMs: new Float64Array(0), rate: new Float64Array(0) };
    expect(codes(outcome, { input: { ...input, markets: [marketOf(bars, { funding })] } })).not.toContain("SHORT_WITHOUT_FUNDING");
  });

  it("find holes in the bars and trades held across them", () => {
    const rows = Array.from({ length: rowsOf(bars) }, (_, row) => row).filter((row) => row < 100 || row >= 148);
    const holed = barTableOf(
      bars,
      rows.map((row) => barAt(bars, row)),
    );
    const given = { input: inputOf(smaCross, CROSS, [holed]) };
    expect(text("DATA_GAPS", outcomeOf(even), given)).toBe(
      "1 hole in the bars, 48.0 hours in all, the first in BTC/USDT after 2024-01-05 03:00. 5 trades were held across one.",
    );
    const findings = [{ kind: "duplicate", symbol: "BTC/USDT", count: 7, firstMs: START_MS, example: "line 12" }];
    expect(text("DATA_DUPLICATE", outcomeOf(even), { findings })).toBe(
      "The data has 7 repeated rows (BTC/USDT, first at 2024-01-01 00:00: line 12).",
    );
    expect(text("DATA_DUPLICATE", outcomeOf(even), { findings: [{ ...findings[0]!, firstMs: null }] })).toBe(
      "The data has 7 repeated rows (BTC/USDT, such as line 12).",
    );
    expect(codes(outcomeOf(even), { findings: [{ ...findings[0]!, symbol: "ETH/USDT" }] })).toEqual([]);
  });

  it("speak of symbols that end, and of those that never did", () => {
    const named = (symbol: string): BarTable => ({ ...bars, symbol });
    const all = ["A/USDT", "B/USDT", "C/USDT", "D/USDT", "E/USDT"].map(named);
    expect(text("SURVIVORSHIP", outcomeOf(even), { input: inputOf(smaCross, CROSS, all) })).toMatch(
      /^All 5 symbols still trade at the end/,
    );
    const gone = [...all.slice(1), sliceBarTable(named("LUNA/USDT"), 0, 24 * 100)];
    expect(text("SYMBOLS_END", outcomeOf(even), { input: inputOf(smaCross, CROSS, gone) })).toBe(
      "1 of 5 symbols end before the data does (LUNA/USDT on 2024-04-10): a position there is worth its last price.",
    );
  });

  it("point at parameters on the edge", () => {
    const searched = [
      { name: "fast", value: 40, low: 4, high: 40 },
      { name: "slow", value: 80, low: 20, high: 200 },
    ];
    expect(text("PARAM_ON_EDGE", outcomeOf(even), { searched })).toBe(
      "fast 40 lies on the edge of its range 4 to 40: the best may lie beyond.",
    );
    const edge = inputOf(smaCross, { ...CROSS, fast: 2 }, [bars]);
    expect(text("PARAM_ON_EDGE", outcomeOf(even), { input: edge })).toBe("fast 2 is the end of what sma-cross allows, 2 to 200.");
  });
});

describe("longest span without a new high", () => {
  it("counts from the peak, and to the end when it is not regained", () => {
    const days = (values: readonly number[]) => ({
      timeMs: Float64Array.from(values, (_, day) => day * DAY_MS),
      value: Float64Array.from(values),
    });
    expect(longestWithoutHigh(days([10, 9, 8, 11, 10, 12]), 10)).toEqual({ fromMs: 0, toMs: 3 * DAY_MS });
    expect(longestWithoutHigh(days([11, 12, 8, 9, 8]), 10)).toEqual({ fromMs: DAY_MS, toMs: 4 * DAY_MS });
    expect(longestWithoutHigh(days([]), 10)).toEqual({ fromMs: 0, toMs: 0 });
  });
});
