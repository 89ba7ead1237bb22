/** Regimes that were planted are found, by what was known at the time. */
import { describe, expect, it } from "vitest";
import { filterRegimes, fitRegimes } from "../../domain/analytics/hidden-markov.ts";
import { classifyRegimes } from "../../domain/analytics/regime.ts";
import { seededRandom } from "../../domain/kernel/random.ts";

/** Stretches of states with their own mean and deviation. */
function planted(states: readonly (readonly [mean: number, deviation: number])[], rows: number, seed: string) {
  const random = seededRandom(seed);
  const returns = new Float64Array(rows);
  const truth = new Uint8Array(rows);
  let state = 0;
  for (let row = 0; row < rows; row++) {
    if (random.next() < 0.01) state = (state + 1 + random.integer(0, states.length - 2)) % states.length;
    const [mean, deviation] = states[state]!;
    truth[row] = state;
    returns[row] = mean + deviation * random.normal();
  }
  return { returns, truth };
}

function agreement(found: Uint8Array, truth: Uint8Array): number {
  return found.reduce((sum, state, row) => sum + (state === truth[row] ? 1 : 0), 0) / truth.length;
}

describe("hidden Markov model", () => {
  it.each([
    [
      "two",
      [
        [0.001, 0.005],
        [-0.001, 0.03],
      ] as const,
      0.95,
    ],
    [
      "three",
      [
        [0.0005, 0.004],
        [0, 0.015],
        [-0.002, 0.06],
      ] as const,
      0.9,
    ],
  ])("recovers %s planted regimes in data it was not fitted on", (_, states, least) => {
    const { returns, truth } = planted(states, 8_000, "planted");
    const model = fitRegimes(returns.subarray(0, 4_000), { states: states.length, seed: "fit" });
    expect(model.converged).toBe(true);
    for (const [own, [, deviation]] of states.entries()) expect(Math.abs(model.deviations[own]! / deviation - 1)).toBeLessThan(0.1);
    const later = returns.subarray(4_000);
    expect(agreement(filterRegimes(model, later).state, truth.subarray(4_000))).toBeGreaterThan(least);
  });

  it("labels a row by itself and what was before it", () => {
    const { returns } = planted(
      [
        [0, 0.01],
        [0, 0.04],
      ],
      600,
      "causal",
    );
    const model = fitRegimes(returns.subarray(0, 300), { states: 2, seed: "fit" });
    const all = filterRegimes(model, returns);
    for (const end of [1, 100, 350, 599]) {
      const part = filterRegimes(model, returns.subarray(0, end));
      expect([...part.state]).toEqual([...all.state.subarray(0, end)]);
      expect([...part.probability]).toEqual([...all.probability.subarray(0, end)]);
    }
  });

  it("is the same for the same seed, and stays finite over outliers", () => {
    const { returns } = planted(
      [
        [0, 0.01],
        [0, 0.04],
      ],
      300,
      "same",
    );
    expect(fitRegimes(returns, { states: 3, seed: "a" })).toEqual(fitRegimes(returns, { states: 3, seed: "a" }));
    const wild = Float64Array.from([...returns, 1e6, -1e6, 0]);
    const { probability } = filterRegimes(fitRegimes(returns, { states: 2, seed: "a" }), wild);
    expect(probability.every((value) => value >= 0.5 && value <= 1)).toBe(true);
  });

  it("refuses what nothing can be learned from", () => {
    expect(() => fitRegimes(new Float64Array(10), { states: 2, seed: "a" })).toThrow(/returns: expected 30 returns at least/);
    expect(() => fitRegimes(new Float64Array(50), { states: 2, seed: "a" })).toThrow(/returns that vary/);
    expect(() => fitRegimes(new Float64Array(50).fill(Number.NaN), { states: 2, seed: "a" })).toThrow(
      /returns\[0\]: expected a finite number/,
    );
  });
});

describe("regimes by rule", () => {
  it("tell a wild market from a calm one and a trend from none", () => {
    const random = seededRandom("rule");
    const calm = Array.from({ length: 300 }, () => 0.005 * random.normal());
    const wild = Array.from({ length: 100 }, () => 0.03 * random.normal());
    const rising = Array.from({ length: 100 }, () => 0.005 + 0.005 * random.normal());
    const regimes = classifyRegimes([...calm, ...wild, ...rising], { window: 20 });
    const share = (from: number, to: number, is: (regime: (typeof regimes)[number]) => boolean) =>
      regimes.slice(from, to).filter(is).length / (to - from);
    expect(share(320, 400, ({ volatility }) => volatility === "high")).toBeGreaterThan(0.95);
    expect(share(430, 500, ({ trend }) => trend === "up")).toBeGreaterThan(0.95);
    expect(share(30, 300, ({ trend }) => trend === "sideways")).toBeGreaterThan(0.6);
    expect(regimes[18]).toEqual({ volatility: null, trend: null });
    expect(regimes[20]!.volatility).toBeNull();
    expect(classifyRegimes([...calm, ...wild], { window: 20 })).toEqual(regimes.slice(0, 400));
  });

  it("forget what is older than the memory", () => {
    const random = seededRandom("memory");
    const returns = [...Array.from({ length: 100 }, () => random.normal()), ...Array.from({ length: 200 }, () => 0.001 * random.normal())];
    const labels = (memory: number) =>
      classifyRegimes(returns, { window: 10, memory })
        .slice(200)
        .map(({ volatility }) => volatility);
    expect(new Set(labels(50))).toEqual(new Set(["low", "normal", "high"]));
    expect(labels(1_000)).not.toContain("high");
  });

  it("refuse a window or a return that is none", () => {
    expect(() => classifyRegimes([1, 2], { window: 2 })).toThrow(/window/);
    expect(() => classifyRegimes([1, 2], { window: 5, memory: 1 })).toThrow(/memory/);
    expect(() => classifyRegimes([1, Number.NaN], { window: 5 })).toThrow(/returns\[1\]/);
  });
});
