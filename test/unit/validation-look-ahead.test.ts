import { describe, expect, it } from "vitest";
import { type BarTable, rowsOf } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { candles, defineStrategy, ema, int } from "../../domain/strategy/index.ts";
import { checkForeknowledge } from "../../domain/validation/foreknowledge.ts";
import { checkLookAhead } from "../../domain/validation/look-ahead.ts";
import { checkWarmUp } from "../../domain/validation/warm-up.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";
import { costsOf, HOUR_MS, inputOf, START_MS, walk } from "./validation-desk.ts";

const CROSS = { ...defaults(), fast: 5, slow: 20, interval: "1h", allocation: 0.5, side: "both" };
const run = (input: Parameters<typeof runBacktest>[0]) => runBacktest(input);

function defaults(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(smaCross.params).map(([name, param]) => [name, param.default]));
}

/** Buys when the bar `ahead` of the newest rises, by `peek`; sells when it falls. */
function cheat(peek: (timeMs: number) => number | null) {
  return defineStrategy({
    name: "cheat",
    version: 1,
    params: {},
    data: { bars: candles("1h") },
    on: {
      bar(ctx, bar) {
        const rise = peek(bar.openTimeMs);
        if (rise === null) return;
        if (rise > 0 && !ctx.position.isLong) ctx.buy({ allocation: 0.2, why: "it will rise" });
        if (rise < 0 && ctx.position.isLong) ctx.close({ why: "it will fall" });
      },
    },
  });
}

/** Reads a table that it holds in a closure, one bar ahead. */
function nextOf(table: () => BarTable) {
  return (openMs: number): number | null => {
    const bars = table();
    const row = (openMs - START_MS) / HOUR_MS + 1;
    return row < rowsOf(bars) ? bars.close[row]! - bars.open[row]! : null;
  };
}

describe("look-ahead check", () => {
  for (const fill of ["next-open", "close", "worst-case", "volume-share"] as const) {
    it(`passes a clean strategy on two markets, fills at ${fill}`, () => {
      const tables = [walk({ rows: 1_200 }), walk({ rows: 1_200, seed: "other", symbol: "ETH/USDT" })];
      const costs = costsOf({
        slippage: { model: "square-root", coefficient: 1 },
        latency: { model: "sampled", meanMs: 900, deviationMs: 300 },
      });
      const result = checkLookAhead(run, inputOf(smaCross, CROSS, tables, { fill, costs }), { seed: "a" });
      expect(result.differences).toEqual([]);
      expect(result.cutsMs).toHaveLength(8);
      expect(result.decisions).toBeGreaterThan(100);
      expect(result.runs).toBe(18);
    });
  }

  it("catches a peek of one bar at the data of the run", () => {
    let current = walk({ rows: 2_000 });
    const spy = (input: Parameters<typeof runBacktest>[0]) => {
      current = input.markets[0]!.bars;
      return runBacktest(input);
    };
    const result = checkLookAhead(spy, inputOf(cheat(nextOf(() => current)), {}, [current]), { seed: "a" });
    expect(result.clean).toBe(false);
    const [first] = result.differences;
    expect(first!.atMs).toBeLessThanOrEqual(first!.cutMs!);
    expect(first!.atMs).toBeGreaterThan(first!.cutMs! - 50 * HOUR_MS);
    expect(first!.what).toMatch(/decided with the|became/);
    expect(result.differences.some(({ future }) => future === "cut off")).toBe(true);
    expect(result.differences.some(({ future }) => future === "mirrored")).toBe(true);
  });

  it("catches what was learned in an earlier run", () => {
    const seen = new Map<number, number>();
    const learner = defineStrategy({
      name: "learner",
      version: 1,
      params: {},
      data: { bars: candles("1h") },
      on: {
        bar(ctx, bar) {
          seen.set(bar.openTimeMs, bar.close - bar.open);
          const rise = seen.get(bar.openTimeMs + HOUR_MS) ?? 0;
          if (rise > 0 && ctx.position.isFlat) ctx.buy({ allocation: 0.1, why: "remembered" });
          if (rise < 0 && !ctx.position.isFlat) ctx.close({ why: "remembered" });
        },
      },
    });
    const result = checkLookAhead(run, inputOf(learner, {}, [walk({ rows: 500 })]), { seed: "a", points: 2 });
    expect(result.clean).toBe(false);
    expect(result.differences.at(-1)).toMatchObject({ future: "run again", cutMs: null });
  });

  it("is repeated by its seed and tells its progress", () => {
    const input = inputOf(smaCross, CROSS, [walk({ rows: 400 })]);
    const steps: number[] = [];
    const a = checkLookAhead(run, input, { seed: "b", points: 3, onProgress: (done, total) => steps.push(done / total) });
    expect(checkLookAhead(run, input, { seed: "b", points: 3 })).toEqual(a);
    expect(steps).toHaveLength(8);
    expect(steps.at(-1)).toBe(1);
  });
});

describe("foreknowledge check", () => {
  it("catches a table captured by setup, which no truncation changes", () => {
    const real = walk({ rows: 3_000 });
    let captured: BarTable | null = null;
    const capture = defineStrategy({
      name: "capture",
      version: 1,
      params: {},
      data: { bars: candles("1h") },
      setup: () => {
        captured ??= real;
        return {};
      },
      on: { bar: cheat(nextOf(() => captured ?? real)).on.bar as never },
    });
    const input = inputOf(capture, {}, [real]);
    expect(checkLookAhead(run, input, { seed: "a", points: 4 }).clean).toBe(true);
    const result = checkForeknowledge(run, input, "a");
    expect(result.knows).toBe(true);
    expect(result.score).toBeGreaterThan(20);
  });

  it("passes a clean strategy, and says when it cannot tell", () => {
    for (const seed of ["a", "b", "c"]) {
      const result = checkForeknowledge(run, inputOf(smaCross, CROSS, [walk({ rows: 3_000, drift: 0.0005 })]), seed);
      expect(result.knows).toBe(false);
      expect(Math.abs(result.score!)).toBeLessThan(4);
    }
    expect(checkForeknowledge(run, inputOf(smaCross, CROSS, [walk({ rows: 60 })]), "a").knows).toBeNull();
  });
});

describe("warm-up check", () => {
  it("finds that windows agree as soon as they are full", () => {
    const result = checkWarmUp(run, inputOf(smaCross, CROSS, [walk({ rows: 4_000 })]));
    expect(result.decisions).toBeGreaterThan(50);
    expect(result.rows.map(({ pastBars }) => pastBars)).toEqual([50, 100, 200, 500, 1_000]);
    expect(result.enoughBars).toBe(50);
  });

  it("measures how long a recursive average remembers its start", () => {
    const slow = defineStrategy({
      name: "ema-side",
      version: 1,
      params: { length: int(400, { min: 2, max: 1_000 }) },
      data: { bars: candles("1h") },
      setup: ({ params, data }) => ({ mean: ema(data.bars.close, params.length) }),
      on: {
        bar(ctx, bar) {
          if (bar.close > ctx.ind.mean.value && ctx.position.isFlat) ctx.buy({ allocation: 0.1, why: "above" });
          if (bar.close < ctx.ind.mean.value && !ctx.position.isFlat) ctx.close({ why: "below" });
        },
      },
    });
    const result = checkWarmUp(run, inputOf(slow, { length: 400 }, [walk({ rows: 12_000 })]), { pasts: [450, 800, 5_000] });
    const [short, , long] = result.rows;
    expect(short!.different).toBeGreaterThan(0);
    expect(short!.lastsBars).toBeGreaterThan(1);
    expect(long).toEqual({ pastBars: 5_000, different: 0, lastsBars: 0 });
    expect(result.enoughBars).toBeGreaterThanOrEqual(800);
  });

  it("has nothing to say on too few bars", () => {
    expect(checkWarmUp(run, inputOf(smaCross, CROSS, [walk({ rows: 40 })])).rows).toEqual([]);
  });
});
