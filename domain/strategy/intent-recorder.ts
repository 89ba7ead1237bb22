/**
 * Turns what an author asks for into order intents: sizes made exact and rounded down to the lot, limits rounded to the
 * tick and never toward the market, ids `strategy.epoch.sequence`. Records only. What one handler records is taken
 * whole or, when the handler fails, dropped whole; sequence numbers are never used twice.
 */
import { type Instrument, roundPrice, roundQuantity } from "../instrument/instrument.ts";
import { type Decimal, add, div, format, max, mul, sub, toNumber, UNIT, ZERO } from "../kernel/decimal.ts";
import { type DstaError, isExpected } from "../kernel/errors.ts";
import type { Side } from "../market/events.ts";
import type { OrderIntent } from "../order/types.ts";
import { type Amount, amountOf, badIntent } from "./amounts.ts";
import type { OrderTerms, OrderWish } from "./context.ts";
import { type Decision, EMPTY } from "./decision.ts";
import type { FloodGate } from "./flood-gate.ts";
import type { MarketState } from "./market-state.ts";
import type { OwnOrder, OwnOrders } from "./own-orders.ts";
import type { ProtectiveStop, SavedStop } from "./protective-stop.ts";
import { type PositionView, isBelowMinimum } from "./position-view.ts";

/** Who decides, for whom and where. */
export interface StrategyInstance {
  readonly id: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
  /** The activation's fencing epoch; with it, intent ids never repeat across restarts. */
  readonly epoch: string;
}

export interface RecorderParts {
  readonly instance: StrategyInstance;
  readonly instrument: Instrument;
  readonly market: MarketState;
  readonly position: PositionView;
  readonly orders: OwnOrders;
  readonly gate: FloodGate;
  readonly stop: ProtectiveStop;
  /** Last sequence number used in this epoch. */
  readonly sequence: number;
  /** Quote the instance may use, for `allocation`; null where there is none. */
  readonly capital: () => Decimal | null;
  /** An order given as `allocation` leaves with quantity 0 and its share: whoever fills it sizes it. */
  readonly sizesLater: boolean;
}

type Sized = OrderIntent & { allocation?: Decimal };

const NOTES_MAX = 20;
const WHY_MAX = 300;

export class IntentRecorder {
  /** Last sequence number used. */
  sequence: number;
  /** The first refusal of this handler's calls: it stands even if the author's code caught it. */
  refusal: DstaError | null = null;
  readonly #parts: RecorderParts;
  readonly #idPrefix: string;
  #intents: OrderIntent[] = [];
  #cancels: string[] = [];
  #notes: string[] = [];
  #notesDropped = 0;
  #recorded = false;
  /** The open orders as they were before this handler changed them; null while it has not. */
  #ordersBefore: readonly OwnOrder[] | null = null;
  /** The stop before this handler moved it; null while it has not. */
  #stopBefore: { readonly saved: SavedStop | null } | null = null;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.sequence = parts.sequence;
    this.#idPrefix = `${parts.instance.id}.${parts.instance.epoch}.`;
  }

  take(): Decision {
    if (this.#ordersBefore !== null) this.#ordersBefore = null;
    if (this.#stopBefore !== null) this.#stopBefore = null;
    if (!this.#recorded) return EMPTY;
    if (this.#notesDropped > 0) this.#notes.push(`${this.#notesDropped} more notes on this event`);
    const decision = { intents: this.#intents, cancels: this.#cancels, notes: this.#notes };
    this.#clear();
    return decision;
  }

  rollBack(): void {
    if (this.#ordersBefore !== null) this.#parts.orders.open = this.#ordersBefore;
    this.#ordersBefore = null;
    if (this.#stopBefore !== null) this.#parts.stop.restore(this.#stopBefore.saved);
    this.#stopBefore = null;
    this.refusal = null;
    this.#clear();
  }

  order(side: Side, wish: OrderWish): string | null {
    return this.#guarded(() => {
      checkTerms(wish);
      if (this.#parts.sizesLater && wish.allocation !== undefined && wish.limit === undefined) {
        return this.#record(side, ZERO, null, wish, shareOf(wish));
      }
      const limit = wish.limit === undefined ? null : this.#limitPrice(side, wish.limit);
      const valuation = limit === null ? this.#parts.market.takerPrice(side) : toNumber(limit);
      const size = this.#sizeOf(wish, limit, valuation);
      if (size === null) return null;
      const quantity = roundQuantity(this.#parts.instrument, size);
      if (isBelowMinimum(this.#parts.instrument, quantity, valuation)) return this.#tooSmall(side, size);
      return this.#record(side, quantity, limit, wish);
    });
  }

  close(terms: { readonly why: string }): string | null {
    return this.#guarded(() => {
      checkWhy(terms.why);
      const { position, orders, instrument, market } = this.#parts;
      const held = position.exact.quantity;
      if (held === ZERO) return null;
      const side = held > ZERO ? "sell" : "buy";
      const size = position.closableQuantity();
      if (size === ZERO) return this.#refuse(`${format(held)} ${instrument.base} is dust: below what ${instrument.venue} accepts`);
      const closing = orders.open
        .filter((order) => order.reduceOnly && order.side === side && !order.cancelAsked)
        .reduce((sum, order) => add(sum, sub(order.quantity, order.filledQuantity)), ZERO);
      const rest = max(sub(size, closing), ZERO);
      if (isBelowMinimum(instrument, rest, market.price())) return this.#refuse(`already closing ${format(closing)} ${instrument.base}`);
      return this.#record(side, rest, null, { why: terms.why, reduceOnly: true });
    });
  }

  /** Takes effect at once; a handler that fails afterwards leaves the stop as it was. */
  protect({ stop: price, why }: { readonly stop: Amount | null; readonly why: string }): void {
    this.#guarded(() => {
      checkWhy(why);
      const { stop } = this.#parts;
      this.#stopBefore ??= { saved: stop.saved() };
      if (price === null) stop.clear();
      else stop.set(price, why.trim().slice(0, WHY_MAX));
      this.#recorded = true;
      return null;
    });
  }

  /** Targets go first: while one of them may still fill, the same quantity cannot be closed a second time. */
  closeAtStop(why: string): void {
    const { position, orders } = this.#parts;
    const side = position.exact.quantity > ZERO ? "sell" : "buy";
    const targets = orders.open.filter((order) => order.side === side && order.type === "limit");
    for (const order of targets) this.#cancel(order);
    if (targets.length === 0) this.close({ why });
    else this.#recorded = true;
  }

  cancel(id: string): void {
    const order = this.#parts.orders.find(id);
    if (order === null) this.note(`no open order ${id} to cancel`);
    else this.#cancel(order);
  }

  cancelAll(): void {
    for (const order of this.#parts.orders.open) this.#cancel(order);
  }

  /** A cancel asked for while the order had no id yet. */
  cancelNow(orderId: string): void {
    this.#cancels.push(orderId);
    this.#recorded = true;
  }

  note(text: string): void {
    this.#recorded = true;
    if (this.#notes.length < NOTES_MAX) this.#notes.push(text.slice(0, WHY_MAX));
    else this.#notesDropped += 1;
  }

  #cancel(order: OwnOrder): void {
    if (order.cancelAsked || order.status === "CancelPending") return;
    this.#ordersBefore ??= this.#parts.orders.open;
    this.#parts.orders.askedToCancel(order);
    if (order.orderId !== null) this.cancelNow(order.orderId);
  }

  #guarded(act: () => string | null): string | null {
    try {
      return act();
    } catch (error) {
      if (isExpected(error)) this.refusal ??= error;
      throw error;
    }
  }

  #limitPrice(side: Side, limit: NonNullable<OrderTerms["limit"]>): Decimal {
    const asked = amountOf(limit, "limit");
    const price = roundPrice(this.#parts.instrument, asked, side);
    if (price <= ZERO) throw badIntent("limit", `a price of at least one tick, ${format(this.#parts.instrument.tickSize)}`, format(asked));
    return price;
  }

  /** In base, not yet rounded; null (with a note) when there is no price to convert by. */
  #sizeOf(wish: OrderWish, limit: Decimal | null, valuation: number): Decimal | null {
    const given = [wish.quantity, wish.quote, wish.allocation].filter((size) => size !== undefined);
    if (given.length !== 1) throw badIntent("quantity", "exactly one of quantity, quote and allocation", given.length);
    if (wish.quantity !== undefined) return amountOf(wish.quantity, "quantity");
    const quote = wish.quote !== undefined ? amountOf(wish.quote, "quote") : this.#allocated(wish.allocation);
    if (limit === null && !(valuation > 0)) return this.#refuse("no price is known yet to turn a quote amount into a quantity");
    return div(quote, limit ?? amountOf(valuation, "price"), "down");
  }

  #allocated(share: number | undefined): Decimal {
    const exact = checkedShare(share);
    const { instrument } = this.#parts;
    const capital = this.#parts.capital();
    if (capital === null) throw badIntent("allocation", "an instance with capital; use quantity or quote here", share);
    // Net of the fee, or an order for all of it could not be paid.
    return max(ZERO, div(mul(capital, exact, "down"), add(UNIT, max(ZERO, instrument.takerFeeRate)), "down"));
  }

  #record(side: Side, quantity: Decimal, limitPrice: Decimal | null, terms: OrderTerms, allocation: Decimal | null = null): string {
    const { instance, market, orders, gate } = this.#parts;
    gate.pass(market.nowMs);
    this.sequence += 1;
    const intent: Sized = {
      intentId: this.#idPrefix + this.sequence,
      strategyId: instance.id,
      account: instance.account,
      venue: instance.venue,
      symbol: instance.symbol,
      side,
      type: limitPrice === null ? "market" : "limit",
      quantity,
      limitPrice,
      timeInForce: limitPrice === null ? "IOC" : (terms.timeInForce ?? "GTC"),
      postOnly: terms.postOnly ?? false,
      reduceOnly: terms.reduceOnly ?? false,
      why: terms.why.trim().slice(0, WHY_MAX),
      decidedAtMs: market.nowMs,
    };
    if (allocation !== null) intent.allocation = allocation;
    this.#intents.push(intent);
    this.#recorded = true;
    this.#ordersBefore ??= orders.open;
    orders.add(intent);
    return intent.intentId;
  }

  #tooSmall(side: Side, size: Decimal): null {
    const { lotSize, minQuantity, minNotional, base, quote } = this.#parts.instrument;
    const least = `lot ${format(lotSize)}, at least ${format(minQuantity)} ${base} and ${format(minNotional)} ${quote}`;
    return this.#refuse(`${side} ${format(size)} ${base} is below minimum: ${least}`);
  }

  #refuse(text: string): null {
    this.note(text);
    return null;
  }

  #clear(): void {
    if (!this.#recorded) return;
    this.#intents = [];
    this.#cancels = [];
    this.#notes = [];
    this.#notesDropped = 0;
    this.#recorded = false;
  }
}

function checkTerms(terms: OrderTerms): void {
  checkWhy(terms.why);
  const { limit, postOnly, timeInForce } = terms;
  if (timeInForce !== undefined && timeInForce !== "GTC" && timeInForce !== "IOC")
    throw badIntent("timeInForce", "GTC or IOC", timeInForce);
  if (limit === undefined && timeInForce === "GTC") throw badIntent("timeInForce", "IOC or nothing for a market order", timeInForce);
  if (postOnly && limit === undefined) throw badIntent("postOnly", "a limit to rest at", "a market order");
  if (postOnly && timeInForce === "IOC") throw badIntent("postOnly", "GTC: an order cannot both rest and expire at once", "IOC");
}

function checkWhy(why: unknown): void {
  if (typeof why !== "string" || why.trim() === "") throw badIntent("why", "the reason in words", why);
}

function checkedShare(share: number | undefined): Decimal {
  const exact = amountOf(share ?? Number.NaN, "allocation");
  if (exact <= ZERO || exact > UNIT) throw badIntent("allocation", "a share of capital above 0, at most 1", share);
  return exact;
}

/** @throws {DstaError} BAD_INTENT unless the share is the one size given. */
function shareOf(wish: OrderWish): Decimal {
  if (wish.quantity !== undefined || wish.quote !== undefined)
    throw badIntent("quantity", "exactly one of quantity, quote and allocation", "more");
  return checkedShare(wish.allocation);
}
