/**
 * Parabolic stop and reverse: a stop that nears the price by a growing part (`step`, again at each new extreme, up to `most`)
 * of the distance to the trend's extreme; touched, it jumps to that extreme and the `direction` (1 up, −1 down) turns. The
 * trend of the first bar is a guess, so outputs are NaN until the first reversal, bar 2 at the earliest.
 * Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { invalid } from "../kernel/errors.ts";
import { barBundle } from "./indicator.ts";
import { checkFactor, type Kernel } from "./kernel.ts";

class ParabolicSarKernel implements Kernel {
  readonly warmup = 2;
  readonly out = new Float64Array(2).fill(Number.NaN);
  readonly #first: number;
  readonly #most: number;
  #direction = 1;
  #reversed = false;
  #factor: number;
  #stop = Number.NaN;
  #extreme = 0;
  /** Highs and lows of the two bars before; the same bar twice at the second. */
  #highs: readonly [number, number] = [0, 0];
  #lows: readonly [number, number] = [0, 0];

  constructor(step: number, most: number) {
    this.#first = checkFactor("parabolicSar step", step, 1);
    if (checkFactor("parabolicSar most", most, 1) < step) throw invalid("parabolicSar most", `a number not below step, ${step}`, most);
    this.#most = most;
    this.#factor = step;
  }

  step(high: number, low: number): void {
    if (Number.isNaN(this.#stop)) {
      this.#stop = low;
      this.#extreme = high;
      this.#highs = [high, high];
      this.#lows = [low, low];
      return;
    }
    const isUp = this.#direction > 0;
    const nearer = this.#stop + this.#factor * (this.#extreme - this.#stop);
    this.#stop = isUp ? Math.min(nearer, ...this.#lows) : Math.max(nearer, ...this.#highs);
    if (isUp ? low < this.#stop : high > this.#stop) this.#reverse(isUp ? low : high);
    else this.#follow(isUp, isUp ? high : low);
    this.#highs = [this.#highs[1], high];
    this.#lows = [this.#lows[1], low];
    if (!this.#reversed) return;
    this.out[0] = this.#stop;
    this.out[1] = this.#direction;
  }

  #reverse(extreme: number): void {
    this.#stop = this.#extreme;
    this.#extreme = extreme;
    this.#direction = -this.#direction;
    this.#factor = this.#first;
    this.#reversed = true;
  }

  #follow(isUp: boolean, reached: number): void {
    if (isUp ? reached <= this.#extreme : reached >= this.#extreme) return;
    this.#extreme = reached;
    this.#factor = Math.min(this.#factor + this.#first, this.#most);
  }
}

export const parabolicSar = barBundle(
  "parabolicSar",
  ["value", "direction"],
  (step: number, most: number) => new ParabolicSarKernel(step, most),
);
