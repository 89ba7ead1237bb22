/**
 * Which of many places is worth a run: expected improvement over the best so far (Močkus 1978; Jones, Schonlau and Welch
 * 1998), in logarithms so that hopeless places still differ (Ament et al. 2023), times the predicted chance of being
 * inside the constraints (Gardner et al. 2014). Places of one batch are picked one after
 * another, each believed to come out as predicted (Ginsbourger, Le Riche and Carraro 2010), so that they differ.
 */
import { normalCdf, normalDensity } from "../analytics/normal.ts";
import type { ParamValues } from "../contract/views/strategy.ts";
import { dot } from "./cholesky.ts";
import type { GaussianProcess } from "./gaussian-process.ts";

export interface Option {
  readonly params: ParamValues;
  readonly place: readonly number[];
}

/** What the process predicts from: values of mean 0, whitened. */
export interface Beliefs {
  readonly process: GaussianProcess;
  readonly values: Float64Array;
  /** Amplitude of the values: √(variance). */
  readonly scale: number;
  /** Best value inside the constraints; null while there is none. */
  readonly best: number | null;
  /** Of being inside the constraints; null when all are. */
  readonly feasible: FeasibleBeliefs | null;
}

/** Predicts a number that is positive inside the constraints and negative outside. */
export interface FeasibleBeliefs {
  readonly process: GaussianProcess;
  /** Minus their mean, whitened. */
  readonly values: Float64Array;
  readonly mean: number;
  readonly scale: number;
}

export interface Scorer {
  /** Takes an option among those that are scored. */
  add(option: Option): Scored;
  /** Believes an option and takes its nearness into account for all others. */
  believe(chosen: Scored): void;
  /** Larger is better. */
  scoreOf(scored: Scored): number;
}

export interface Scored extends Option {
  readonly column: Float64Array;
  readonly mean: number;
  readonly chance: number;
  /** Share of the variance left, 0 to 1. */
  variance: number;
}

const MIN_CHANCE = 1e-6;

export function createScorer({ process, values, scale, best, feasible }: Beliefs): Scorer {
  const all: Scored[] = [];
  let target = best;
  return {
    add({ params, place }) {
      const column = process.column(place);
      const variance = Math.max(0, 1 - dot(column, column, process.size));
      const mean = dot(column, values, process.size);
      const scored = { params, place, column, mean, chance: feasible === null ? 1 : chanceOf(place, feasible), variance };
      all.push(scored);
      return scored;
    },
    believe(chosen) {
      const row = process.size;
      const column = chosen.column.slice();
      const correlation = process.correlationWith(chosen.place);
      const pivot = process.believe(chosen.place);
      for (const other of all) {
        const covariance = correlation(other.place) - dot(other.column, column, row);
        other.column[row] = covariance / pivot;
        other.variance = Math.max(0, other.variance - (covariance / pivot) ** 2);
      }
      if (target !== null && chosen.mean > target && chosen.chance > 0.5) target = chosen.mean;
    },
    scoreOf({ mean, variance, chance }) {
      // Nothing inside the constraints yet: look for it, preferring the unknown.
      if (target === null) return chance + 0.5 * Math.sqrt(variance);
      const deviation = scale * Math.sqrt(Math.max(1e-12, variance));
      return logExpectedImprovement((mean - target) / deviation) + Math.log(deviation) + Math.log(chance);
    },
  };
}

function chanceOf(place: readonly number[], { process, values, mean, scale }: FeasibleBeliefs): number {
  const column = process.column(place);
  const expected = mean + dot(column, values, process.size);
  const deviation = scale * Math.sqrt(Math.max(1e-6, 1 - dot(column, column, process.size)));
  return Math.max(MIN_CHANCE, normalCdf(expected / deviation));
}

/** Logarithm of φ(u) + u·Φ(u); below −3 by its asymptote, joined to the rest within 1 %. */
function logExpectedImprovement(u: number): number {
  if (u > -3) return Math.log(normalDensity(u) + u * normalCdf(u));
  return -(u * u) / 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(u * u + 2.6);
}
