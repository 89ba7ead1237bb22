/**
 * The prices a review judges by, taken from the book's top or, at a venue without books, from a mark. Says why they may
 * not be used. A book of another symbol than the intent's is a wiring fault, not a refusal (InvariantError).
 */
import type { Instrument } from "../instrument/instrument.ts";
import { type Decimal, add, fromUnits } from "../kernel/decimal.ts";
import { invariant } from "../kernel/errors.ts";
import type { BookTop, Side } from "../market/events.ts";

export interface Prices {
  /** Middle of the best prices; the only side's price when the other is empty; the mark where there is no book. */
  readonly mid: Decimal;
  /** Best price the order would take: the ask for a buy. Null when that side is empty. */
  readonly touch: Decimal | null;
  readonly atMs: number;
}

export interface PriceSource {
  readonly instrument: Instrument | null;
  readonly top: BookTop | null;
  readonly markPrice: Decimal | null;
  readonly markAtMs: number | null;
}

interface Wanted {
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
}

/** Null when there is no price at all. */
export function pricesOf({ instrument, top, markPrice, markAtMs }: PriceSource, { venue, symbol, side }: Wanted): Prices | null {
  if (top === null || instrument === null) {
    return markPrice === null || markPrice <= 0n || markAtMs === null ? null : { mid: markPrice, touch: markPrice, atMs: markAtMs };
  }
  invariant(top.symbol === symbol && top.venue === venue, `the book of ${top.venue}:${top.symbol} was given for ${venue}:${symbol}`);
  const bid = top.bidPrice === 0 ? null : fromUnits(top.bidPrice, instrument.priceDecimals);
  const ask = top.askPrice === 0 ? null : fromUnits(top.askPrice, instrument.priceDecimals);
  const touch = side === "buy" ? ask : bid;
  if (bid !== null && ask !== null) return { mid: (add(bid, ask) / 2n) as Decimal, touch, atMs: top.receivedAtMs };
  const only = bid ?? ask;
  return only === null ? null : { mid: only, touch, atMs: top.receivedAtMs };
}

/** Why the prices may not be traded on, or null when they may. */
export function staleness(
  { top, nowMs }: { readonly top: BookTop | null; readonly nowMs: number },
  prices: Prices | null,
  maxBookAgeMs: number,
): string | null {
  if (top !== null && top.quality !== "LIVE") return `the book is ${top.quality}`;
  if (prices === null) return top === null ? "there is no book and no mark price" : "the book is empty";
  const ageMs = nowMs - prices.atMs;
  return ageMs > maxBookAgeMs ? `the market was last heard from ${ageMs} ms ago, at most ${maxBookAgeMs} ms are allowed` : null;
}
