/**
 * A Gaussian process over places in the unit cube: Matérn 5/2 with one length scale a dimension (Rasmussen and Williams
 * 2006, ch. 4 and 5). Categories are at distance 1 from each other. Places are those that the space decodes to, so the
 * kernel sees rounded values only (Garrido-Merchán and Hernández-Lobato 2020). Correlations, no amplitude: whoever asks
 * scales by the variance of its own values. Cost is cubic in the points: callers bound them.
 */
import { invariant } from "../kernel/errors.ts";
import { dot, factorise, packedLength, solveLower } from "./cholesky.ts";

export interface Hyperparameters {
  /** Natural logarithms of the length scales, by dimension. */
  readonly logLengths: readonly number[];
  /** Natural logarithm of the noise's variance as a share of the values' variance. */
  readonly logNoise: number;
}

export interface GaussianProcess {
  readonly size: number;
  /** L⁻¹·values: with a column, `dot` gives the predicted mean. */
  whiten(values: readonly number[]): Float64Array;
  /** L⁻¹·(correlations with the points) of a place; 1 − its square length is the predicted share of variance. */
  column(place: readonly number[]): Float64Array;
  /**
   * Adds a point as if its value were the predicted one: means stay, variances shrink. Columns made before lack its row.
   * Returns the new diagonal element of the factor.
   */
  believe(place: readonly number[]): number;
  /** Correlation of other places with one. */
  correlationWith(place: readonly number[]): (other: readonly number[]) => number;
}

const ROOT_5 = Math.sqrt(5);

export function matern(squaredDistance: number): number {
  const scaled = ROOT_5 * Math.sqrt(squaredDistance);
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

/**
 * @param categorical by dimension.
 * @param spare points that may be believed afterwards.
 */
export function createGaussianProcess(
  places: readonly (readonly number[])[],
  categorical: readonly boolean[],
  { logLengths, logNoise }: Hyperparameters,
  spare: number,
): GaussianProcess {
  const dimensions = logLengths.length;
  const weights = Float64Array.from(logLengths, (logLength) => Math.exp(-2 * logLength));
  const capacity = places.length + spare;
  /** Coordinates of the points, one after another. */
  const points = new Float64Array(capacity * dimensions);
  const noise = Math.exp(logNoise);
  const factor = new Float64Array(packedLength(capacity));
  let size = places.length;
  points.set(places.flat());

  /** Correlation of a place with the point whose coordinates start at `start`. */
  function correlationAt(place: readonly number[], from: Float64Array, start: number): number {
    let sum = 0;
    for (let index = 0; index < dimensions; index++) {
      const gap = place[index]! - from[start + index]!;
      if (gap !== 0) sum += weights[index]! * (categorical[index]! ? 1 : gap * gap);
    }
    return matern(sum);
  }
  for (let attempt = 0, jitter = 0; ; attempt++, jitter = 1e-8 * 100 ** attempt) {
    for (let row = 0; row < size; row++) {
      const start = packedLength(row);
      for (let other = 0; other < row; other++) factor[start + other] = correlationAt(places[row]!, points, other * dimensions);
      factor[start + row] = 1 + noise + jitter;
    }
    if (factorise(factor, size)) break;
    invariant(attempt < 4, "a correlation matrix with noise on its diagonal has a factor");
  }

  function column(place: readonly number[]): Float64Array {
    const values = new Float64Array(capacity);
    for (let index = 0; index < size; index++) values[index] = correlationAt(place, points, index * dimensions);
    solveLower(factor, size, values);
    return values;
  }
  return {
    get size() {
      return size;
    },
    whiten(values) {
      const white = new Float64Array(capacity);
      white.set(values);
      solveLower(factor, size, white);
      return white;
    },
    column,
    believe(place) {
      invariant(size < capacity, "no more points are believed than there is room for");
      const row = column(place);
      const pivot = Math.sqrt(Math.max(1e-10, 1 + noise - dot(row, row, size)));
      factor.set(row.subarray(0, size), packedLength(size));
      factor[packedLength(size + 1) - 1] = pivot;
      points.set(place, size * dimensions);
      size++;
      return pivot;
    },
    correlationWith(place) {
      const from = Float64Array.from(place);
      return (other) => correlationAt(other, from, 0);
    },
  };
}

export function squaredGap(a: number, b: number, categorical: boolean): number {
  if (categorical) return a === b ? 0 : 1;
  return (a - b) * (a - b);
}
