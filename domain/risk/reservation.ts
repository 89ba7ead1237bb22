/**
 * Reservations: the open worst case of each approved order, and how it goes over into exposure or back to nothing.
 * Also the memory of a first decision, by which the same intent is told from another one with its id.
 *
 * Invariant: the working quantities and notionals of the exposure book are the sums of these reservations.
 */
import { type Decimal, sub, ZERO } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";
import type { OrderIntent } from "../order/types.ts";
import type { ExposureBook, Owner } from "./exposure.ts";

export interface Reservation {
  readonly intentId: string;
  readonly reservationId: string;
  readonly strategyId: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  /** Price the worst case is counted at. */
  readonly price: Decimal;
  /** The order's own limit, or null for a market order. */
  readonly limitPrice: Decimal | null;
  readonly remaining: Decimal;
  /** The execution stream has seen its order. */
  readonly submitted: boolean;
}

export function reservationFor(intent: OrderIntent, reservationId: string, price: Decimal): Reservation {
  const { intentId, strategyId, venue, symbol, side, limitPrice, quantity } = intent;
  return { intentId, reservationId, strategyId, venue, symbol, side, price, limitPrice, remaining: quantity, submitted: false };
}

type Kept = { -readonly [K in keyof Reservation]: Reservation[K] };

export class ReservationBook {
  readonly #exposure: ExposureBook;
  readonly #open = new Map<string, Kept>();

  constructor(exposure: ExposureBook) {
    this.#exposure = exposure;
  }

  get size(): number {
    return this.#open.size;
  }

  get(intentId: string): Reservation | undefined {
    return this.#open.get(intentId);
  }

  values(): IterableIterator<Reservation> {
    return this.#open.values();
  }

  /** Takes the object over. */
  add(reservation: Reservation): void {
    this.#open.set(reservation.intentId, reservation);
    this.#exposure.moveWorking(this.#ownerOf(reservation), reservation.side, reservation.remaining, reservation.price);
  }

  /** The rest no longer reserves anything; nothing happens when it is released already. */
  release(intentId: string): void {
    const reservation = this.#open.get(intentId);
    if (!reservation) return;
    this.#open.delete(intentId);
    this.#exposure.moveWorking(this.#ownerOf(reservation), reservation.side, -reservation.remaining, reservation.price);
  }

  /** Takes a filled quantity off; more than the rest closes it. Returns what was reserved before: 0 when nothing was. */
  fill(intentId: string, quantity: Decimal): Decimal {
    const reservation = this.#open.get(intentId);
    if (!reservation) return ZERO;
    const before = reservation.remaining;
    if (quantity >= before) {
      this.release(intentId);
    } else {
      this.#exposure.moveWorking(this.#ownerOf(reservation), reservation.side, -quantity, reservation.price);
      reservation.remaining = sub(before, quantity);
    }
    return before;
  }

  /** Its order is known to execution; false when nothing is reserved for it. */
  markSubmitted(intentId: string): boolean {
    const reservation = this.#open.get(intentId);
    if (reservation) reservation.submitted = true;
    return reservation !== undefined;
  }

  #ownerOf({ strategyId, venue, symbol }: Reservation): Owner {
    return this.#exposure.ensure(strategyId, venue, symbol);
  }
}

/** What was decided on an intent the first time, and enough of it to tell another order with the same id. */
export interface FirstDecision {
  readonly strategyId: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  /** Null when refused or withdrawn. */
  readonly reservationId: string | null;
  /** Null when approved or withdrawn. */
  readonly code: string | null;
  readonly reason: string | null;
}

type Outcome = Pick<FirstDecision, "reservationId" | "code" | "reason">;

export function decisionOn({ strategyId, venue, symbol, side, quantity, limitPrice }: OrderIntent, outcome: Outcome): FirstDecision {
  return {
    strategyId,
    venue,
    symbol,
    side,
    quantity,
    limitPrice,
    reservationId: outcome.reservationId,
    code: outcome.code,
    reason: outcome.reason,
  };
}

/** Approved, but lost before its order was submitted: the intent may be judged again, for it never became an order. */
export function withdrawn(first: FirstDecision): FirstDecision {
  return { ...first, reservationId: null, code: null, reason: null };
}

export function isWithdrawn({ reservationId, code }: FirstDecision): boolean {
  return reservationId === null && code === null;
}

export function isSameOrder(first: FirstDecision, intent: OrderIntent): boolean {
  return (
    first.quantity === intent.quantity &&
    first.side === intent.side &&
    first.limitPrice === intent.limitPrice &&
    first.symbol === intent.symbol &&
    first.venue === intent.venue &&
    first.strategyId === intent.strategyId
  );
}
