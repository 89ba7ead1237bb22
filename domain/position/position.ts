/**
 * One owner's position in one symbol as the fold of its fills, at average cost.
 *
 * Owns quantity, cost, realised P&L and fees; refuses nothing: a fill is a fact. Adding re-averages; reducing realises at
 * the average and leaves it; a flip is a close and then an open. All money is in the symbol's quote asset, multiplier 1.
 *
 * Invariant, exact to the last unit of 10^-18 whatever is rounded on the way:
 *   cashFlow − fees in quote + mark · quantity  =  realisedPnl + unrealisedPnl − feesInQuote
 * because the cost that leaves on a reduce is rounded once and what is left keeps the remainder.
 */
import { type Decimal, abs, add, div, min, mul, mulDiv, negate, sub, ZERO } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";
import type { Fill } from "../order/types.ts";
import type { SymbolAssets } from "./symbol-assets.ts";

export interface Position {
  /** Signed: negative is short. Net of fees paid in the base asset of a spot symbol. */
  readonly quantity: Decimal;
  /** Σ price · quantity of what is open, with the sign of `quantity`; 0 when flat. */
  readonly costBasis: Decimal;
  /** Fees excluded. */
  readonly realisedPnl: Decimal;
  /** Quote received minus quote paid by trading, fees excluded. */
  readonly cashFlow: Decimal;
  /** Fees in quote, and base fees of spot fills at the price of their fill. Fees in a third asset are only in `feesByAsset`. */
  readonly feesInQuote: Decimal;
  /** The part of `feesInQuote` paid to open what is open now. */
  readonly openFees: Decimal;
  /** Every fee as it was charged, by asset; a rebate is negative. */
  readonly feesByAsset: ReadonlyMap<string, Decimal>;
  /** Σ price · quantity of every fill. */
  readonly volume: Decimal;
  readonly fills: number;
}

export interface FillOutcome {
  readonly position: Position;
  /** Of this fill, fees excluded; 0 when it only opened. */
  readonly realisedPnl: Decimal;
  /** How much of the earlier position this fill closed. */
  readonly closedQuantity: Decimal;
  /** `realisedPnl` less this fill's fee and the opening fees of what it closed: the result of a closed trade. */
  readonly netRealisedPnl: Decimal;
}

export const FLAT: Position = {
  quantity: ZERO,
  costBasis: ZERO,
  realisedPnl: ZERO,
  cashFlow: ZERO,
  feesInQuote: ZERO,
  openFees: ZERO,
  feesByAsset: new Map(),
  volume: ZERO,
  fills: 0,
};

/** Signed change of the quantity held: a fee taken in the base asset of a spot symbol leaves the holding. */
export function heldQuantity(side: Side, fill: Fill, assets: SymbolAssets): Decimal {
  const traded = side === "buy" ? fill.quantity : negate(fill.quantity);
  return isBaseFee(fill, assets) ? sub(traded, fill.fee) : traded;
}

export function applyFill(before: Position, side: Side, fill: Fill, assets: SymbolAssets): FillOutcome {
  const notional = mul(fill.price, fill.quantity);
  const signedNotional = side === "buy" ? notional : negate(notional);
  const baseFee = isBaseFee(fill, assets);
  const fee = baseFee ? mul(fill.price, fill.fee) : fill.feeAsset === assets.quote ? fill.fee : ZERO;
  const held = heldQuantity(side, fill, assets);
  const heldNotional = baseFee ? sub(signedNotional, fee) : signedNotional;

  const closes = before.quantity !== ZERO && held !== ZERO && before.quantity > ZERO !== held > ZERO;
  const closed = closes ? min(abs(before.quantity), abs(held)) : ZERO;
  const closedShare = { of: closed, in: abs(before.quantity) };
  const leavingCost = share(before.costBasis, closedShare);
  const leavingFees = share(before.openFees, closedShare);
  const closingNotional = share(heldNotional, { of: closed, in: abs(held) });
  const realised = closed === ZERO ? ZERO : negate(add(closingNotional, leavingCost));
  const quantity = add(before.quantity, held);
  const openingFee = held === ZERO ? ZERO : sub(fee, share(fee, { of: closed, in: abs(held) }));

  const position: Position = {
    quantity,
    costBasis: add(sub(before.costBasis, leavingCost), sub(heldNotional, closingNotional)),
    realisedPnl: add(before.realisedPnl, realised),
    cashFlow: sub(before.cashFlow, signedNotional),
    feesInQuote: add(before.feesInQuote, fee),
    openFees: add(sub(before.openFees, leavingFees), openingFee),
    feesByAsset: fill.fee === ZERO ? before.feesByAsset : withFee(before.feesByAsset, fill),
    volume: add(before.volume, notional),
    fills: before.fills + 1,
  };
  const netRealisedPnl = closed === ZERO ? ZERO : sub(sub(realised, leavingFees), sub(fee, openingFee));
  return { position, realisedPnl: realised, closedQuantity: closed, netRealisedPnl };
}

/** Cost of what is open per unit, or null when flat. Derived: nothing is computed from it. */
export function averagePrice(position: Position): Decimal | null {
  return position.quantity === ZERO ? null : div(position.costBasis, position.quantity);
}

export function unrealisedPnl(position: Position, markPrice: Decimal): Decimal {
  return sub(mul(markPrice, position.quantity), position.costBasis);
}

/** Fees that are in neither the quote nor (spot) the base asset: worth something only once the asset has a price. */
export function thirdAssetFees(position: Position, assets: SymbolAssets): [asset: string, amount: Decimal][] {
  return [...position.feesByAsset].filter(
    ([asset, amount]) => amount !== ZERO && asset !== assets.quote && !(asset === assets.base && assets.kind === "spot"),
  );
}

function isBaseFee(fill: Fill, assets: SymbolAssets): boolean {
  return assets.kind === "spot" && fill.feeAsset === assets.base;
}

/** Exactly `amount` when the whole is taken, so nothing is left behind by rounding. */
function share(amount: Decimal, part: { readonly of: Decimal; readonly in: Decimal }): Decimal {
  if (part.of === ZERO || amount === ZERO) return ZERO;
  return part.of === part.in ? amount : mulDiv(amount, part.of, part.in);
}

function withFee(fees: ReadonlyMap<string, Decimal>, fill: Fill): ReadonlyMap<string, Decimal> {
  return new Map(fees).set(fill.feeAsset, add(fees.get(fill.feeAsset) ?? ZERO, fill.fee));
}
