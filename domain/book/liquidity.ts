/**
 * What an order would meet in a book: the exact cost of taking a quantity, and how much rests up to a price.
 *
 * Read-only. All sums are bigint, because price × quantity units pass 2^53 on ordinary books. A cost is in units of
 * 10^-(priceDecimals + quantityDecimals) of the quote asset: `fromUnits(cost, priceDecimals + quantityDecimals)`.
 * Hidden and later liquidity is not modelled, and fees are not included.
 */
import { invalid } from "../kernel/errors.ts";
import type { Side } from "../market/events.ts";
import type { BookSideName, OrderBook } from "./order-book.ts";

export interface Sweep {
  /** Quantity units the visible book can give, at most what was asked. */
  readonly quantity: number;
  /** Sum of price × quantity over the levels taken, in price units × quantity units. */
  readonly cost: bigint;
  /** Price of the last level touched, in price units; 0 when nothing rests there. */
  readonly worstPrice: number;
  readonly levelsTouched: number;
  /** False when the book ran out before the whole quantity was found. */
  readonly complete: boolean;
}

/**
 * Takes `quantity` units as the given taker side: a buy takes asks, a sell takes bids. O(levels touched).
 * @throws {DstaError} VALIDATION_ERROR unless the quantity is a safe integer above 0.
 */
export function sweep(book: OrderBook, taker: Side, quantity: number): Sweep {
  if (!Number.isSafeInteger(quantity) || quantity <= 0) throw invalid("quantity", "a whole number of quantity units above 0", quantity);
  const side = restingSide(taker);
  let left = quantity;
  let cost = 0n;
  let worstPrice = 0;
  let rank = 0;
  for (let price = book.priceAt(side, rank); left > 0 && price !== 0; price = book.priceAt(side, rank)) {
    const taken = Math.min(left, book.quantityAt(side, rank));
    cost += BigInt(price) * BigInt(taken);
    worstPrice = price;
    left -= taken;
    rank += 1;
  }
  return { quantity: quantity - left, cost, worstPrice, levelsTouched: rank, complete: left === 0 };
}

/** Quantity units a taker finds at `limitPrice` or better. @throws {DstaError} VALIDATION_ERROR on a bad price. */
export function quantityUpToPrice(book: OrderBook, taker: Side, limitPrice: number): bigint {
  const valid = Number.isSafeInteger(limitPrice) && limitPrice > 0;
  if (!valid) throw invalid("limitPrice", "a whole number of price units above 0", limitPrice);
  const side = restingSide(taker);
  let total = 0n;
  for (let rank = 0; ; rank++) {
    const price = book.priceAt(side, rank);
    if (price === 0 || (taker === "buy" ? price > limitPrice : price < limitPrice)) return total;
    total += BigInt(book.quantityAt(side, rank));
  }
}

function restingSide(taker: Side): BookSideName {
  return taker === "buy" ? "ask" : "bid";
}
