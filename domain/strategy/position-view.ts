/**
 * The instance's own position as an author reads it: floats for deciding, exact decimals for sizing. What is too small
 * to be sold (below the lot, the least quantity or the least notional) is dust: such a position is flat, otherwise a fee
 * paid in the base asset would leave a strategy holding for ever what it cannot close.
 */
import { type Instrument, isNotionalBelow, roundQuantity } from "../instrument/instrument.ts";
import { type Decimal, abs, toNumber, ZERO } from "../kernel/decimal.ts";
import { amountOf } from "./amounts.ts";

/** Owned by the fold of fills outside; the runner is told the new one with every fill. */
export interface PositionState {
  /** Signed: negative is short. */
  readonly quantity: Decimal;
  /** Null when flat. */
  readonly averagePrice: Decimal | null;
  /** Equity of the account when this was told: what sizes given as `allocation` are shares of. Null or left out: not known. */
  readonly capital?: Decimal | null;
}

export const FLAT: PositionState = Object.freeze({ quantity: ZERO, averagePrice: null });

export class PositionView {
  /** Signed, in base: negative is short. */
  quantity = 0;
  exact: PositionState = FLAT;
  readonly #instrument: Instrument;
  readonly #referencePrice: () => number;
  readonly #leastQuantity: number;
  readonly #leastNotional: number;

  constructor(instrument: Instrument, referencePrice: () => number) {
    this.#instrument = instrument;
    this.#referencePrice = referencePrice;
    this.#leastQuantity = Math.max(toNumber(instrument.lotSize), toNumber(instrument.minQuantity));
    this.#leastNotional = toNumber(instrument.minNotional);
  }

  show(position: PositionState): void {
    this.exact = position;
    this.quantity = position.quantity === ZERO ? 0 : toNumber(position.quantity);
  }

  /** NaN when flat. */
  get averagePrice(): number {
    const { averagePrice } = this.exact;
    return averagePrice === null ? Number.NaN : toNumber(averagePrice);
  }

  get isFlat(): boolean {
    const size = Math.abs(this.quantity);
    if (size === 0) return true;
    // Twice the bounds is far from rounding: only a position near them needs exact arithmetic.
    const price = this.#referencePrice();
    if (size > 2 * this.#leastQuantity && !(size * price <= 2 * this.#leastNotional)) return false;
    return this.closableQuantity() === ZERO;
  }

  get isLong(): boolean {
    return this.quantity > 0 && !this.isFlat;
  }

  get isShort(): boolean {
    return this.quantity < 0 && !this.isFlat;
  }

  /** The position's size rounded down to the lot; 0 when it is dust at the current price. */
  closableQuantity(): Decimal {
    const size = roundQuantity(this.#instrument, abs(this.exact.quantity));
    return isBelowMinimum(this.#instrument, size, this.#referencePrice()) ? ZERO : size;
  }
}

/** Would a venue refuse this quantity as too small? A price not yet known (NaN) leaves the notional unchecked. */
export function isBelowMinimum(instrument: Instrument, quantity: Decimal, price: number): boolean {
  if (quantity <= ZERO || quantity < instrument.minQuantity) return true;
  if (!Number.isFinite(price)) return false;
  // Twice the bound is far from rounding: only a notional near it needs exact arithmetic.
  if (price * toNumber(quantity) > 2 * toNumber(instrument.minNotional)) return false;
  return isNotionalBelow(amountOf(price, "price"), quantity, instrument.minNotional);
}
