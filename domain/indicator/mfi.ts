/**
 * Money flow index: the share of the last `length` bars' turnover (typical price × volume) that came with a rising typical
 * price, 0 to 100; 50 when no turnover came with a move. First value at bar `length` + 1.
 * Source: Quong and Soudack, "Volume-Weighted RSI: Money Flow", Stocks & Commodities 7:3 (1989).
 */
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

class MfiKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #into: RollingSum;
  readonly #outOf: RollingSum;
  #before = Number.NaN;

  constructor(length: number) {
    this.warmup = checkLength("mfi length", length) + 1;
    this.#into = new RollingSum(length);
    this.#outOf = new RollingSum(length);
  }

  step(high: number, low: number, close: number, volume: number): void {
    const typical = (high + low + close) / 3;
    const before = this.#before;
    this.#before = typical;
    if (Number.isNaN(before)) return;
    const into = this.#into.push(typical > before ? typical * volume : 0);
    const outOf = this.#outOf.push(typical < before ? typical * volume : 0);
    const flow = into + outOf;
    this.out[0] = flow === 0 ? 50 : (100 * into) / flow;
  }
}

export const mfi = barIndicator("mfi", (length: number) => new MfiKernel(length), ["volume"]);
