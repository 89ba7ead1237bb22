import { describe, expect, it } from "vitest";
import { format, toNumber } from "../../domain/kernel/decimal.ts";
import { candles, defineStrategy, int, interval } from "../../domain/strategy/index.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { backtestInput } from "../../research/run/input.ts";
import { strategyNamed } from "../../strategies/index.ts";
import { sampleSpec, START_MS, waveData } from "./backtest-samples.ts";

const MINUTE_MS = 60_000;

const twoSpeeds = defineStrategy({
  name: "two-speeds",
  version: 1,
  params: { length: int(3, { min: 1, max: 10 }), quick: interval("1m"), slow: interval("1h") },
  data: { bars: candles({ param: "quick" }), trend: candles({ param: "slow" }) },
  on: { bar: () => undefined },
});

const fixed = defineStrategy({
  name: "fixed",
  version: 1,
  params: {},
  data: { bars: candles("15m") },
  on: { bar: () => undefined },
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("the input of a backtest", () => {
  it("holds exact cash, fee rates of the costs and complete parameters", () => {
    const spec = sampleSpec({ cash: "1000.5", costs: { makerFeeBps: 2, takerFeeBps: 7.5 } });
    const { cash, markets, strategies } = backtestInput(spec, waveData(), strategyNamed);
    expect(format(cash)).toBe("1000.5");
    expect([toNumber(markets[0]!.instrument.makerFeeRate), toNumber(markets[0]!.instrument.takerFeeRate)]).toEqual([0.0002, 0.00075]);
    expect(strategies).toHaveLength(1);
    expect(strategies[0]).toMatchObject({ id: "sma-cross", symbol: "BTC/USDT", share: 1 });
    expect(strategies[0]!.params).toEqual({ fast: 5, slow: 20, interval: "1h", size: 1_000, allocation: 1, side: "long" });
  });

  it("makes one instance a strategy and symbol, each with its share and a name of its own", () => {
    const data = waveData(["BTC/USDT", "ETH/USDT:USDT"]);
    const row = { strategy: "sma-cross", params: { fast: 5, slow: 20 } };
    const all = backtestInput(sampleSpec({ strategies: [row] }), data, strategyNamed).strategies;
    expect(all.map(({ id, share }) => [id, share])).toEqual([
      ["sma-cross@BTC/USDT", 0.5],
      ["sma-cross@ETH/USDT:USDT", 0.5],
    ]);
    const one = backtestInput(sampleSpec({ strategies: [{ ...row, symbols: ["ETH/USDT"] }] }), data, strategyNamed).strategies;
    expect(one.map(({ id, symbol }) => [id, symbol])).toEqual([["sma-cross", "ETH/USDT:USDT"]]);
    const three = sampleSpec({ strategies: [row, { ...row, id: "fast", symbols: ["BTC/USDT"] }] });
    expect(backtestInput(three, data, strategyNamed).strategies.map(({ id }) => id)).toEqual([
      "sma-cross@BTC/USDT",
      "sma-cross@ETH/USDT:USDT",
      "fast",
    ]);
  });

  it("runs on the data's bars unless a parameter says otherwise", () => {
    const minutes = waveData(["BTC/USDT"], 500, MINUTE_MS);
    const intervalOf = (params: Record<string, string>, data = minutes) =>
      backtestInput(sampleSpec({ strategies: [{ strategy: "sma-cross", params }] }), data, strategyNamed).strategies[0]!.params["interval"];
    expect(intervalOf({})).toBe("1m");
    expect(intervalOf({ interval: "5m" })).toBe("5m");
    expect(intervalOf({}, waveData())).toBe("1h");
  });

  it("leaves a second, slower series its own interval where the data can give it", () => {
    const spec = sampleSpec({ strategies: [{ strategy: "two-speeds" }] });
    const paramsOn = (intervalMs: number) =>
      backtestInput(spec, waveData(["BTC/USDT"], 100, intervalMs), () => twoSpeeds).strategies[0]!.params;
    expect(paramsOn(5 * MINUTE_MS)).toEqual({ length: 3, quick: "5m", slow: "1h" });
    expect(paramsOn(240 * MINUTE_MS)).toEqual({ length: 3, quick: "4h", slow: "4h" });
  });

  it("passes on from when there is trading, and what is equal gives an equal result", () => {
    const data = waveData();
    const tradeFromMs = START_MS + 200 * 60 * MINUTE_MS;
    const input = backtestInput(sampleSpec(), data, strategyNamed, { tradeFromMs });
    expect(input.tradeFromMs).toBe(tradeFromMs);
    const outcome = runBacktest(input);
    expect(Math.min(...outcome.fills.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(tradeFromMs);
    expect(runBacktest(backtestInput(sampleSpec(), waveData(), strategyNamed, { tradeFromMs })).hash).toBe(outcome.hash);
  });

  it("says what does not fit, and where", () => {
    const data = waveData(["BTC/USDT", "ETH/USDT"]);
    const input = (changes: Parameters<typeof sampleSpec>[0], given = data) =>
      refusal(() => backtestInput(sampleSpec(changes), given, strategyNamed));
    const row = { strategy: "sma-cross" };
    expect(input({ strategies: [{ strategy: "nope" }] })).toContain("strategy nope");
    expect(input({ strategies: [{ ...row, params: { fast: 0 } }] })).toBe("params.fast: expected a whole number from 2 to 200, got 0");
    expect(input({ strategies: [row, { ...row, id: "b", params: { fst: 1 } }] })).toMatch(/^strategies\[1\]\.params\.fst: expected one of/);
    expect(input({ strategies: [{ ...row, symbols: ["XRP/USDT"] }] })).toMatch(
      /^strategies\[0\]\.symbols: expected symbols of the data: BTC/,
    );
    expect(input({ strategies: [row, row] })).toMatch(/^strategies\[1\]\.id: expected an id of its own/);
    expect(input({ strategies: [{ strategy: "grid" }] })).toMatch(/^strategies\[0\]\.strategy: expected a strategy that decides on bars/);
    expect(input({ strategies: [{ ...row, params: { interval: "5m" } }] })).toMatch(/^params\.interval: expected bars of a multiple/);
    expect(input({ fill: "l2" })).toMatch(/^fill: expected next-open/);
    expect(input({}, waveData(["BTC/USDT"], 0))).toContain("at least one bar");
    expect(input({}, waveData(["BTC/USDT"], 10, 7 * MINUTE_MS))).toMatch(/^params\.interval: expected data in bars of one of/);
    const silent = waveData(["BTC/USDT"], 50);
    silent.tables[0]!.volume.fill(0);
    expect(input({ fill: "volume-share" }, silent)).toMatch(/^fill: expected data with volumes: no bar of BTC\/USDT has one/);
    const slippage = { model: "square-root", coefficient: 1 } as const;
    expect(input({ costs: { slippage } }, silent)).toMatch(/^costs\.slippage: expected data with volumes/);
    const own = () => backtestInput(sampleSpec({ strategies: [{ strategy: "fixed" }] }), data, () => fixed);
    expect(refusal(own)).toMatch(/^data\.interval: expected bars of a multiple of the data's 3600000 ms/);
  });
});
