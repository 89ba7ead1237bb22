/**
 * Change against the value `length` values ago: `momentum` as a difference, `roc` (rate of change) in percent of the old
 * value, NaN when that was 0. First value at input `length` + 1. Source: Murphy (1999), ch. 10.
 */
import { Delay } from "./delay.ts";
import { valueIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class MomentumKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #past: Delay;

  constructor(length: number) {
    this.warmup = checkLength("momentum length", length) + 1;
    this.#past = new Delay(length);
  }

  step(value: number): void {
    this.out[0] = value - this.#past.push(value);
  }
}

class RocKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #past: Delay;

  constructor(length: number) {
    this.warmup = checkLength("roc length", length) + 1;
    this.#past = new Delay(length);
  }

  step(value: number): void {
    const past = this.#past.push(value);
    this.out[0] = past === 0 ? Number.NaN : (100 * (value - past)) / past;
  }
}

export const momentum = valueIndicator("momentum", (length: number) => new MomentumKernel(length));
export const roc = valueIndicator("roc", (length: number) => new RocKernel(length));
