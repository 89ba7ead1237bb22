/**
 * The order desk of a venue of ours: admits or refuses orders of our account, and turns what matching did into
 * ledger events and reports. It matches nothing itself; simulated market, replayed book and bars share it.
 *
 * Every change is first an event applied to the history (the same fold that recovery runs) and then a report, both
 * handed to `emit` together, in order; the owner must make the event durable before the report leaves.
 * Idempotent by client order id: a known id is not a new order, its state is reported again.
 */
import { checkOrderNumbers, type Instrument } from "../instrument/instrument.ts";
import { type Decimal, format, max, mul } from "../kernel/decimal.ts";
import { DstaError } from "../kernel/errors.ts";
import type { Fill, OrderRequest, VenueOrder, VenueReport } from "../order/types.ts";
import type { LedgerEvent, NewLedgerEvent } from "./ledger-events.ts";
import { type HeldOrder, OrderHistory, toVenueOrder } from "./order-history.ts";
import { VenueAccount } from "./venue-account.ts";

/** Null event: nothing changed, the report repeats what is known. Null report: an event nobody waits for. */
export type DeskEmit = (event: LedgerEvent | null, report: VenueReport | null) => void;

/** What admission must know of the market at the order's arrival. */
export interface MarketView {
  /** Price that values a market order for the notional rule; null when there is no market. */
  readonly referencePrice: Decimal | null;
  /** price × quantity the order would pay now if it takes; for a resting order at least its limit value. */
  readonly expectedNotional: Decimal;
  /** Why the market itself refuses the order (post-only that would take, book full), or null. */
  readonly refusal: DstaError | null;
}

export interface DeskFill {
  readonly tradeId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly liquidity: "maker" | "taker";
}

const CLIENT_ORDER_ID = /^[\x21-\x7e]{1,64}$/;

export class OrderDesk {
  readonly account = new VenueAccount();
  readonly history: OrderHistory;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #emit: DeskEmit;

  constructor(instruments: ReadonlyMap<string, Instrument>, emit: DeskEmit) {
    this.#instruments = instruments;
    this.#emit = emit;
    this.history = new OrderHistory(this.account, instruments);
  }

  /** Folds a ledger; an empty one is begun with the opening balances. */
  recover(events: Iterable<LedgerEvent>, openingBalances: Readonly<Record<string, Decimal>>, atMs: number): void {
    for (const event of events) this.history.apply(event);
    if (this.history.seq > 0) return;
    const balances = Object.fromEntries(Object.entries(openingBalances).map(([asset, amount]) => [asset, format(amount)]));
    this.#record({ type: "opened", atMs, balances }, null);
  }

  /**
   * Admits an order: known ids, rules of the instrument, and the account's money are checked in this order.
   * @param view called only for an order whose instrument exists.
   * @returns the open order, or null when it was refused (reported) or is a repeat (state reported again).
   */
  admit(request: OrderRequest, atMs: number, view: (instrument: Instrument) => MarketView): HeldOrder | null {
    const known = this.history.get(request.clientOrderId);
    if (known) {
      this.#repeat(known);
      return null;
    }
    const refusal = this.#refusal(request, view);
    if (refusal) {
      this.reject(request, refusal.type, refusal.message, atMs);
      return null;
    }
    const venueOrderId = `${request.symbol.replace(/[^A-Z0-9]/g, "")}-${this.history.acceptedCount + 1}`;
    this.#record(
      {
        type: "accepted",
        atMs,
        clientOrderId: request.clientOrderId,
        venueOrderId,
        symbol: request.symbol,
        side: request.side,
        orderType: request.type,
        quantity: format(request.quantity),
        limitPrice: request.limitPrice === null ? null : format(request.limitPrice),
        timeInForce: request.timeInForce,
        postOnly: request.postOnly,
      },
      { kind: "accepted", clientOrderId: request.clientOrderId, venueOrderId, atMs },
    );
    return this.history.get(request.clientOrderId) ?? null;
  }

  reject(request: OrderRequest, code: string, reason: string, atMs: number): void {
    const { clientOrderId, symbol } = request;
    const report: VenueReport = { kind: "rejected", clientOrderId, code, reason, atMs };
    if (!CLIENT_ORDER_ID.test(clientOrderId)) return this.#emit(null, report);
    this.#record({ type: "rejected", atMs, clientOrderId, symbol, code, reason }, report);
  }

  fill(order: HeldOrder, fill: DeskFill, atMs: number): void {
    const instrument = this.instrument(order);
    const rate = fill.liquidity === "maker" ? instrument.makerFeeRate : instrument.takerFeeRate;
    const fee = mul(mul(fill.price, fill.quantity), rate);
    this.#record(
      {
        type: "fill",
        atMs,
        clientOrderId: order.request.clientOrderId,
        tradeId: fill.tradeId,
        price: format(fill.price),
        quantity: format(fill.quantity),
        fee: format(fee),
        feeAsset: instrument.quote,
        liquidity: fill.liquidity,
      },
      fillReport(order, { ...fill, fee, feeAsset: instrument.quote, venueTimeMs: atMs }, atMs),
    );
  }

  /** Ends an open order with what it has. */
  close(order: HeldOrder, status: "canceled" | "expired", reason: string, atMs: number): void {
    const { clientOrderId } = order.request;
    this.#record({ type: "closed", atMs, clientOrderId, status, reason }, { kind: status, clientOrderId, reason, atMs });
  }

  /** Finds the open order a cancel means; refuses (reported) one that is unknown or over. */
  toCancel(clientOrderId: string, atMs: number): HeldOrder | null {
    const order = this.history.get(clientOrderId);
    if (order?.status === "open") return order;
    const code = order ? "ORDER_CLOSED" : "ORDER_NOT_FOUND";
    const reason = order ? `order ${clientOrderId} is ${order.status}` : `order ${clientOrderId} is not known`;
    this.#emit(null, { kind: "cancel-rejected", clientOrderId, code, reason, atMs });
    return null;
  }

  /** Whether the account can still pay for a fill whose price was not known at admission. */
  canPay(order: HeldOrder, price: Decimal, quantity: Decimal): DstaError | null {
    return this.account.check(this.instrument(order), order.request.side, quantity, mul(price, quantity));
  }

  instrument(order: HeldOrder): Instrument {
    return this.#instruments.get(order.request.symbol)!;
  }

  order(clientOrderId: string): VenueOrder | null {
    const order = this.history.get(clientOrderId);
    return order ? toVenueOrder(order) : null;
  }

  openOrders(): VenueOrder[] {
    return Array.from(this.history.open(), toVenueOrder);
  }

  /** Open orders, and closed ones that changed at or after `sinceMs`. */
  ordersSince(sinceMs: number): VenueOrder[] {
    return Array.from(this.history.all())
      .filter((order) => order.status === "open" || order.updatedAtMs >= sinceMs)
      .map(toVenueOrder);
  }

  #refusal(request: OrderRequest, view: (instrument: Instrument) => MarketView): DstaError | null {
    const instrument = this.#instruments.get(request.symbol);
    if (!CLIENT_ORDER_ID.test(request.clientOrderId))
      return refuse("BAD_CLIENT_ORDER_ID", "clientOrderId: expected 1 to 64 visible ASCII characters");
    if (!instrument) return refuse("UNKNOWN_SYMBOL", `symbol: ${request.symbol} is not traded here`);
    const isLimit = request.type === "limit";
    if (isLimit !== (request.limitPrice !== null)) {
      return refuse("BAD_PRICE", isLimit ? "limitPrice: a limit order needs one" : "limitPrice: a market order has none");
    }
    if (request.postOnly && (!isLimit || request.timeInForce !== "GTC")) {
      return refuse("BAD_ORDER_TYPE", "postOnly: only a GTC limit order can be post-only");
    }
    const { referencePrice, expectedNotional, refusal } = view(instrument);
    if (referencePrice === null && !isLimit) return refuse("NO_MARKET", `symbol: ${request.symbol} has no price to trade at now`);
    const wrong = checkOrderNumbers(instrument, { quantity: request.quantity, price: request.limitPrice, referencePrice });
    if (wrong) return wrong;
    if (refusal) return refusal;
    const notional = request.limitPrice === null ? expectedNotional : max(expectedNotional, mul(request.limitPrice, request.quantity));
    return this.account.check(instrument, request.side, request.quantity, notional);
  }

  #repeat(order: HeldOrder): void {
    const { clientOrderId } = order.request;
    if (order.status === "rejected") {
      return this.#emit(null, { kind: "rejected", clientOrderId, code: order.code, reason: order.reason, atMs: order.updatedAtMs });
    }
    this.#emit(null, { kind: "accepted", clientOrderId, venueOrderId: order.venueOrderId, atMs: order.createdAtMs });
    for (const fill of order.fills) this.#emit(null, fillReport(order, fill, fill.venueTimeMs));
    if (order.status === "canceled" || order.status === "expired") {
      this.#emit(null, { kind: order.status, clientOrderId, reason: order.reason, atMs: order.updatedAtMs });
    }
  }

  #record(event: NewLedgerEvent, report: VenueReport | null): void {
    const numbered: LedgerEvent = { ...event, seq: this.history.seq + 1 };
    this.history.apply(numbered);
    this.#emit(numbered, report);
  }
}

function fillReport(order: HeldOrder, fill: Fill, atMs: number): VenueReport {
  return { kind: "fill", clientOrderId: order.request.clientOrderId, venueOrderId: order.venueOrderId, fill, atMs };
}

/** A post-only order would take liquidity. */
export function wouldTake(symbol: string): DstaError {
  return refuse("POST_ONLY_WOULD_TAKE", `postOnly: the order would take liquidity of ${symbol} at once`);
}

/** The venue's bound on resting orders is reached. */
export function bookFull(symbol: string): DstaError {
  return refuse("BOOK_FULL", `${symbol} has no room for more resting orders; cancel some`);
}

function refuse(type: string, message: string): DstaError {
  return new DstaError(type, message);
}
