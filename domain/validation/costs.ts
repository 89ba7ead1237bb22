/**
 * What trading costs, in floats, for comparisons that run no strategy (holding, random entries): the taker fee of the
 * first tier with the discount of its fee asset, and slippage. Slippage that depends on size takes the bar's own volume
 * and range; it is an approximation of the engine's exact arithmetic and never decides anything.
 */
import type { CostSpec, SlippageSpec } from "../contract/research/spec.ts";
import type { BarTable } from "../market/bar-table.ts";

/** Share of the notional a taker pays. */
export function takerFeeRate({ takerFeeBps, feeAsset }: CostSpec): number {
  return (takerFeeBps / 10_000) * (1 - (feeAsset?.discount ?? 0));
}

/** Share of the price that an order for `quantity` in row `row` loses to slippage; 0 or more, at most 1. */
export function slippageRate(slippage: SlippageSpec, bars: BarTable, row: number, quantity: number): number {
  if (slippage.model === "none") return 0;
  if (slippage.model === "fixed") return slippage.bps / 10_000;
  const volume = bars.volume[row]!;
  const share = volume > 0 ? Math.min(1, quantity / volume) : 1;
  if (slippage.model === "volume-share") return Math.min(1, slippage.impact * share * share);
  const range = (bars.high[row]! - bars.low[row]!) / bars.close[row]!;
  return Math.min(1, slippage.coefficient * range * Math.sqrt(share));
}
