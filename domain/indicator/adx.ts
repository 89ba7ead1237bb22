/**
 * Average directional index: the one-sidedness of directional movement, averaged by Wilder; 0 to 100, above 25 is a trend to
 * most. First value at bar 2·`length`. `adxr` is its mean with the index `length` bars before, first at 3·`length`.
 * Source: Wilder, "New Concepts in Technical Trading Systems" (1978).
 */
import { Delay } from "./delay.ts";
import { DmiKernel } from "./dmi.ts";
import { barIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class AdxKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #length: number;
  readonly #movement: DmiKernel;
  #seen = 0;
  #average = 0;

  constructor(length: number) {
    this.#length = checkLength("adx length", length);
    this.#movement = new DmiKernel(length);
    this.warmup = 2 * length;
  }

  step(high: number, low: number, close: number): void {
    this.#movement.step(high, low, close);
    const dx = this.#movement.out[2]!;
    if (Number.isNaN(dx)) return;
    if (this.#seen >= this.#length) {
      this.#average += (dx - this.#average) / this.#length;
    } else {
      this.#seen += 1;
      this.#average += dx;
      if (this.#seen < this.#length) return;
      this.#average /= this.#length;
    }
    this.out[0] = this.#average;
  }
}

class AdxrKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #adx: AdxKernel;
  readonly #past: Delay;

  constructor(length: number) {
    this.#adx = new AdxKernel(length);
    this.#past = new Delay(length);
    this.warmup = 3 * length;
  }

  step(high: number, low: number, close: number): void {
    this.#adx.step(high, low, close);
    const now = this.#adx.out[0]!;
    if (!Number.isNaN(now)) this.out[0] = (now + this.#past.push(now)) / 2;
  }
}

export const adx = barIndicator("adx", (length: number) => new AdxKernel(length));
export const adxr = barIndicator("adxr", (length: number) => new AdxrKernel(length));
