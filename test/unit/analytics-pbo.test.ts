/** Probability of overfitting: noise, an edge, and a brute-force count of every split. */
import { describe, expect, it } from "vitest";
import { type BlockMoments, blockMoments } from "../../domain/analytics/block-moments.ts";
import { overfitting, pbo } from "../../domain/analytics/pbo.ts";
import { seededRandom } from "../../domain/kernel/random.ts";

function noise(trials: number, days: number, seed: string, edge = 0): (readonly BlockMoments[])[] {
  const random = seededRandom(seed);
  return Array.from({ length: trials }, (_, trial) =>
    blockMoments(
      Array.from({ length: days }, () => 0.02 * random.normal() + (trial === 3 ? edge : 0)),
      16,
    ),
  );
}

/** By the definition, a Sharpe at a time. */
function bruteForce(trials: readonly (readonly BlockMoments[])[]): number {
  const blocks = trials[0]!.length;
  const sharpe = (trial: readonly BlockMoments[], isIn: (block: number) => boolean) => {
    const own = trial.filter((_, block) => isIn(block));
    const count = own.reduce((sum, [value]) => sum + value, 0);
    const mean = own.reduce((sum, [, value]) => sum + value, 0) / count;
    const variance = own.reduce((sum, [, , value]) => sum + value, 0) / count - mean ** 2;
    return variance === 0 ? 0 : mean / Math.sqrt((variance * count) / (count - 1));
  };
  let splits = 0;
  let overfit = 0;
  for (let mask = 0; mask < 1 << blocks; mask++) {
    const bits = Array.from({ length: blocks }, (_, block) => (mask >> block) & 1);
    if (bits.reduce((sum, bit) => sum + bit, 0) !== blocks / 2) continue;
    splits += 1;
    const inside = trials.map((trial) => sharpe(trial, (block) => bits[block] === 1));
    const outside = trials.map((trial) => sharpe(trial, (block) => bits[block] === 0));
    const own = outside[inside.indexOf(Math.max(...inside))]!;
    const rank = outside.filter((value) => value < own).length + (outside.filter((value) => value === own).length + 1) / 2;
    const omega = rank / (trials.length + 1);
    if (Math.log(omega / (1 - omega)) <= 0) overfit += 1;
  }
  return overfit / splits;
}

describe("probability of backtest overfitting", () => {
  it("is about one half of trials that are worth nothing", () => {
    const results = Array.from({ length: 20 }, (_, index) => overfitting(noise(20, 320, `noise-${index}`))!);
    const mean = results.reduce((sum, result) => sum + result.pbo, 0) / results.length;
    expect(mean).toBeGreaterThan(0.42);
    expect(mean).toBeLessThan(0.58);
    expect(results[0]!.splits).toBe(12_870);
  });

  it("is about 0 when one trial is truly better, which also keeps its Sharpe and its money", () => {
    const result = overfitting(noise(50, 800, "edge", 0.006))!;
    expect(result.pbo).toBeLessThan(0.01);
    expect(result.degradation).toBeGreaterThan(0.9);
    expect(result.lossShare).toBeLessThan(0.01);
  });

  it("is what every split, one by one, gives", () => {
    const random = seededRandom("brute");
    for (let round = 0; round < 10; round++) {
      const trials = Array.from({ length: 2 + (round % 5) }, () =>
        blockMoments(
          Array.from({ length: 45 }, () => random.normal()),
          8,
        ),
      );
      expect(pbo(trials)).toBe(bruteForce(trials));
    }
  });

  it("gives equal trials the mean of their ranks, and a trial without trades a Sharpe of 0", () => {
    const flat = blockMoments(new Float64Array(32), 16);
    const loser = blockMoments(new Float64Array(32).fill(-0.01), 16);
    expect(pbo([loser, loser])).toBe(1);
    expect(pbo([flat, flat]), "curves that never moved").toBeNull();
    expect(pbo([loser, flat])).toBe(0);
  });

  it("is not to be had of one trial, or of too few days", () => {
    expect(pbo(noise(1, 100, "one"))).toBeNull();
    expect(pbo(noise(5, 12, "short"))).toBeNull();
    expect(pbo([])).toBeNull();
  });

  it("refuses trials of different lengths and odd blocks", () => {
    expect(() => pbo([blockMoments([1, 2, 3, 4], 2), blockMoments([1, 2], 2)])).toThrow(/trials\[1\]: expected blocks of 2, 2 returns/);
    expect(() => pbo([blockMoments([1, 2, 3], 3), blockMoments([1, 2, 3], 3)])).toThrow(/blocks: expected an even number/);
  });
});
