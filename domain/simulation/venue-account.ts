/**
 * The money of one account at a venue of ours: totals, what open orders reserve, margin of linear positions, fees.
 *
 * Spot: a buy needs free quote for price × quantity and the fee, a sell needs free base; open orders reserve both.
 * Linear: margined in the quote asset at 10 % of the larger of |position + open buys| and |position − open sells|,
 * valued at entry and limit prices; short positions are allowed; an order that does not raise that margin always
 * passes. Realised profit and loss, and every fee, go to the quote asset's total.
 * Not modelled: liquidation, funding, unrealised profit as margin; the total of a losing account can go below zero.
 * Invariant: everything is exact; a reservation is always the current one of its order's remainder.
 */
import type { Instrument } from "../instrument/instrument.ts";
import { add, type Decimal, decimal, format, max, min, mul, mulDiv, negate, sub, UNIT, ZERO, abs } from "../kernel/decimal.ts";
import { DstaError, invariant } from "../kernel/errors.ts";
import type { Side } from "../market/events.ts";

/** Initial margin of a linear position as a share of its notional. */
export const INITIAL_MARGIN_RATE: Decimal = decimal("0.1");

export interface AccountBalance {
  readonly free: Decimal;
  readonly total: Decimal;
}

export interface LinearPosition {
  /** Positive long, negative short, in base units. */
  readonly quantity: Decimal;
  /** Signed price × quantity paid for it, without fees. */
  readonly cost: Decimal;
}

interface Exposure {
  readonly quote: string;
  quantity: Decimal;
  cost: Decimal;
  buys: Decimal;
  sells: Decimal;
}

interface Reservation {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly price: Decimal;
  remaining: Decimal;
}

export interface AccountFill {
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly fee: Decimal;
}

export class VenueAccount {
  readonly #totals = new Map<string, Decimal>();
  readonly #reserved = new Map<string, Decimal>();
  readonly #exposures = new Map<string, Exposure>();
  readonly #reservations = new Map<string, Reservation>();

  open(balances: Readonly<Record<string, Decimal>>): void {
    for (const [asset, amount] of Object.entries(balances)) this.#totals.set(asset, amount);
  }

  /**
   * Why the account cannot take this order, or null.
   * @param notional price × quantity expected in quote: at the limit, or what a market order would pay.
   */
  check(instrument: Instrument, side: Side, quantity: Decimal, notional: Decimal): DstaError | null {
    if (instrument.kind === "linear") return this.#checkMargin(instrument, side, notional);
    if (side === "sell") return lacking("INSUFFICIENT_BALANCE", instrument.base, quantity, this.free(instrument.base));
    return lacking("INSUFFICIENT_BALANCE", instrument.quote, add(notional, worstFee(instrument, notional)), this.free(instrument.quote));
  }

  /** Sets aside what a resting order can need. Market orders reserve nothing: they are decided at once. */
  reserve(orderId: string, instrument: Instrument, side: Side, price: Decimal, quantity: Decimal): void {
    invariant(!this.#reservations.has(orderId), `order ${orderId} has a reservation already`);
    const reservation = { instrument, side, price, remaining: quantity };
    this.#reservations.set(orderId, reservation);
    this.#shift(reservation, 1n);
  }

  /** Gives back what is still set aside for an order; nothing when there is nothing. */
  release(orderId: string): void {
    const reservation = this.#reservations.get(orderId);
    if (!reservation) return;
    this.#shift(reservation, -1n);
    this.#reservations.delete(orderId);
  }

  fill(orderId: string, instrument: Instrument, fill: AccountFill): void {
    const reservation = this.#reservations.get(orderId);
    if (reservation) {
      this.#shift(reservation, -1n);
      reservation.remaining = sub(reservation.remaining, fill.quantity);
      invariant(reservation.remaining >= ZERO, `order ${orderId} is filled beyond its quantity`);
      if (reservation.remaining === ZERO) this.#reservations.delete(orderId);
      else this.#shift(reservation, 1n);
    }
    if (instrument.kind === "linear") this.#fillLinear(instrument, fill);
    else this.#fillSpot(instrument, fill);
    this.#credit(instrument.quote, negate(fill.fee));
  }

  free(asset: string): Decimal {
    let free = sub(this.#totals.get(asset) ?? ZERO, this.#reserved.get(asset) ?? ZERO);
    for (const exposure of this.#exposures.values()) if (exposure.quote === asset) free = sub(free, marginOf(exposure));
    return free;
  }

  balances(): Record<string, AccountBalance> {
    const all: Record<string, AccountBalance> = {};
    for (const [asset, total] of this.#totals) all[asset] = { free: this.free(asset), total };
    return all;
  }

  /** Linear positions that are not flat, by symbol. */
  positions(): Record<string, LinearPosition> {
    const all: Record<string, LinearPosition> = {};
    for (const [symbol, { quantity, cost }] of this.#exposures) if (quantity !== ZERO) all[symbol] = { quantity, cost };
    return all;
  }

  #checkMargin(instrument: Instrument, side: Side, notional: Decimal): DstaError | null {
    const now = this.#exposure(instrument);
    const then: Exposure = side === "buy" ? { ...now, buys: add(now.buys, notional) } : { ...now, sells: add(now.sells, notional) };
    const more = sub(marginOf(then), marginOf(now));
    if (more <= ZERO) return null;
    return lacking("INSUFFICIENT_MARGIN", instrument.quote, add(more, worstFee(instrument, notional)), this.free(instrument.quote));
  }

  #fillSpot(instrument: Instrument, fill: AccountFill): void {
    const notional = mul(fill.price, fill.quantity);
    this.#credit(instrument.base, fill.side === "buy" ? fill.quantity : negate(fill.quantity));
    this.#credit(instrument.quote, fill.side === "buy" ? negate(notional) : notional);
    invariant(this.#totals.get(instrument.base)! >= ZERO, `${instrument.base} sold beyond what the account has`);
  }

  #fillLinear(instrument: Instrument, fill: AccountFill): void {
    const exposure = this.#exposure(instrument);
    const signed = fill.side === "buy" ? fill.quantity : negate(fill.quantity);
    const reduces = exposure.quantity !== ZERO && exposure.quantity > ZERO !== signed > ZERO;
    if (reduces) {
      const closed = min(abs(signed), abs(exposure.quantity));
      const share = mulDiv(exposure.cost, closed, abs(exposure.quantity));
      const proceeds = mul(fill.price, closed);
      this.#credit(instrument.quote, sub(exposure.quantity > ZERO ? proceeds : negate(proceeds), share));
      exposure.cost = sub(exposure.cost, share);
      exposure.quantity = add(exposure.quantity, signed > ZERO ? closed : negate(closed));
      const rest = sub(abs(signed), closed);
      if (rest > ZERO) this.#extend(exposure, signed > ZERO ? rest : negate(rest), fill.price);
    } else {
      this.#extend(exposure, signed, fill.price);
    }
  }

  #extend(exposure: Exposure, signed: Decimal, price: Decimal): void {
    exposure.quantity = add(exposure.quantity, signed);
    exposure.cost = add(exposure.cost, mul(price, signed));
  }

  /** Adds (1) or takes back (-1) the claim of a reservation's current remainder. */
  #shift(reservation: Reservation, sign: 1n | -1n): void {
    const { instrument, side, price, remaining } = reservation;
    const notional = mul(price, remaining);
    if (instrument.kind === "linear") {
      const exposure = this.#exposure(instrument);
      const change = (sign * notional) as Decimal;
      if (side === "buy") exposure.buys = add(exposure.buys, change);
      else exposure.sells = add(exposure.sells, change);
      return;
    }
    const asset = side === "buy" ? instrument.quote : instrument.base;
    const claim = side === "buy" ? add(notional, worstFee(instrument, notional)) : remaining;
    this.#reserved.set(asset, add(this.#reserved.get(asset) ?? ZERO, (sign * claim) as Decimal));
  }

  #exposure(instrument: Instrument): Exposure {
    let exposure = this.#exposures.get(instrument.symbol);
    if (!exposure) {
      exposure = { quote: instrument.quote, quantity: ZERO, cost: ZERO, buys: ZERO, sells: ZERO };
      this.#exposures.set(instrument.symbol, exposure);
    }
    return exposure;
  }

  #credit(asset: string, amount: Decimal): void {
    this.#totals.set(asset, add(this.#totals.get(asset) ?? ZERO, amount));
  }
}

function marginOf(exposure: Exposure): Decimal {
  const { cost, buys, sells } = exposure;
  return mulDiv(max(abs(add(cost, buys)), abs(sub(cost, sells))), INITIAL_MARGIN_RATE, UNIT, "up");
}

function worstFee(instrument: Instrument, notional: Decimal): Decimal {
  return mul(notional, max(ZERO, max(instrument.makerFeeRate, instrument.takerFeeRate)), "up");
}

function lacking(type: string, asset: string, needed: Decimal, free: Decimal): DstaError | null {
  if (needed <= free) return null;
  return new DstaError(type, `${asset}: needs ${format(needed)}, free ${format(free)}`, {
    data: { field: "quantity", expected: `at most ${format(free)} ${asset}`, got: format(needed) },
  });
}
