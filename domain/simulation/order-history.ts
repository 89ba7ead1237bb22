/**
 * Orders of our account as a venue of ours knows them: a fold of ledger events.
 *
 * Keeps every open order and the newest 10,000 closed ones; the oldest closed order beyond that is forgotten (a
 * look-up then says it never existed). Refuses a ledger that contradicts itself (LEDGER_CORRUPT).
 */
import type { Instrument } from "../instrument/instrument.ts";
import { add, type Decimal, decimal, sub, ZERO } from "../kernel/decimal.ts";
import { DstaError } from "../kernel/errors.ts";
import type { Fill, OrderRequest, VenueOrder } from "../order/types.ts";
import type { LedgerEvent, OrderAccepted } from "./ledger-events.ts";
import type { VenueAccount } from "./venue-account.ts";

export interface HeldOrder {
  readonly request: OrderRequest;
  readonly venueOrderId: string;
  status: VenueOrder["status"];
  filledQuantity: Decimal;
  readonly fills: Fill[];
  /** Why it was rejected, cancelled or expired; empty else. */
  code: string;
  reason: string;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

const MAX_CLOSED = 10_000;

export class OrderHistory {
  readonly #account: VenueAccount;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #open = new Map<string, HeldOrder>();
  readonly #closed = new Map<string, HeldOrder>();
  #seq = 0;
  #acceptedCount = 0;
  #lastTradeIds = new Map<string, number>();

  constructor(account: VenueAccount, instruments: ReadonlyMap<string, Instrument>) {
    this.#account = account;
    this.#instruments = instruments;
  }

  /** `seq` of the newest event applied, 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  /** Highest numeric trade id among our fills of a symbol, 0 without any. */
  lastTradeId(symbol: string): number {
    return this.#lastTradeIds.get(symbol) ?? 0;
  }

  get(clientOrderId: string): HeldOrder | undefined {
    return this.#open.get(clientOrderId) ?? this.#closed.get(clientOrderId);
  }

  /** Open orders in order of acceptance. */
  open(): IterableIterator<HeldOrder> {
    return this.#open.values();
  }

  *all(): Generator<HeldOrder> {
    yield* this.#closed.values();
    yield* this.#open.values();
  }

  /** @throws {DstaError} LEDGER_CORRUPT for a gap, an unknown order or symbol, or an event this version does not know. */
  apply(event: LedgerEvent): void {
    if (event.seq <= this.#seq) return;
    if (event.seq !== this.#seq + 1) throw corrupt(event, `seq ${this.#seq + 1} is missing`);
    this.#seq = event.seq;
    switch (event.type) {
      case "opened":
        this.#account.open(
          Object.fromEntries(Object.entries(event.balances).map(([asset, amount]) => [asset, decimal(amount, `balances.${asset}`)])),
        );
        return;
      case "accepted":
        return this.#accept(event);
      case "fill":
        return this.#fill(event);
      case "closed":
        return this.#close(this.#openOrder(event, event.clientOrderId), event.status, event.reason, event.atMs);
      case "rejected":
        return this.#keepClosed({
          request: unknownRequest(event.clientOrderId, event.symbol),
          venueOrderId: "",
          status: "rejected",
          filledQuantity: ZERO,
          fills: [],
          code: event.code,
          reason: event.reason,
          createdAtMs: event.atMs,
          updatedAtMs: event.atMs,
        });
      default:
        throw corrupt(event, "unknown event type");
    }
  }

  #accept(event: OrderAccepted): void {
    const instrument = this.#instrument(event, event.symbol);
    const request: OrderRequest = {
      clientOrderId: event.clientOrderId,
      symbol: event.symbol,
      side: event.side,
      type: event.orderType,
      quantity: decimal(event.quantity, "quantity"),
      limitPrice: event.limitPrice === null ? null : decimal(event.limitPrice, "limitPrice"),
      timeInForce: event.timeInForce,
      postOnly: event.postOnly,
    };
    this.#acceptedCount++;
    this.#open.set(event.clientOrderId, {
      request,
      venueOrderId: event.venueOrderId,
      status: "open",
      filledQuantity: ZERO,
      fills: [],
      code: "",
      reason: "",
      createdAtMs: event.atMs,
      updatedAtMs: event.atMs,
    });
    if (request.limitPrice !== null)
      this.#account.reserve(event.clientOrderId, instrument, request.side, request.limitPrice, request.quantity);
  }

  #fill(event: Extract<LedgerEvent, { type: "fill" }>): void {
    const order = this.#openOrder(event, event.clientOrderId);
    const { symbol, side } = order.request;
    const fill: Fill = {
      tradeId: event.tradeId,
      price: decimal(event.price, "price"),
      quantity: decimal(event.quantity, "quantity"),
      fee: decimal(event.fee, "fee"),
      feeAsset: event.feeAsset,
      liquidity: event.liquidity,
      venueTimeMs: event.atMs,
    };
    order.fills.push(fill);
    order.filledQuantity = add(order.filledQuantity, fill.quantity);
    order.updatedAtMs = event.atMs;
    if (order.filledQuantity > order.request.quantity) throw corrupt(event, "filled beyond its quantity");
    this.#account.fill(event.clientOrderId, this.#instrument(event, symbol), {
      side,
      price: fill.price,
      quantity: fill.quantity,
      fee: fill.fee,
    });
    this.#lastTradeIds.set(symbol, Math.max(this.lastTradeId(symbol), Number(event.tradeId) || 0));
    if (order.filledQuantity === order.request.quantity) this.#close(order, "filled", "", event.atMs);
  }

  #close(order: HeldOrder, status: HeldOrder["status"], reason: string, atMs: number): void {
    order.status = status;
    order.reason = reason;
    order.updatedAtMs = atMs;
    this.#account.release(order.request.clientOrderId);
    this.#open.delete(order.request.clientOrderId);
    this.#keepClosed(order);
  }

  #keepClosed(order: HeldOrder): void {
    this.#closed.set(order.request.clientOrderId, order);
    if (this.#closed.size <= MAX_CLOSED) return;
    for (const oldest of this.#closed.keys()) {
      this.#closed.delete(oldest);
      return;
    }
  }

  #openOrder(event: LedgerEvent, clientOrderId: string): HeldOrder {
    const order = this.#open.get(clientOrderId);
    if (!order) throw corrupt(event, `order ${clientOrderId} is not open`);
    return order;
  }

  #instrument(event: LedgerEvent, symbol: string): Instrument {
    const instrument = this.#instruments.get(symbol);
    if (!instrument) throw corrupt(event, `symbol ${symbol} is not traded here`);
    return instrument;
  }
}

/** What is left of an order. */
export function remainingQuantity(order: HeldOrder): Decimal {
  return sub(order.request.quantity, order.filledQuantity);
}

export function toVenueOrder(order: HeldOrder): VenueOrder {
  return {
    clientOrderId: order.request.clientOrderId,
    venueOrderId: order.venueOrderId,
    symbol: order.request.symbol,
    status: order.status,
    filledQuantity: order.filledQuantity,
    fills: [...order.fills],
  };
}

function unknownRequest(clientOrderId: string, symbol: string): OrderRequest {
  return { clientOrderId, symbol, side: "buy", type: "limit", quantity: ZERO, limitPrice: null, timeInForce: "GTC", postOnly: false };
}

function corrupt(event: LedgerEvent, why: string): DstaError {
  return new DstaError("LEDGER_CORRUPT", `venue ledger, event ${event.seq} (${event.type}): ${why}`, {
    code: 500,
    data: { seq: event.seq, type: event.type },
  });
}
