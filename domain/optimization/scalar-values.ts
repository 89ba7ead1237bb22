/**
 * One number a trial for the Bayesian model, larger is better: the score itself with one objective, the augmented
 * Tchebycheff scalarisation of ParEGO with several (Knowles 2006, IEEE TEC 10(1)). A trial without usable scores gets
 * the worst value there is. Very bad ones are pulled in, so that one ruinous run does not flatten everything else.
 */
import type { Random } from "../kernel/random.ts";
import type { Ranked } from "./pareto.ts";

const AUGMENTATION = 0.05;

/** Weights of objectives, evenly over the simplex; [1] for a single one. */
export function drawWeights(objectives: number, random: Random): number[] {
  if (objectives === 1) return [1];
  const parts = Array.from({ length: objectives }, () => random.exponential(1));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

/**
 * Of mean 0 and deviation 1, unless all are equal: then all 0. Null without a usable trial.
 */
export function scalarValues(trials: readonly Ranked[], weights: readonly number[]): number[] | null {
  const usable = trials.filter(({ violation }) => violation !== Infinity);
  if (usable.length === 0) return null;
  const lows = weights.map((_, index) => usable.reduce((low, { scores }) => Math.min(low, scores[index]!), Infinity));
  const highs = weights.map((_, index) => usable.reduce((high, { scores }) => Math.max(high, scores[index]!), -Infinity));
  const scalar = ({ scores, violation }: Ranked): number | null => {
    if (violation === Infinity) return null;
    if (weights.length === 1) return scores[0]!;
    const costs = weights.map((weight, index) => {
      const width = highs[index]! - lows[index]!;
      return width > 0 ? weight * ((highs[index]! - scores[index]!) / width) : 0;
    });
    return -Math.max(...costs) - AUGMENTATION * costs.reduce((sum, cost) => sum + cost, 0);
  };
  const values = trials.map(scalar);
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const [quarter, threeQuarters] = [known[Math.floor(known.length / 4)]!, known[Math.floor((known.length * 3) / 4)]!];
  const floor = Math.max(known[0]!, quarter - 3 * (threeQuarters - quarter));
  return standardised(values.map((value) => Math.max(floor, value ?? floor)));
}

function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
}
