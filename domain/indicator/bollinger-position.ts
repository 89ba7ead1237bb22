/**
 * Bollinger bands as single numbers. `bollingerPercentB` is where the newest value is between the bands: 0 at the lower, 1 at
 * the upper, ½ when they meet. `bollingerWidth` is the distance between them as a share of the middle: 0.1 is 10 %; NaN
 * when the middle is 0. First value at the `length`-th input. Source: Bollinger, "Bollinger on Bollinger Bands" (2001).
 */
import { valueIndicator } from "./indicator.ts";
import { checkFactor, checkLength, type Kernel } from "./kernel.ts";
import { RollingMoments } from "./rolling-window.ts";

type Reading = (value: number, mean: number, halfWidth: number) => number;

class BollingerReading implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #deviations: number;
  readonly #read: Reading;
  readonly #moments: RollingMoments;

  constructor(name: string, length: number, deviations: number, read: Reading) {
    this.warmup = checkLength(`${name} length`, length);
    this.#deviations = checkFactor(`${name} deviations`, deviations, 100);
    this.#read = read;
    this.#moments = new RollingMoments(length);
  }

  step(value: number): void {
    const moments = this.#moments;
    if (moments.push(value)) this.out[0] = this.#read(value, moments.mean, this.#deviations * Math.sqrt(moments.variance));
  }
}

const percentB: Reading = (value, mean, halfWidth) => (halfWidth === 0 ? 0.5 : (value - mean + halfWidth) / (2 * halfWidth));
const width: Reading = (_value, mean, halfWidth) => (mean === 0 ? Number.NaN : (2 * halfWidth) / mean);

export const bollingerPercentB = valueIndicator(
  "bollingerPercentB",
  (length: number, deviations: number) => new BollingerReading("bollingerPercentB", length, deviations, percentB),
);
export const bollingerWidth = valueIndicator(
  "bollingerWidth",
  (length: number, deviations: number) => new BollingerReading("bollingerWidth", length, deviations, width),
);
