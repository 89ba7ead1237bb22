/**
 * What an indicator is inside: a state that takes one input after another and shows its newest outputs. Owns the contract
 * every kernel keeps and the checks of their settings. Inputs are finite numbers; undefined outputs are NaN, never infinite.
 */
import { invalid } from "../kernel/errors.ts";

/**
 * The running state of one indicator. Of one series: `a`; of two: `a` and `b`. Of bars: high, low, close, volume, open and
 * the opening time in milliseconds. What an indicator does not look at may be 0.
 */
export interface Kernel {
  /** Inputs until every output has a value, at the least: a few wait for an event, such as a first reversal, and say so. */
  readonly warmup: number;
  /** The newest outputs, NaN while warming up and where undefined; filled again by each step. */
  readonly out: Float64Array;
  step(a: number, b: number, c: number, d: number, e: number, f: number): void;
}

/** @throws {DstaError} VALIDATION_ERROR unless `length` is a whole number of bars from `least` to 100,000. */
export function checkLength(field: string, length: number, least = 1): number {
  if (Number.isInteger(length) && length >= least && length <= 100_000) return length;
  throw invalid(field, `a whole number of bars from ${least} to 100,000`, length);
}

/** @throws {DstaError} VALIDATION_ERROR unless `value` is above 0 and at most `most`. */
export function checkFactor(field: string, value: number, most: number): number {
  if (value > 0 && value <= most) return value;
  throw invalid(field, `a number above 0, at most ${most}`, value);
}

/** Gives the kernel one input. x − x is 0 for finite numbers only; for the others every output is NaN and the state stays. */
export function feed(kernel: Kernel, a: number, b: number, c: number, d: number, e: number, f: number): void {
  if (a - a === 0 && b - b === 0 && c - c === 0 && d - d === 0 && e - e === 0 && f - f === 0) kernel.step(a, b, c, d, e, f);
  else kernel.out.fill(Number.NaN);
}
