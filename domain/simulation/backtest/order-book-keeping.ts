/**
 * The life of an order in a simulation: the same events, transitions and risk book as live, without a journal. Owns the
 * version of the account's order events; nothing is decided here. An order that ends leaves nothing behind but counts.
 */
import type { OrderEvent } from "../../order/events.ts";
import { applyOrderEvent, type Order, ownerOf } from "../../order/order.ts";
import type { Fill, OrderIntent } from "../../order/types.ts";
import type { RiskBook } from "../../risk/risk-book.ts";
import type { OrderUpdate } from "../../strategy/own-orders.ts";

export class OrderKeeping {
  readonly #risk: RiskBook;
  #version = 0;

  constructor(risk: RiskBook) {
    this.#risk = risk;
  }

  /** Submitted and accepted in one: a simulated venue does not keep anyone waiting for an answer. */
  open(intent: OrderIntent, atMs: number): Order {
    const owner = ownerOf({ orderId: intent.intentId, intent });
    const submitted = this.#apply(null, { ...owner, type: "OrderSubmitted", atMs, intent });
    return this.#apply(submitted, { ...owner, type: "OrderAccepted", atMs, venueOrderId: intent.intentId });
  }

  fill(order: Order, fill: Fill, atMs: number): Order {
    return this.#apply(order, { ...ownerOf(order), type: "OrderFilled", atMs, fill, why: order.intent.why });
  }

  end(order: Order, type: "OrderExpired" | "OrderCanceled", reason: string, atMs: number): Order {
    return this.#apply(order, { ...ownerOf(order), type, atMs, reason });
  }

  #apply(order: Order | null, event: OrderEvent): Order {
    const after = applyOrderEvent(order, event);
    this.#risk.onOrderEvent(event, ++this.#version);
    return after;
  }
}

/** As the strategy is told of it. */
export function updateOf(order: Order): OrderUpdate {
  const { intent } = order;
  return {
    orderId: order.orderId,
    intentId: intent.intentId,
    side: intent.side,
    type: intent.type,
    quantity: intent.quantity,
    filledQuantity: order.filledQuantity,
    limitPrice: intent.limitPrice,
    reduceOnly: intent.reduceOnly,
    status: order.status,
    reason: order.statusReason,
    why: intent.why,
    atMs: order.updatedAtMs,
  };
}

/** An intent that never became an order. */
export function refusalOf(intent: OrderIntent, reason: string, atMs: number): OrderUpdate {
  return {
    orderId: null,
    intentId: intent.intentId,
    side: intent.side,
    type: intent.type,
    quantity: intent.quantity,
    filledQuantity: 0n as OrderIntent["quantity"],
    limitPrice: intent.limitPrice,
    reduceOnly: intent.reduceOnly,
    status: "Rejected",
    reason,
    why: intent.why,
    atMs,
  };
}
