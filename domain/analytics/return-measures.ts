/**
 * Metrics that are made of the returns of equal periods (days, unless a caller brings its own). Conventions: yearly
 * figures multiply the mean by P periods a year and the sample deviation by √P; the risk-free rate is a yearly one, of
 * which a period gets 1/P; Sortino's downside is √(Σ min(r, 0)² / N) over all N; the threshold of Omega is 0; kurtosis
 * is the excess over a normal distribution. Sources: Sharpe 1994; Sortino and Price 1994; Keating and Shadwick 2002.
 */
import type { Measured, Measures } from "./metric-names.ts";
import { deviation, mean, quantile, rawKurtosis, skew } from "./moments.ts";
import { historicalTailRisk } from "./tail-risk.ts";

export interface ReturnConvention {
  readonly periodsPerYear: number;
  /** A year, as a share. */
  readonly riskFree: number;
}

type ReturnMetric =
  | "cagr"
  | "volatility"
  | "sharpe"
  | "sortino"
  | "omega"
  | "tailRatio"
  | "skew"
  | "kurtosis"
  | "valueAtRisk95"
  | "expectedShortfall95"
  | "days"
  | "periodsPerYear"
  | "riskFree";

const NO_RISK = "returns do not vary";

/** @param growth final over first equity; null when there is none. */
export function returnMeasures(returns: Float64Array, growth: number | null, convention: ReturnConvention): Measures<ReturnMetric> {
  const { periodsPerYear, riskFree } = convention;
  return {
    ...(returns.length < 2 ? tooFew(returns.length) : shape(returns, convention)),
    cagr: cagr(growth, returns.length / periodsPerYear),
    days: returns.length,
    periodsPerYear,
    riskFree,
  };
}

function shape(returns: Float64Array, { periodsPerYear, riskFree }: ReturnConvention) {
  const excess = riskFree === 0 ? returns : returns.map((value) => value - riskFree / periodsPerYear);
  const center = mean(excess)!;
  const spread = deviation(excess)!;
  const downside = Math.sqrt(excess.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / excess.length);
  const yearly = Math.sqrt(periodsPerYear);
  const tail = historicalTailRisk(returns);
  const raw = rawKurtosis(returns);
  return {
    volatility: spread * yearly,
    sharpe: spread === 0 ? NO_RISK : (center / spread) * yearly,
    sortino: downside === 0 ? "no period was below the risk-free rate" : (center / downside) * yearly,
    omega: omega(returns),
    tailRatio: tailRatio(returns),
    skew: skew(returns) ?? NO_RISK,
    kurtosis: raw === null ? NO_RISK : raw - 3,
    valueAtRisk95: tail === null ? NO_RISK : tail.valueAtRisk,
    expectedShortfall95: tail === null ? NO_RISK : tail.expectedShortfall,
  };
}

function tooFew(count: number): Measures<Exclude<ReturnMetric, "cagr" | "days" | "periodsPerYear" | "riskFree">> {
  const why = `needs 2 returns at least, has ${count}`;
  return {
    volatility: why,
    sharpe: why,
    sortino: why,
    omega: why,
    tailRatio: why,
    skew: why,
    kurtosis: why,
    valueAtRisk95: why,
    expectedShortfall95: why,
  };
}

/** Of a run much shorter than a year the power can leave the range of numbers. */
function cagr(growth: number | null, years: number): Measured {
  if (growth === null) return "the equity starts at 0 or below";
  if (growth < 0) return "more than all of the equity was lost";
  if (years === 0) return "needs 1 return at least, has 0";
  const rate = growth ** (1 / years) - 1;
  return Number.isFinite(rate) ? rate : "the run is too short to be stretched to a year";
}

function omega(returns: Float64Array): Measured {
  let gains = 0;
  let losses = 0;
  for (const value of returns) {
    if (value > 0) gains += value;
    else losses -= value;
  }
  return losses === 0 ? "no period lost" : gains / losses;
}

function tailRatio(returns: Float64Array): Measured {
  const sorted = Float64Array.from(returns).sort();
  const low = Math.abs(quantile(sorted, 0.05)!);
  return low === 0 ? "the worst 5 % of periods neither lost nor gained" : Math.abs(quantile(sorted, 0.95)!) / low;
}
