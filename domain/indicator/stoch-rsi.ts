/**
 * Stochastic of the relative strength index: where the RSI is in its range of `length` values, 0 to 100, averaged over
 * `smoothing` values (k), and the mean of the last `signal` of those (d). 50 when the RSI did not move. k comes at input
 * rsiLength + length + smoothing − 1. Source: Chande and Kroll, "The New Technical Trader" (1994).
 */
import { valueBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMaximum, RollingSum } from "./rolling-window.ts";
import { RsiKernel } from "./rsi.ts";

class StochRsiKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(2).fill(Number.NaN);
  readonly #rsi: RsiKernel;
  readonly #highs: RollingMaximum;
  readonly #lows: RollingMaximum;
  readonly #smooth: RollingSum;
  readonly #signal: RollingSum;
  readonly #smoothing: number;
  readonly #signalLength: number;

  constructor(rsiLength: number, length: number, signal: number, smoothing: number) {
    this.#rsi = new RsiKernel(checkLength("stochRsi rsiLength", rsiLength));
    this.#highs = new RollingMaximum(checkLength("stochRsi length", length));
    this.#lows = new RollingMaximum(length);
    this.#signalLength = checkLength("stochRsi signal", signal);
    this.#smoothing = checkLength("stochRsi smoothing", smoothing);
    this.#smooth = new RollingSum(smoothing);
    this.#signal = new RollingSum(signal);
    this.warmup = rsiLength + length + smoothing + signal - 2;
  }

  step(value: number): void {
    this.#rsi.step(value);
    const rsi = this.#rsi.out[0]!;
    if (Number.isNaN(rsi)) return;
    const highest = this.#highs.push(rsi);
    const lowest = -this.#lows.push(-rsi);
    if (Number.isNaN(highest)) return;
    const position = highest === lowest ? 50 : (100 * (rsi - lowest)) / (highest - lowest);
    const k = this.#smooth.push(position) / this.#smoothing;
    this.out[0] = k;
    if (!Number.isNaN(k)) this.out[1] = this.#signal.push(k) / this.#signalLength;
  }
}

export const stochRsi = valueBundle(
  "stochRsi",
  ["k", "d"],
  (rsiLength: number, length: number, signal: number, smoothing: number) => new StochRsiKernel(rsiLength, length, signal, smoothing),
);
