/**
 * What one position is worth in the account's currency. A price that is not known makes its part unpriced and named; it
 * is never taken as 0: an open position without a mark stays at its cost (no unrealised P&L), one whose quote asset has
 * no rate is in no total at all, a fee in a third asset without a price is left out of the fees.
 */
import { type Decimal, add, mul, sub, UNIT, ZERO } from "../kernel/decimal.ts";
import { type Position, thirdAssetFees, unrealisedPnl } from "./position.ts";
import type { SymbolAssets } from "./symbol-assets.ts";

/** Price of one unit of an asset in the account's currency, or null when not known. */
export type AssetRate = (asset: string) => Decimal | null;

export interface Valuation {
  readonly realisedPnl: Decimal;
  readonly unrealisedPnl: Decimal;
  readonly feesPaid: Decimal;
  /** realised + unrealised − fees, exactly. */
  readonly netPnl: Decimal;
  /** Symbols and assets whose price is missing. */
  readonly unpriced: readonly string[];
}

const NOTHING_MISSING: readonly string[] = [];
export const NO_VALUE: Valuation = { realisedPnl: ZERO, unrealisedPnl: ZERO, feesPaid: ZERO, netPnl: ZERO, unpriced: NOTHING_MISSING };

export interface Priced {
  readonly symbol: string;
  readonly assets: SymbolAssets;
  readonly position: Position;
}

export function valuePosition({ symbol, assets, position }: Priced, markPrice: Decimal | null, rateOf: AssetRate): Valuation {
  const rate = rateOf(assets.quote);
  if (rate === null) return { ...NO_VALUE, unpriced: [symbol] };
  let unpriced = NOTHING_MISSING;
  let unrealised = ZERO;
  if (markPrice !== null) unrealised = converted(unrealisedPnl(position, markPrice), rate);
  else if (position.quantity !== ZERO) unpriced = [symbol];

  let fees = converted(position.feesInQuote, rate);
  for (const [asset, amount] of thirdAssetFees(position, assets)) {
    const price = rateOf(asset);
    if (price === null) unpriced = [...unpriced, asset];
    else fees = add(fees, mul(amount, price));
  }
  const realised = converted(position.realisedPnl, rate);
  return { realisedPnl: realised, unrealisedPnl: unrealised, feesPaid: fees, netPnl: sub(add(realised, unrealised), fees), unpriced };
}

/** `sum` with `taken` out and `put` in: totals move by what changed and stay equal to the sum of their parts. */
export function exchanged(sum: Valuation, taken: Valuation, put: Valuation): Valuation {
  const moved = (part: "realisedPnl" | "unrealisedPnl" | "feesPaid" | "netPnl") => add(sub(sum[part], taken[part]), put[part]);
  return {
    realisedPnl: moved("realisedPnl"),
    unrealisedPnl: moved("unrealisedPnl"),
    feesPaid: moved("feesPaid"),
    netPnl: moved("netPnl"),
    unpriced: NOTHING_MISSING,
  };
}

function converted(amount: Decimal, rate: Decimal): Decimal {
  return rate === UNIT ? amount : mul(amount, rate);
}
