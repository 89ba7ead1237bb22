/**
 * The life of an order in a simulation: the same events, transitions and risk book as live, without a journal. Owns the
 * version of the account's order events; nothing is decided here. An order that ends leaves nothing behind but counts.
 */
import type { OrderEvent } from "../../order/events.ts";
import { applyOrderEvent, type Order, ownerOf } from "../../order/order.ts";
import type { Fill, OrderIntent } from "../../order/types.ts";
import type { RiskBook } from "../../risk/risk-book.ts";

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
