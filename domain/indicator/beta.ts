/**
 * Beta of a price against a market's: covariance of their one-bar returns over the variance of the market's, of the last
 * `length` returns. NaN when the market did not move. First value at bar `length` + 1; a return from a price of 0 is counted
 * as none, 0. Source: Sharpe, "Capital Asset Prices", Journal of Finance 19 (1964).
 */
import { RollingCoMoments } from "./co-moments.ts";
import { pairIndicator } from "./indicator.ts";
import { checkLength, type Kernel } from "./kernel.ts";

class BetaKernel implements Kernel {
  readonly warmup: number;
  readonly out = new Float64Array([Number.NaN]);
  readonly #moments: RollingCoMoments;
  #asset = Number.NaN;
  #market = Number.NaN;

  constructor(length: number) {
    this.warmup = checkLength("beta length", length, 2) + 1;
    this.#moments = new RollingCoMoments(length);
  }

  step(asset: number, market: number): void {
    const assetReturn = returnOf(asset, this.#asset);
    const marketReturn = returnOf(market, this.#market);
    this.#asset = asset;
    this.#market = market;
    if (Number.isNaN(assetReturn) || !this.#moments.push(marketReturn, assetReturn)) return;
    const { varianceX, covariance } = this.#moments;
    this.out[0] = varianceX === 0 ? Number.NaN : covariance / varianceX;
  }
}

function returnOf(now: number, before: number): number {
  return before === 0 ? 0 : (now - before) / before;
}

/** `first` is the asset, `second` the market. */
export const beta = pairIndicator("beta", (length: number) => new BetaKernel(length));
