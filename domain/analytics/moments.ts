/**
 * Statistics of a sample: mean, deviation, skew, kurtosis, quantiles. Owns the conventions: the deviation divides by
 * N − 1; skew and kurtosis are the plain moments m₃/m₂^1.5 and m₄/m₂² (N in every denominator, as in Bailey and López de
 * Prado 2012); quantiles interpolate linearly between order statistics (Hyndman and Fan type 7, the default of NumPy).
 * Refuses nothing: a statistic that the sample does not define is null.
 */

type Sample = ArrayLike<number>;

/** Below it a deviation of returns is rounding of the last digits of an equity curve, not risk. */
const ZERO_DEVIATION = 1e-12;

/** Null of an empty sample. */
export function mean(sample: Sample): number | null {
  return sample.length === 0 ? null : total(sample) / sample.length;
}

function total(sample: Sample): number {
  let sum = 0;
  for (let index = 0; index < sample.length; index++) sum += sample[index]!;
  return sum;
}

/** Sample standard deviation (N − 1). Null under two values; exactly 0 when the values differ by rounding only. */
export function deviation(sample: Sample): number | null {
  const center = mean(sample);
  if (center === null || sample.length < 2) return null;
  let squares = 0;
  for (let index = 0; index < sample.length; index++) squares += (sample[index]! - center) ** 2;
  const result = Math.sqrt(squares / (sample.length - 1));
  return result <= ZERO_DEVIATION * Math.max(1, Math.abs(center)) ? 0 : result;
}

/** m₃/m₂^1.5. Null when the sample has no deviation. */
export function skew(sample: Sample): number | null {
  const moments = centralMoments(sample);
  return moments === null ? null : moments.third / moments.second ** 1.5;
}

/** m₄/m₂², 3 of a normal distribution: the raw kurtosis. Null when the sample has no deviation. */
export function rawKurtosis(sample: Sample): number | null {
  const moments = centralMoments(sample);
  return moments === null ? null : moments.fourth / moments.second ** 2;
}

function centralMoments(sample: Sample): { second: number; third: number; fourth: number } | null {
  const center = mean(sample);
  if (center === null || (deviation(sample) ?? 0) === 0) return null;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let index = 0; index < sample.length; index++) {
    const gap = sample[index]! - center;
    const square = gap * gap;
    second += square;
    third += square * gap;
    fourth += square * square;
  }
  return { second: second / sample.length, third: third / sample.length, fourth: fourth / sample.length };
}

/** @param sorted ascending. @param share 0 to 1. Null of an empty sample. */
export function quantile(sorted: Sample, share: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}
