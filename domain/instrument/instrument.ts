/**
 * What can be traded and by which rules: increments, bounds, fees. Checks an order's numbers against the rules;
 * never rounds on its own: callers who want rounding ask for it.
 */
import { DstaError, notFound } from "../kernel/errors.ts";
import { type Decimal, abs, format, isMultiple, mul, quantize, UNIT, ZERO } from "../kernel/decimal.ts";

export interface Instrument {
  readonly venue: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** `spot` cannot be sold short; `linear` is a perpetual margined and settled in the quote asset. */
  readonly kind: "spot" | "linear";
  /** Decimals of the integer price and quantity units used in books (10^-decimals each). */
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly tickSize: Decimal;
  readonly lotSize: Decimal;
  readonly minQuantity: Decimal;
  readonly maxQuantity: Decimal;
  /** Smallest price · quantity the venue accepts, in quote. */
  readonly minNotional: Decimal;
  /** Fee as a share of notional: 0.001 is 10 bps. A negative maker rate is a rebate. */
  readonly makerFeeRate: Decimal;
  readonly takerFeeRate: Decimal;
}

export interface OrderNumbers {
  readonly quantity: Decimal;
  /** Limit price, or null for a market order. */
  readonly price: Decimal | null;
  /** Price that values the order when it has none of its own. */
  readonly referencePrice: Decimal | null;
}

/** The first rule the numbers break, or null when a venue would accept them. */
export function checkOrderNumbers(instrument: Instrument, order: OrderNumbers): DstaError | null {
  const { quantity, price } = order;
  if (quantity <= ZERO) return refused("BAD_QUANTITY", "quantity", "a positive quantity", quantity);
  if (!isMultiple(quantity, instrument.lotSize))
    return refused("LOT_SIZE", "quantity", `a multiple of ${format(instrument.lotSize)}`, quantity);
  if (quantity < instrument.minQuantity) return refused("MIN_QUANTITY", "quantity", `at least ${format(instrument.minQuantity)}`, quantity);
  if (quantity > instrument.maxQuantity) return refused("MAX_QUANTITY", "quantity", `at most ${format(instrument.maxQuantity)}`, quantity);
  if (price !== null) {
    if (price <= ZERO) return refused("BAD_PRICE", "price", "a positive price", price);
    if (!isMultiple(price, instrument.tickSize))
      return refused("TICK_SIZE", "price", `a multiple of ${format(instrument.tickSize)}`, price);
  }
  const valuation = price ?? order.referencePrice;
  if (valuation !== null && isNotionalBelow(valuation, quantity, instrument.minNotional)) {
    return refused(
      "MIN_NOTIONAL",
      "quantity",
      `a notional of at least ${format(instrument.minNotional)} ${instrument.quote}`,
      mul(valuation, quantity),
    );
  }
  return null;
}

/** Whether `mul(price, quantity)` is below `least`. Undivided products settle all but what rounding could lift to it. */
export function isNotionalBelow(price: Decimal, quantity: Decimal, least: Decimal): boolean {
  return price * quantity < least * UNIT && mul(price, quantity) < least;
}

/** Largest order quantity that is not above `quantity`. */
export function roundQuantity(instrument: Instrument, quantity: Decimal): Decimal {
  return quantize(abs(quantity), instrument.lotSize, "down");
}

/** The valid price nearest to `price` that is not more aggressive than it. */
export function roundPrice(instrument: Instrument, price: Decimal, side: "buy" | "sell"): Decimal {
  return quantize(price, instrument.tickSize, side === "buy" ? "down" : "up");
}

function refused(type: string, field: string, expected: string, got: Decimal): DstaError {
  return new DstaError(type, `${field}: expected ${expected}, got ${format(got)}`, { data: { field, expected, got: format(got) } });
}

/** @throws {DstaError} NOT_FOUND naming venue and symbol. */
export function findInstrument(instruments: readonly Instrument[], venue: string, symbol: string): Instrument {
  const found = instruments.find((instrument) => instrument.symbol === symbol);
  if (!found) throw notFound("instrument", `${venue}:${symbol}`);
  return found;
}

/**
 * The instrument a person means: `ETH/USDT` also names the perpetual `ETH/USDT:USDT` where the venue has no spot market
 * of that name. Actors take exact symbols only, or one market would have two books.
 * @throws {DstaError} NOT_FOUND naming venue and symbol.
 */
export function instrumentMeant(instruments: readonly Instrument[], venue: string, symbol: string): Instrument {
  const exact = instruments.some((instrument) => instrument.symbol === symbol);
  const contract = exact ? undefined : instruments.find((instrument) => instrument.symbol.startsWith(`${symbol}:`));
  return contract ?? findInstrument(instruments, venue, symbol);
}
