/**
 * Length scales and noise of a Gaussian process by maximum marginal likelihood (Rasmussen and Williams 2006, eq. 5.8)
 * with a weak prior, the amplitude solved for in closed form. A seeded search: a few starts, the best one improved
 * coordinate by coordinate. Bounded work: at most 48 points and 80 evaluations.
 */
import type { Random } from "../kernel/random.ts";
import { dot, factorise, packedLength, solveLower } from "./cholesky.ts";
import { type Hyperparameters, matern, squaredGap } from "./gaussian-process.ts";

/** Callers give at most as many. */
export const MAX_FITTED_POINTS = 48;

const LENGTH_BOUNDS = [Math.log(0.03), Math.log(10)] as const;
const NOISE_BOUNDS = [Math.log(1e-6), Math.log(0.5)] as const;
const PRIOR_LOG_LENGTH = Math.log(0.5);
const STARTS = 6;

export function defaultHyperparameters(dimensions: number): Hyperparameters {
  return { logLengths: Array.from({ length: dimensions }, () => PRIOR_LOG_LENGTH), logNoise: Math.log(1e-3) };
}

/**
 * @param values of mean 0.
 * @param start the fit of the batch before, one of the starts.
 */
export function fitHyperparameters(
  places: readonly (readonly number[])[],
  categorical: readonly boolean[],
  values: readonly number[],
  start: Hyperparameters,
  random: Random,
): Hyperparameters {
  const loss = lossOf(places, categorical, values);
  const dimensions = categorical.length;
  let budget = Math.min(80, 50 + 10 * dimensions);
  const evaluate = (theta: readonly number[]) => {
    budget--;
    return loss(theta);
  };

  let best = [...start.logLengths, start.logNoise];
  let least = evaluate(best);
  for (let attempt = 1; attempt < STARTS; attempt++) {
    const theta = best.map((_, index) => within(boundsOf(index, dimensions), random.next()));
    const found = evaluate(theta);
    if (found < least) [best, least] = [theta, found];
  }
  for (let step = 1; step > 0.1 && budget > 0;) {
    let improved = false;
    for (let index = 0; index <= dimensions && budget > 1; index++) {
      for (const direction of [step, -step]) {
        const theta = best.with(index, clampTo(boundsOf(index, dimensions), best[index]! + direction));
        const found = evaluate(theta);
        if (found < least - 1e-9) {
          [best, least, improved] = [theta, found, true];
          break;
        }
      }
    }
    if (!improved) step /= 2;
  }
  return { logLengths: best.slice(0, dimensions), logNoise: best[dimensions]! };
}

/** Negative log posterior of [log lengths…, log noise], up to a constant. */
function lossOf(places: readonly (readonly number[])[], categorical: readonly boolean[], values: readonly number[]) {
  const size = places.length;
  const dimensions = categorical.length;
  const gaps = categorical.map((isCategory, dimension) => {
    const column = new Float64Array(packedLength(size));
    for (let row = 0, cell = 0; row < size; row++) {
      for (let other = 0; other <= row; other++, cell++)
        column[cell] = squaredGap(places[row]![dimension]!, places[other]![dimension]!, isCategory);
    }
    return column;
  });
  const matrix = new Float64Array(packedLength(size));
  const white = new Float64Array(size);

  return (theta: readonly number[]): number => {
    const weights = theta.slice(0, dimensions).map((logLength) => Math.exp(-2 * logLength));
    const noise = Math.exp(theta[dimensions]!);
    matrix.fill(0);
    for (const [dimension, weight] of weights.entries()) {
      const column = gaps[dimension]!;
      for (let cell = 0; cell < matrix.length; cell++) matrix[cell]! += weight * column[cell]!;
    }
    for (let cell = 0; cell < matrix.length; cell++) matrix[cell] = matern(matrix[cell]!);
    for (let row = 0; row < size; row++) matrix[packedLength(row + 1) - 1] = 1 + noise;
    if (!factorise(matrix, size)) return Infinity;
    white.set(values);
    solveLower(matrix, size, white);
    let logDeterminant = 0;
    for (let row = 0; row < size; row++) logDeterminant += Math.log(matrix[packedLength(row + 1) - 1]!);
    const amplitude = Math.max(1e-12, dot(white, white, size) / size);
    let prior = 0;
    for (let dimension = 0; dimension < dimensions; dimension++) prior += (theta[dimension]! - PRIOR_LOG_LENGTH) ** 2 / 4;
    // Little noise is expected: equal parameters on equal data give an equal result.
    prior += (theta[dimensions]! - Math.log(1e-3)) ** 2 / 18;
    return (size / 2) * Math.log(amplitude) + logDeterminant + prior;
  };
}

function boundsOf(index: number, dimensions: number): readonly [number, number] {
  return index === dimensions ? NOISE_BOUNDS : LENGTH_BOUNDS;
}

function within([low, high]: readonly [number, number], unit: number): number {
  return low + unit * (high - low);
}

function clampTo([low, high]: readonly [number, number], value: number): number {
  return Math.min(high, Math.max(low, value));
}
