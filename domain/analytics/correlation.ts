/**
 * How series move together: Pearson and Spearman coefficients, rolling, lagged and as a matrix. Series are aligned by
 * time, pair by pair: a time that one of the two lacks, or at which it has no number, is left out, never filled with 0 or
 * the value before. Correlate returns, not prices: two prices that both rise correlate without having to do with each
 * other. Null where a coefficient is undefined: under three common times, or a series that does not vary.
 */
import { invalid } from "../kernel/errors.ts";

/** Times ascending, each once; a value that is not a number is missing. */
export interface TimedSeries {
  readonly timeMs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
}

export interface Aligned {
  readonly timeMs: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export interface RollingPoint {
  readonly timeMs: number;
  readonly correlation: number | null;
}

const LEAST = 3;

/** Pairs where `first` has a number at `t` and `second` at `t − lagMs`. */
export function align(first: TimedSeries, second: TimedSeries, lagMs = 0): Aligned {
  const times: number[] = [];
  const ones: number[] = [];
  const others: number[] = [];
  let row = 0;
  for (let index = 0; index < first.timeMs.length; index++) {
    const atMs = first.timeMs[index]!;
    while (row < second.timeMs.length && second.timeMs[row]! + lagMs < atMs) row++;
    if (second.timeMs[row]! + lagMs !== atMs) continue;
    const one = first.value[index]!;
    const other = second.value[row]!;
    if (!Number.isFinite(one) || !Number.isFinite(other)) continue;
    times.push(atMs);
    ones.push(one);
    others.push(other);
  }
  return { timeMs: Float64Array.from(times), first: Float64Array.from(ones), second: Float64Array.from(others) };
}

export function pearson(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  const count = first.length;
  if (second.length !== count) throw invalid("second", `${count} values, one for each of the first`, second.length);
  if (count < LEAST) return null;
  let firstSum = 0;
  let secondSum = 0;
  for (let row = 0; row < count; row++) {
    firstSum += first[row]!;
    secondSum += second[row]!;
  }
  let products = 0;
  let firstSquares = 0;
  let secondSquares = 0;
  for (let row = 0; row < count; row++) {
    const one = first[row]! - firstSum / count;
    const other = second[row]! - secondSum / count;
    products += one * other;
    firstSquares += one * one;
    secondSquares += other * other;
  }
  const isConstant = isRounding(firstSquares, firstSum, count) || isRounding(secondSquares, secondSum, count);
  return isConstant ? null : Math.max(-1, Math.min(1, products / Math.sqrt(firstSquares * secondSquares)));
}

/** Pearson's of the ranks; equal values share the mean of their ranks. */
export function spearman(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  return pearson(ranks(first), ranks(second));
}

/** Over the last `window` common times, at each of them from the first that has so many. */
export function rollingCorrelation(first: TimedSeries, second: TimedSeries, window: number): readonly RollingPoint[] {
  if (!Number.isInteger(window) || window < LEAST) throw invalid("window", `a whole number of at least ${LEAST}`, window);
  const pairs = align(first, second);
  const points: RollingPoint[] = [];
  for (let end = window; end <= pairs.timeMs.length; end++) {
    const correlation = pearson(pairs.first.subarray(end - window, end), pairs.second.subarray(end - window, end));
    points.push({ timeMs: pairs.timeMs[end - 1]!, correlation });
  }
  return points;
}

/** Symmetric, 1 on the diagonal where a series varies. Each pair is of its own common times. */
export function correlationMatrix(
  series: readonly TimedSeries[],
  coefficient: (first: ArrayLike<number>, second: ArrayLike<number>) => number | null = pearson,
): readonly (readonly (number | null)[])[] {
  const matrix = series.map(() => Array<number | null>(series.length).fill(null));
  for (const [row, first] of series.entries()) {
    for (let column = row; column < series.length; column++) {
      const pairs = align(first, series[column]!);
      const value = coefficient(pairs.first, pairs.second);
      matrix[row]![column] = value;
      matrix[column]![row] = value;
    }
  }
  return matrix;
}

/** From `−lags` to `lags` steps of `stepMs`; at a lag above 0 the second series leads the first by so many steps. */
export function laggedCorrelation(
  first: TimedSeries,
  second: TimedSeries,
  { lags, stepMs }: { lags: number; stepMs: number },
): readonly { readonly lag: number; readonly correlation: number | null }[] {
  if (!Number.isInteger(lags) || lags < 0) throw invalid("lags", "a whole number of at least 0", lags);
  if (!(stepMs > 0)) throw invalid("stepMs", "a number above 0", stepMs);
  return Array.from({ length: 2 * lags + 1 }, (_, index) => {
    const pairs = align(first, second, (index - lags) * stepMs);
    return { lag: index - lags, correlation: pearson(pairs.first, pairs.second) };
  });
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, row) => row).sort((a, b) => values[a]! - values[b]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let place = start; place < end; place++) result[order[place]!] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}

/** Whether squares about the mean are nothing but the last digits of the values. */
function isRounding(squares: number, sum: number, count: number): boolean {
  return Math.sqrt(squares / count) <= 1e-14 * Math.abs(sum / count);
}
