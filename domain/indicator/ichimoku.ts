/**
 * Ichimoku: the middles of the last `conversion`, `base` and `lead` bars' ranges, as known at each bar. `leadA` and `leadB`
 * are what charts draw `base` bars ahead; `spanA` and `spanB` are the cloud at this bar, that is the leads of `base` bars ago.
 * The lagging span is the close drawn `base` bars back, so at its own bar it needs the future and is no output here: compare
 * the close with `close.at(base)`. First cloud at bar lead + base. Source: Elliott, "Ichimoku Charts" (2007), after Hosoda.
 */
import { Delay } from "./delay.ts";
import { barBundle } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";
import { RollingMaximum } from "./rolling-window.ts";

class MiddleOfRange {
  readonly #highs: RollingMaximum;
  readonly #lows: RollingMaximum;

  constructor(length: number) {
    this.#highs = new RollingMaximum(length);
    this.#lows = new RollingMaximum(length);
  }

  push(high: number, low: number): number {
    return (this.#highs.push(high) - this.#lows.push(-low)) / 2;
  }
}

class IchimokuKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(6).fill(Number.NaN);
  readonly #conversion: MiddleOfRange;
  readonly #base: MiddleOfRange;
  readonly #lead: MiddleOfRange;
  readonly #pastA: Delay;
  readonly #pastB: Delay;

  constructor(conversion: number, base: number, lead: number) {
    this.#conversion = new MiddleOfRange(checkLength("ichimoku conversion", conversion));
    this.#base = new MiddleOfRange(checkLength("ichimoku base", base));
    this.#lead = new MiddleOfRange(checkLength("ichimoku lead", lead));
    this.#pastA = new Delay(base);
    this.#pastB = new Delay(base);
    this.warmup = Math.max(conversion, base, lead) + base;
  }

  step(high: number, low: number): void {
    const conversion = this.#conversion.push(high, low);
    const base = this.#base.push(high, low);
    const leadA = (conversion + base) / 2;
    const leadB = this.#lead.push(high, low);
    this.out[0] = conversion;
    this.out[1] = base;
    this.out[2] = leadA;
    this.out[3] = leadB;
    this.out[4] = this.#pastA.push(leadA);
    this.out[5] = this.#pastB.push(leadB);
  }
}

export const ichimoku = barBundle(
  "ichimoku",
  ["conversion", "base", "leadA", "leadB", "spanA", "spanB"],
  (conversion: number, base: number, lead: number) => new IchimokuKernel(conversion, base, lead),
);
