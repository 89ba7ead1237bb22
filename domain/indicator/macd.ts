/**
 * Moving average convergence divergence: `line` is the fast minus the slow exponential average, `signal` the
 * exponential average of the line, `histogram` their difference. The line comes at input `slow`, the rest at
 * `slow` + `signal` − 1. Source: Appel, "Technical Analysis: Power Tools for Active Investors" (2005).
 */
import { invalid } from "../kernel/errors.ts";
import { EmaKernel } from "./ema.ts";
import { valueBundle } from "./indicator.ts";
import { type Kernel } from "./kernel.ts";

class MacdKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #fast: EmaKernel;
  readonly #slow: EmaKernel;
  readonly #signal: EmaKernel;

  constructor(fast: number, slow: number, signal: number) {
    if (fast >= slow) throw invalid("macd slow", `a length above fast, ${fast}`, slow);
    this.#fast = new EmaKernel(fast);
    this.#slow = new EmaKernel(slow);
    this.#signal = new EmaKernel(signal);
    this.warmup = slow + signal - 1;
  }

  step(value: number): void {
    this.#fast.step(value);
    this.#slow.step(value);
    const line = this.#fast.out[0]! - this.#slow.out[0]!;
    this.out[0] = line;
    if (Number.isNaN(line)) return;
    this.#signal.step(line);
    const signal = this.#signal.out[0]!;
    this.out[1] = signal;
    this.out[2] = line - signal;
  }
}

export const macd = valueBundle(
  "macd",
  ["line", "signal", "histogram"],
  (fast: number, slow: number, signal: number) => new MacdKernel(fast, slow, signal),
);
