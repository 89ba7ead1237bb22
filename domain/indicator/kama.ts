/**
 * Kaufman's adaptive moving average: an exponential average whose weight goes from `slow` to `fast` with the efficiency
 * ratio, the net move of `length` steps over the path walked (0 to 1; 0 when nothing moved). The average starts as the
 * `length`-th input; the ratio's first value is one input later. Source: Kaufman, "Smarter Trading" (1995).
 */
import { invalid } from "../kernel/errors.ts";
import { Delay } from "./delay.ts";
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

class EfficiencyRatioKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #past: Delay;
  readonly #path: RollingSum;
  #previous = Number.NaN;

  constructor(length: number) {
    this.warmup = checkLength("efficiencyRatio length", length) + 1;
    this.#past = new Delay(length);
    this.#path = new RollingSum(length);
  }

  step(value: number): void {
    const past = this.#past.push(value);
    const walked = Math.abs(value - this.#previous);
    this.#previous = value;
    if (Number.isNaN(walked)) return;
    const path = this.#path.push(walked);
    if (Number.isNaN(past)) return;
    // Rounding may leave the path a hair shorter than the net move.
    this.out[0] = path === 0 ? 0 : Math.min(1, Math.abs(value - past) / path);
  }
}

class KamaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #ratio: EfficiencyRatioKernel;
  readonly #fastWeight: number;
  readonly #slowWeight: number;
  #seen = 0;
  #average = 0;

  constructor(length: number, fast: number, slow: number) {
    this.warmup = checkLength("kama length", length);
    checkLength("kama fast", fast);
    if (checkLength("kama slow", slow) <= fast) throw invalid("kama slow", `a length above fast, ${fast}`, slow);
    this.#ratio = new EfficiencyRatioKernel(length);
    this.#fastWeight = 2 / (fast + 1);
    this.#slowWeight = 2 / (slow + 1);
  }

  step(value: number): void {
    this.#ratio.step(value);
    if (this.#seen < this.warmup) {
      this.#seen += 1;
      if (this.#seen < this.warmup) return;
      this.#average = value;
    } else {
      const weight = this.#ratio.out[0]! * (this.#fastWeight - this.#slowWeight) + this.#slowWeight;
      this.#average += weight * weight * (value - this.#average);
    }
    this.out[0] = this.#average;
  }
}

export const efficiencyRatio = valueIndicator("efficiencyRatio", (length: number) => new EfficiencyRatioKernel(length));
export const kama = valueIndicator("kama", (length: number, fast: number, slow: number) => new KamaKernel(length, fast, slow));
