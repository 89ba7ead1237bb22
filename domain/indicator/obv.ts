/**
 * On-balance volume: volume added on a rising close and taken away on a falling one, from 0 at the first bar. Only its
 * changes mean something: the level depends on where it started. Source: Granville, "New Key to Stock Market Profits" (1963).
 */
import { barIndicator } from "./indicator.ts";
import type { Kernel } from "./kernel.ts";

class ObvKernel implements Kernel {
  readonly warmup = 1;
  readonly out = new Float64Array([Number.NaN]);
  #before = Number.NaN;
  #total = 0;

  step(_high: number, _low: number, close: number, volume: number): void {
    if (close > this.#before) this.#total += volume;
    else if (close < this.#before) this.#total -= volume;
    this.#before = close;
    this.out[0] = this.#total;
  }
}

export const obv = barIndicator("obv", () => new ObvKernel(), ["volume"]);
