import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EquityCurve } from "../../domain/position/equity-curve.ts";

const BOUND = 34_560;

function curveOf(values: readonly number[]): EquityCurve {
  const curve = new EquityCurve();
  values.forEach((equity, index) => curve.add({ atMs: 1_000 + index, equity }));
  return curve;
}

describe("the equity curve", () => {
  it("is thinned to at most the points asked for, with its ends and its extremes, in time order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 2, max: 60 }),
        (values, count) => {
          const thin = curveOf(values).thinned(0, count);
          expect(thin.length).toBeLessThanOrEqual(count);
          expect(thin.map(({ atMs }) => atMs)).toEqual([...new Set(thin.map(({ atMs }) => atMs))].sort((a, b) => a - b));
          expect([thin[0]?.atMs, thin.at(-1)?.atMs]).toEqual([1_000, 999 + values.length]);
          for (const { atMs, equity } of thin) expect(equity).toBe(values[atMs - 1_000]);
          if (count < 4) return;
          const shown = thin.map(({ equity }) => equity);
          expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...values), Math.max(...values)]);
        },
      ),
      { seed: 20_250_619, numRuns: 500 },
    );
  });

  it("shows everything when there is little, and nothing before the time asked for", () => {
    const curve = curveOf([1, 2, 3, 4]);
    expect(curve.thinned(0, 4).map(({ equity }) => equity)).toEqual([1, 2, 3, 4]);
    expect(curve.thinned(1_002, 10).map(({ equity }) => equity)).toEqual([3, 4]);
    expect(curve.thinned(9_000, 10)).toEqual([]);
    expect(new EquityCurve().last).toBeUndefined();
  });

  it("takes no point that is not later than the last", () => {
    const curve = curveOf([1, 2]);
    curve.add({ atMs: 1_001, equity: 99 });
    curve.add({ atMs: 500, equity: 99 });
    expect(curve.last).toEqual({ atMs: 1_001, equity: 2 });
  });

  it("is bounded: the oldest tenth is forgotten", () => {
    const curve = new EquityCurve();
    for (let index = 0; index <= BOUND; index++) curve.add({ atMs: index, equity: index });
    const kept = curve.thinned(0, BOUND + 1);
    expect([kept.length, kept[0]?.atMs, kept.at(-1)?.atMs]).toEqual([BOUND + 1 - BOUND / 10, BOUND / 10, BOUND]);
  });
});
