import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../domain/kernel/random.ts";
import { BAR_COLUMNS, rowsOf } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import { mirroredAfter, truncated } from "../../domain/validation/altered-future.ts";
import { bootstrappedInput } from "../../domain/validation/candle-bootstrap.ts";
import { checkLookAhead } from "../../domain/validation/look-ahead.ts";
import { fanTimes, PathCollector, PathTrace } from "../../domain/validation/monte-carlo-paths.ts";
import { checkRandomEntry } from "../../domain/validation/random-entry.ts";
import smaCross from "../../strategies/sma-cross/sma-cross.ts";
import { HOUR_MS, inputOf, START_MS, walk } from "../unit/validation-desk.ts";

const CROSS = { fast: 3, slow: 8, interval: "1h", size: 1_000, allocation: 0.5, side: "both" };
const run = (input: BacktestInput) => runBacktest(input);
const FILLS = ["next-open", "close", "worst-case", "volume-share"] as const;

describe("altered futures", () => {
  it("leave the past as it was and make valid bars", () => {
    const seeds = fc.record({
      seed: fc.string({ minLength: 1, maxLength: 8 }),
      cut: fc.integer({ min: 0, max: 121 }),
      past: fc.integer({ min: 0, max: HOUR_MS - 1 }),
    });
    fc.assert(
      fc.property(seeds, ({ seed, cut, past }) => {
        const input = inputOf(smaCross, CROSS, [walk({ rows: 120, seed, deviation: 0.05 })]);
        const bars = input.markets[0]!.bars;
        const before = structuredClone(bars);
        const cutMs = START_MS + cut * HOUR_MS + past;
        const over = Math.min(cut, 120);
        const short = truncated(input, cutMs).markets[0]!.bars;
        const other = mirroredAfter(input, cutMs).markets[0]!.bars;
        expect(rowsOf(short)).toBe(over);
        for (const name of BAR_COLUMNS) {
          expect(short[name]).toEqual(bars[name].subarray(0, over));
          expect(other[name].subarray(0, over)).toEqual(bars[name].subarray(0, over));
          expect(bars[name]).toEqual(before[name]);
        }
        for (let row = 0; row < rowsOf(other); row++) {
          const [open, high, low, close] = [other.open[row]!, other.high[row]!, other.low[row]!, other.close[row]!];
          expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
        }
      }),
      { numRuns: 60, seed: 411 },
    );
  });

  it("never change what a clean strategy did, whatever the data, fills and seed", () => {
    const cases = fc.record({
      seed: fc.string({ minLength: 1, maxLength: 8 }),
      fill: fc.constantFrom(...FILLS),
      rows: fc.integer({ min: 2, max: 200 }),
    });
    fc.assert(
      fc.property(cases, ({ seed, fill, rows }) => {
        const input = inputOf(smaCross, CROSS, [walk({ rows, seed, deviation: 0.03 })], { fill });
        expect(checkLookAhead(run, input, { seed, points: 3 }).differences).toEqual([]);
      }),
      { numRuns: 25, seed: 412 },
    );
  });
});

describe("Monte Carlo paths", () => {
  it("have ordered quantiles within what the paths were, and an exact ruin share", () => {
    const curves = fc.array(fc.array(fc.double({ min: 1, max: 300, noNaN: true }), { minLength: 5, maxLength: 5 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(curves, (values) => {
        const times = fanTimes([1, 2, 3, 4, 5], values.length);
        const collector = new PathCollector(values.length, times, 100);
        for (const curve of values) {
          const trace = new PathTrace(times, 100);
          for (const [at, value] of curve.entries()) trace.step(at + 1, value);
          collector.add(trace.result());
        }
        const { quantiles, ruinShare, fan } = collector.summary();
        const ends = values.map((curve) => curve[4]!);
        for (const [index, { finalEquity, maxDrawdown }] of quantiles.entries()) {
          expect(finalEquity).toBeGreaterThanOrEqual(quantiles[index - 1]?.finalEquity ?? Math.min(...ends));
          expect(finalEquity).toBeLessThanOrEqual(Math.max(...ends));
          expect(maxDrawdown).toBeGreaterThanOrEqual(quantiles[index - 1]?.maxDrawdown ?? 0);
          expect(maxDrawdown).toBeLessThan(1);
        }
        expect(ruinShare).toBe(values.filter((curve) => Math.min(...curve) <= 50).length / values.length);
        for (const [at, { p05, p95 }] of fan.entries()) {
          const column = values.map((curve) => curve[at]!);
          expect(p05).toBeGreaterThanOrEqual(Math.min(...column));
          expect(p95).toBeLessThanOrEqual(Math.max(...column));
        }
      }),
      { numRuns: 100, seed: 413 },
    );
  });
});

describe("bootstrapped candles", () => {
  it("take every bar's shape from a real bar", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 8 }), (seed) => {
        const input = inputOf(smaCross, CROSS, [walk({ rows: 150, seed })]);
        const [real, made] = [input.markets[0]!.bars, bootstrappedInput(input, seed, 10).markets[0]!.bars];
        const bodies = [...real.close].map((close, row) => close / real.open[row]!);
        for (let row = 0; row < 150; row++) {
          const body = made.close[row]! / made.open[row]!;
          expect(bodies.some((each) => Math.abs(each - body) < 1e-5)).toBe(true);
        }
      }),
      { numRuns: 20, seed: 414 },
    );
  });
});

describe("random entries", () => {
  it("lie between 1 / (runs + 1) and 1 for any trades, even ones that fill the data", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.string({ minLength: 1, maxLength: 5 }), (held, seed) => {
        const bars = walk({ rows: 200, seed });
        const input = inputOf(smaCross, CROSS, [bars]);
        const random = seededRandom(seed);
        const template = run(inputOf(smaCross, CROSS, [walk({ rows: 400 })])).trades[0]!;
        const trades = held.map((length) => {
          const row = random.integer(0, 199);
          const exit = Math.min(199, row + length);
          return { ...template, entryMs: bars.openTimeMs[row]!, exitMs: bars.openTimeMs[exit]! };
        });
        const result = checkRandomEntry(input, { ...run(input), trades }, seed, 200)!;
        expect(result.pValue).toBeGreaterThanOrEqual(1 / 201);
        expect(result.pValue).toBeLessThanOrEqual(1);
        expect(Number.isFinite(result.own) && Number.isFinite(result.random)).toBe(true);
      }),
      { numRuns: 30, seed: 415 },
    );
  });
});
