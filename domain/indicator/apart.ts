/**
 * Are two floats apart by more than their own rounding? Two averages of the same prices that are equal on paper differ
 * in their last bits, by the order in which they were added up; taken as they are, such a tie would be a crossing. The
 * bound is far below what a tick can make of two averages, and far above what adding some hundred prices loses.
 */
const ROUNDING = 1e-13;

/** False when either is NaN. */
export function isAbove(a: number, b: number): boolean {
  return a - b > ROUNDING * (Math.abs(a) + Math.abs(b));
}

/** False when either is NaN. */
export function isAtOrBelow(a: number, b: number): boolean {
  return a - b <= ROUNDING * (Math.abs(a) + Math.abs(b));
}
