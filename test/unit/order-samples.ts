/** An order, its events and the venue's reports about it, as small as tests need them. */
import { decimal, ZERO } from "../../domain/kernel/decimal.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { applyOrderEvent, type Order, ownerOf } from "../../domain/order/order.ts";
import { reportEvents } from "../../domain/order/reports.ts";
import type { Fill, OrderIntent, VenueOrder, VenueReport } from "../../domain/order/types.ts";

export const ID = "mm-1.3.17";

export function intentOf(changes: Partial<OrderIntent> = {}): OrderIntent {
  return {
    intentId: ID,
    strategyId: "mm-1",
    account: "sim:main",
    venue: "sim",
    symbol: "BTC/USDT",
    side: "buy",
    type: "limit",
    quantity: decimal("1"),
    limitPrice: decimal("100"),
    timeInForce: "GTC",
    postOnly: true,
    reduceOnly: false,
    why: "bid around mid",
    decidedAtMs: 900,
    ...changes,
  };
}

export function submitted(intent = intentOf(), orderId = intent.intentId, atMs = 1_000): Order {
  return applyOrderEvent(null, { ...ownerOf({ orderId, intent }), type: "OrderSubmitted", atMs, intent });
}

export function fillOf(tradeId: string, quantity: string, price = "100"): Fill {
  return {
    tradeId,
    price: decimal(price),
    quantity: decimal(quantity),
    fee: ZERO,
    feeAsset: "USDT",
    liquidity: "maker",
    venueTimeMs: 1_500,
  };
}

type Told = VenueReport extends infer R ? (R extends VenueReport ? Omit<R, "clientOrderId" | "atMs"> : never) : never;

export function report(told: Told): VenueReport {
  return { ...told, clientOrderId: ID, atMs: 2_000 };
}

export const accepted = report({ kind: "accepted", venueOrderId: "v-1" });
export const filled = (tradeId: string, quantity: string): VenueReport =>
  report({ kind: "fill", venueOrderId: "v-1", fill: fillOf(tradeId, quantity) });
export const canceled = report({ kind: "canceled", reason: "asked for" });

/** Folds reports, as execution does. */
export function after(order: Order, ...reports: readonly VenueReport[]): Order {
  return reports.reduce((state, told) => apply(state, reportEvents(state, told)), order);
}

export function apply(order: Order, events: readonly OrderEvent[]): Order {
  return events.reduce((state, event) => applyOrderEvent(state, event), order);
}

export function cancelAsked(order: Order): Order {
  return applyOrderEvent(order, { ...ownerOf(order), type: "OrderCancelRequested", atMs: 1_800, by: "mm-1", reason: "requote" });
}

export function venueView(status: VenueOrder["status"], fills: readonly Fill[] = []): VenueOrder {
  const filledQuantity = fills.reduce((sum, fill) => sum + fill.quantity, 0n) as VenueOrder["filledQuantity"];
  return { clientOrderId: ID, venueOrderId: "v-1", symbol: "BTC/USDT", status, filledQuantity, fills };
}
