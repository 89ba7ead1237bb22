/**
 * Dust: a rest too small for the venue to take. It is a state of a position, not an error: it is shown, it keeps its
 * value, and no order is made of it. Fees in the base asset and lot sizes leave it behind.
 */
import { type Instrument, roundQuantity } from "../instrument/instrument.ts";
import { type Decimal, abs, min, mul, sub, ZERO } from "../kernel/decimal.ts";

export interface Closeable {
  /** Unsigned quantity one order can close: whole lots, at most the venue's largest order; 0 when all of it is dust. */
  readonly quantity: Decimal;
  /** Unsigned rest that no order can close. */
  readonly dust: Decimal;
}

/** Splits a signed holding into what can be closed and dust. Without a `price` the minimum notional is not judged. */
export function closeable(instrument: Instrument, quantity: Decimal, price: Decimal | null): Closeable {
  const lots = roundQuantity(instrument, quantity);
  const tooSmall = lots < instrument.minQuantity || (price !== null && mul(price, lots) < instrument.minNotional);
  if (tooSmall) return { quantity: ZERO, dust: abs(quantity) };
  return { quantity: min(lots, roundQuantity(instrument, instrument.maxQuantity)), dust: sub(abs(quantity), lots) };
}

/** True when something is held and none of it can be closed. */
export function isDust(instrument: Instrument, quantity: Decimal, price: Decimal | null): boolean {
  return quantity !== ZERO && closeable(instrument, quantity, price).quantity === ZERO;
}
