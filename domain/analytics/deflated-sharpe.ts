/**
 * How far a Sharpe ratio can be believed, given the length and shape of its returns and the number of trials it was
 * chosen from. Sources: Bailey and López de Prado, "The Sharpe ratio efficient frontier" (2012) for the probabilistic
 * and "The deflated Sharpe ratio" (2014) for the deflated one.
 *
 * Every Sharpe here is per period, NOT per year (divide a yearly one by √periodsPerYear), and the kurtosis is the raw
 * one, 3 of a normal distribution (the metric `kurtosis` is the excess: add 3).
 */
import { invalid } from "../kernel/errors.ts";
import { deviation, mean, rawKurtosis, skew } from "./moments.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

const EULER_GAMMA = 0.577_215_664_901_532_9;

export interface SharpeSample {
  readonly sharpe: number;
  /** Number of returns it is of. */
  readonly count: number;
  readonly skew: number;
  readonly kurtosis: number;
}

export interface DeflatedSharpe {
  /** SR₀: what the best of so many trials shows by luck, per period. */
  readonly luckSharpe: number;
  /** That the true Sharpe is above the one of luck, 0 to 1; null when the sample does not define it. */
  readonly probability: number | null;
}

/** Per period; null under two returns or without deviation. */
export function sharpeSample(returns: ArrayLike<number>): SharpeSample | null {
  const spread = deviation(returns);
  const third = skew(returns);
  const fourth = rawKurtosis(returns);
  if (spread === null || spread === 0 || third === null || fourth === null) return null;
  return { sharpe: mean(returns)! / spread, count: returns.length, skew: third, kurtosis: fourth };
}

/** Probability that the true Sharpe is above `benchmark`; null under two returns or when the moments contradict each other. */
export function probabilisticSharpe({ sharpe, count, skew: third, kurtosis }: SharpeSample, benchmark = 0): number | null {
  const spread = 1 - third * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe;
  if (count < 2 || !(spread > 0)) return null;
  return normalCdf(((sharpe - benchmark) * Math.sqrt(count - 1)) / Math.sqrt(spread));
}

/**
 * Expected largest Sharpe of `trials` worthless trials whose Sharpes vary by `variance`; 0 of a single one.
 * Trials that resemble each other count in full, which overstates luck: the answer errs towards disbelief.
 */
export function expectedMaxSharpe(trials: number, variance: number): number {
  if (!(trials >= 1)) throw invalid("trials", "a number of at least 1", trials);
  if (!(variance >= 0)) throw invalid("variance", "a number of at least 0", variance);
  if (trials === 1) return 0;
  const typical = normalQuantile(1 - 1 / trials);
  const extreme = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(variance) * ((1 - EULER_GAMMA) * typical + EULER_GAMMA * extreme);
}

/** @param variance of the Sharpes of all trials, per period (see `sharpeVariance`). */
export function deflatedSharpe(sample: SharpeSample, trials: number, variance: number): DeflatedSharpe {
  const luckSharpe = expectedMaxSharpe(trials, variance);
  return { luckSharpe, probability: probabilisticSharpe(sample, luckSharpe) };
}

/** Sample variance of the Sharpes of a search, undefined ones left out; 0 under two. */
export function sharpeVariance(sharpes: readonly (number | null)[]): number {
  return (deviation(sharpes.filter((sharpe) => sharpe !== null)) ?? 0) ** 2;
}
