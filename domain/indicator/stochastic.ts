/**
 * Stochastic oscillator: where the close is between the lowest low and the highest high of `length` bars, 0 to 100, averaged
 * over `smoothing` bars (k), the mean of the last `signal` of those (d), and j = 3k − 2d. 50 when the range is 0. `smoothing`
 * 1 is the fast stochastic. k comes at bar length + smoothing − 1. Source: Lane, "Lane's Stochastics", Stocks & Commodities 2:3 (1984).
 */
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMaximum, RollingSum } from "./rolling-window.ts";

class StochasticKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #highs: RollingMaximum;
  readonly #lows: RollingMaximum;
  readonly #smooth: RollingSum;
  readonly #signal: RollingSum;
  readonly #smoothing: number;
  readonly #signalLength: number;

  constructor(length: number, signal: number, smoothing: number) {
    this.#highs = new RollingMaximum(checkLength("stochastic length", length));
    this.#lows = new RollingMaximum(length);
    this.#signalLength = checkLength("stochastic signal", signal);
    this.#smoothing = checkLength("stochastic smoothing", smoothing);
    this.#smooth = new RollingSum(smoothing);
    this.#signal = new RollingSum(signal);
    this.warmup = length + smoothing + signal - 2;
  }

  step(high: number, low: number, close: number): void {
    const highest = this.#highs.push(high);
    const lowest = -this.#lows.push(-low);
    if (Number.isNaN(highest)) return;
    const position = highest === lowest ? 50 : (100 * (close - lowest)) / (highest - lowest);
    const k = this.#smooth.push(position) / this.#smoothing;
    if (Number.isNaN(k)) return;
    const d = this.#signal.push(k) / this.#signalLength;
    this.out[0] = k;
    this.out[1] = d;
    this.out[2] = 3 * k - 2 * d;
  }
}

export const stochastic = barBundle(
  "stochastic",
  ["k", "d", "j"],
  (length: number, signal: number, smoothing: number) => new StochasticKernel(length, signal, smoothing),
);
