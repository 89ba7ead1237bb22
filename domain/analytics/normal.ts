/**
 * The standard normal distribution: density, Φ and Φ⁻¹, for what is said about luck. Φ is Marsaglia's series near the
 * middle and the continued fraction of Mills' ratio in the tails (Marsaglia 2004, "Evaluating the normal distribution";
 * Abramowitz and Stegun 26.2.14), Φ⁻¹ is the start 26.2.23 of the same made exact by Halley's method. Both are right to
 * about 1e-15, the tails relatively.
 */
import { invalid } from "../kernel/errors.ts";

const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);
const TAIL_FROM = 3;
const FRACTION_DEPTH = 120;

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / ROOT_TWO_PI;
}

/** Φ(x): probability of a value of at most `x`. */
export function normalCdf(x: number): number {
  if (x < -TAIL_FROM) return upperTail(-x);
  if (x > TAIL_FROM) return 1 - upperTail(x);
  let sum = x;
  let term = x;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/** 1 − Φ(x) for x well above 0: φ(x) / (x + 1/(x + 2/(x + 3/…))). */
function upperTail(x: number): number {
  let fraction = x;
  for (let depth = FRACTION_DEPTH; depth >= 1; depth--) fraction = x + depth / fraction;
  return normalDensity(x) / fraction;
}

/** Φ⁻¹(p); −∞ at 0 and ∞ at 1. @throws {DstaError} VALIDATION_ERROR for a `p` outside 0 to 1. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw invalid("p", "a probability, 0 to 1", p);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  const t = Math.sqrt(-2 * Math.log(p));
  let x = (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3) - t;
  for (let round = 0; round < 4; round++) {
    const density = normalDensity(x);
    if (density === 0) return x;
    const step = (normalCdf(x) - p) / density;
    x -= step / (1 + (x * step) / 2);
  }
  return x;
}
