/**
 * What a bad period may cost: value at risk and expected shortfall as shares, reported as positive losses (a negative one
 * is a gain even then). Historical: the empirical quantile and the mean of what lies at or below it. Parametric: of the
 * normal distribution with the sample's mean and deviation, blind to fat tails and so the milder of the two on returns of
 * crypto markets. Null where the sample does not define it. Convention: Jorion, "Value at Risk".
 */
import { deviation, mean, quantile } from "./moments.ts";
import { normalDensity, normalQuantile } from "./normal.ts";

export interface TailRisk {
  readonly valueAtRisk: number;
  readonly expectedShortfall: number;
}

/** @param confidence 0.95: the loss that 95 % of periods stay under. */
export function historicalTailRisk(returns: ArrayLike<number>, confidence = 0.95): TailRisk | null {
  const sorted = Float64Array.from(returns).sort();
  const cut = quantile(sorted, 1 - confidence);
  if (cut === null) return null;
  let count = 1;
  while (count < sorted.length && sorted[count]! <= cut) count++;
  return { valueAtRisk: 0 - cut, expectedShortfall: 0 - mean(sorted.subarray(0, count))! };
}

export function parametricTailRisk(returns: ArrayLike<number>, confidence = 0.95): TailRisk | null {
  const center = mean(returns);
  const spread = deviation(returns);
  if (center === null || spread === null) return null;
  const cut = normalQuantile(1 - confidence);
  return { valueAtRisk: -(center + spread * cut), expectedShortfall: (spread * normalDensity(cut)) / (1 - confidence) - center };
}
