/**
 * Ultimate oscillator: buying pressure (close above the lower of low and close before) over the true range, of three windows
 * weighted 4, 2 and 1; 0 to 100. NaN when a window has no range. First value at bar `long` + 1.
 * Source: Williams, "The Ultimate Oscillator", Stocks & Commodities 3:4 (1985).
 */
import { invalid } from "../kernel/errors.ts";
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingSum } from "./rolling-window.ts";

class PressureShare {
  readonly #pressure: RollingSum;
  readonly #range: RollingSum;

  constructor(length: number) {
    this.#pressure = new RollingSum(length);
    this.#range = new RollingSum(length);
  }

  push(pressure: number, range: number): number {
    const pushed = this.#pressure.push(pressure);
    const ranged = this.#range.push(range);
    return ranged === 0 ? Number.NaN : pushed / ranged;
  }
}

class UltimateOscillatorKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #short: PressureShare;
  readonly #middle: PressureShare;
  readonly #long: PressureShare;
  #before = Number.NaN;

  constructor(short: number, middle: number, long: number) {
    checkLength("ultimateOscillator short", short);
    if (checkLength("ultimateOscillator middle", middle) <= short)
      throw invalid("ultimateOscillator middle", `a length above short, ${short}`, middle);
    if (checkLength("ultimateOscillator long", long) <= middle)
      throw invalid("ultimateOscillator long", `a length above middle, ${middle}`, long);
    this.#short = new PressureShare(short);
    this.#middle = new PressureShare(middle);
    this.#long = new PressureShare(long);
    this.warmup = long + 1;
  }

  step(high: number, low: number, close: number): void {
    const before = this.#before;
    this.#before = close;
    if (Number.isNaN(before)) return;
    const bottom = Math.min(low, before);
    const pressure = close - bottom;
    const range = Math.max(high, before) - bottom;
    const weighted = 4 * this.#short.push(pressure, range) + 2 * this.#middle.push(pressure, range) + this.#long.push(pressure, range);
    this.out[0] = (100 * weighted) / 7;
  }
}

export const ultimateOscillator = barIndicator(
  "ultimateOscillator",
  (short: number, middle: number, long: number) => new UltimateOscillatorKernel(short, middle, long),
);
