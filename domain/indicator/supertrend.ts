/**
 * Supertrend: a stop `multiplier` average true ranges from the middle of the bar that only moves with the trend; closing at or
 * beyond it turns the `direction` (1 up, −1 down). It starts up when the first bar with a range closes at or above its
 * middle. First value at bar `length` + 1. Source: Seban, "Tout le monde mérite d’être riche".
 */
import { AtrKernel } from "./atr.ts";
import { barBundle } from "./indicator.ts";
import { checkFactor, checkLength, type Kernel } from "./kernel.ts";

class SupertrendKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(2).fill(Number.NaN);
  readonly #multiplier: number;
  readonly #range: AtrKernel;
  #upper = Number.NaN;
  #lower = Number.NaN;
  #isUp = false;
  #before = 0;

  constructor(length: number, multiplier: number) {
    this.#range = new AtrKernel(checkLength("supertrend length", length));
    this.#multiplier = checkFactor("supertrend multiplier", multiplier, 100);
    this.warmup = length + 1;
  }

  step(high: number, low: number, close: number): void {
    this.#range.step(high, low, close);
    const away = this.#multiplier * this.#range.out[0]!;
    const before = this.#before;
    this.#before = close;
    if (Number.isNaN(away)) return;
    const middle = (high + low) / 2;
    if (Number.isNaN(this.#upper)) {
      this.#isUp = close >= middle;
      this.#upper = middle + away;
      this.#lower = middle - away;
    } else {
      if (middle + away < this.#upper || before > this.#upper) this.#upper = middle + away;
      if (middle - away > this.#lower || before < this.#lower) this.#lower = middle - away;
    }
    this.#isUp = close > (this.#isUp ? this.#lower : this.#upper);
    this.out[0] = this.#isUp ? this.#lower : this.#upper;
    this.out[1] = this.#isUp ? 1 : -1;
  }
}

export const supertrend = barBundle(
  "supertrend",
  ["value", "direction"],
  (length: number, multiplier: number) => new SupertrendKernel(length, multiplier),
);
