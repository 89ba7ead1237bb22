/**
 * Chaikin money flow: volume weighted by where the bar closed in its range (−1 at the low, 1 at the high, 0 when there is no
 * range), over the volume of the last `length` bars; −1 to 1. NaN without volume. First value at bar `length`.
 * Source: Chaikin, in Achelis, "Technical Analysis from A to Z" (2000).
 */
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

class CmfKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #flow: RollingSum;
  readonly #volume: RollingSum;

  constructor(length: number) {
    this.warmup = checkLength("cmf length", length);
    this.#flow = new RollingSum(length);
    this.#volume = new RollingSum(length);
  }

  step(high: number, low: number, close: number, volume: number): void {
    const place = high === low ? 0 : (close - low - (high - close)) / (high - low);
    const flow = this.#flow.push(place * volume);
    const traded = this.#volume.push(volume);
    this.out[0] = traded > 0 ? flow / traded : Number.NaN;
  }
}

export const cmf = barIndicator("cmf", (length: number) => new CmfKernel(length), ["volume"]);
