/** Metrics against values worked out independently; see SOURCES.md. */
import { describe, expect, it } from "vitest";
import { deflatedSharpe, probabilisticSharpe, sharpeSample } from "../../domain/analytics/deflated-sharpe.ts";
import { seriesMetrics } from "../../domain/analytics/metrics.ts";
import { normalCdf, normalQuantile } from "../../domain/analytics/normal.ts";
import { parametricTailRisk } from "../../domain/analytics/tail-risk.ts";

const RETURNS = Float64Array.from(
  { length: 60 },
  (_, i) => 0.02 * Math.sin(1.7 * i) + 0.003 * (((i * 7) % 5) - 2) + (i === 30 ? -0.05 : 0),
);

function metricsOfReturns(riskFree: number) {
  const value = new Float64Array(RETURNS.length + 1).fill(1);
  for (const [row, share] of RETURNS.entries()) value[row + 1] = value[row]! * (1 + share);
  const timeMs = value.map((_, row) => row * 86_400_000);
  const texts = { noTrades: "no trades", noMoney: null };
  return seriesMetrics(RETURNS, { timeMs, value }, { periodsPerYear: 365, riskFree }, texts).values;
}

describe("Φ and Φ⁻¹", () => {
  it.each([
    [-8, 6.220960574271784e-16],
    [-5, 2.866515718791939e-7],
    [-3.0000001, 0.0013498975884453205],
    [-2.5, 0.006209665325776135],
    [-1, 0.15865525393145705],
    [-0.1, 0.460172162722971],
    [0.3, 0.6179114221889527],
    [1.96, 0.9750021048517795],
    [2.9999, 0.998649658717045],
    [3.5, 0.9997673709209645],
    [6, 0.9999999990134123],
  ])("Φ(%d)", (x, expected) => {
    expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it.each([
    [1e-12, -7.034483825301132],
    [1e-6, -4.753424308822899],
    [0.001, -3.0902323061678136],
    [0.025, -1.9599639845400543],
    [0.3, -0.5244005127080408],
    [0.5, 0],
    [0.9, 1.2815515655446006],
    [0.99, 2.326347874040841],
    [0.999999, 4.753424308822899],
  ])("Φ⁻¹(%d)", (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(1e-9);
  });
});

describe("metrics of 60 fixed returns", () => {
  it("are those of NumPy and SciPy", () => {
    const expected = {
      totalReturn: -0.05776680970618542,
      cagr: -0.3036991542004257,
      volatility: 0.30246580354720737,
      sharpe: -1.0469725014278106,
      sortino: -1.4000719461343305,
      calmar: -3.629976659417821,
      omega: 0.8792040579649942,
      tailRatio: 0.917388640202131,
      skew: -0.19390361338757067,
      kurtosis: -0.7683465366876838,
      valueAtRisk95: 0.024022023424976092,
      expectedShortfall95: 0.03124836546103851,
      maxDrawdown: 0.08366421679668135,
    };
    const values = metricsOfReturns(0);
    for (const [name, value] of Object.entries(expected)) expect(values[name], name).toBeCloseTo(value, 11);
  });

  it("take a risk-free rate of 5 % a year off every period", () => {
    const values = metricsOfReturns(0.05);
    expect(values["sharpe"]).toBeCloseTo(-1.2122804450486049, 11);
    expect(values["sortino"]).toBeCloseTo(-1.6098149617096942, 11);
  });

  it("have the parametric tail of a normal distribution", () => {
    const tail = parametricTailRisk(RETURNS)!;
    expect(tail.valueAtRisk).toBeCloseTo(0.026908565194778727, 12);
    expect(tail.expectedShortfall).toBeCloseTo(0.03352402137269395, 12);
  });

  it("have the probabilistic Sharpe of the paper's formula", () => {
    expect(probabilisticSharpe(sharpeSample(RETURNS)!)).toBeCloseTo(0.3361506858973309, 12);
  });
});

describe("deflated Sharpe", () => {
  it("is that of the paper's example", () => {
    const sample = { sharpe: 2.5 / Math.sqrt(250), count: 1_250, skew: -3, kurtosis: 10 };
    const { luckSharpe, probability } = deflatedSharpe(sample, 100, 0.5 / 250);
    expect(luckSharpe).toBeCloseTo(0.113172, 6);
    expect(probability).toBeCloseTo(0.900397, 6);
  });
});
