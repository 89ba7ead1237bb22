/**
 * Keltner channel in Raschke's form: an exponential average of the close and `multiplier` average true ranges (Wilder's, of
 * `atrLength` bars) either side. First value at bar max(length, atrLength + 1).
 * Source: Keltner, "How to Make Money in Commodities" (1960); Raschke and Connors, "Street Smarts" (1995).
 */
import { AtrKernel } from "./atr.ts";
import { EmaKernel } from "./ema.ts";
import { barBundle } from "./indicator.ts";
import { checkFactor, checkLength, type Kernel } from "./kernel.ts";

class KeltnerKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array(3).fill(Number.NaN);
  readonly #multiplier: number;
  readonly #average: EmaKernel;
  readonly #range: AtrKernel;

  constructor(length: number, multiplier: number, atrLength: number) {
    this.#average = new EmaKernel(checkLength("keltner length", length));
    this.#multiplier = checkFactor("keltner multiplier", multiplier, 100);
    this.#range = new AtrKernel(checkLength("keltner atrLength", atrLength));
    this.warmup = Math.max(length, atrLength + 1);
  }

  step(high: number, low: number, close: number): void {
    this.#average.step(close);
    this.#range.step(high, low, close);
    const middle = this.#average.out[0]!;
    const away = this.#multiplier * this.#range.out[0]!;
    if (Number.isNaN(middle + away)) return;
    this.out[0] = middle + away;
    this.out[1] = middle;
    this.out[2] = middle - away;
  }
}

export const keltner = barBundle(
  "keltner",
  ["upper", "middle", "lower"],
  (length: number, multiplier: number, atrLength: number) => new KeltnerKernel(length, multiplier, atrLength),
);
