/**
 * The life of an order in a simulation: the same events, transitions and risk book as live, without a journal. Owns the
 * version of the account's order events; nothing is decided here. An order that ends leaves nothing behind but counts.
 */
import type { OrderEvent, OrderOwner } from "../../order/events.ts";
import { applyOrderEvent, type Order, ownerOf } from "../../order/order.ts";
import type { Fill, OrderIntent } from "../../order/types.ts";
import type { RiskBook } from "../../risk/risk-book.ts";

export class OrderKeeping {
  readonly #risk: RiskBook;
  #version = 0;
  /** Of the order told of last: most orders begin and end without another between. */
  #owner: OrderOwner | null = null;

  constructor(risk: RiskBook) {
    this.#risk = risk;
  }

  /** Submitted and accepted in one: a simulated venue does not keep anyone waiting for an answer. */
  open(intent: OrderIntent, atMs: number): Order {
    const submitted = this.submit(intent, atMs);
    return this.#apply(submitted, { ...this.#ownerOf(submitted), type: "OrderAccepted", atMs, venueOrderId: intent.intentId });
  }

  /** Of what fills at the moment it is submitted the fill is the answer, as it is live when it overtakes the other one. */
  submit(intent: OrderIntent, atMs: number): Order {
    const owner = (this.#owner = ownerOf({ orderId: intent.intentId, intent }));
    return this.#apply(null, { ...owner, type: "OrderSubmitted", atMs, intent });
  }

  fill(order: Order, fill: Fill, atMs: number): Order {
    return this.#apply(order, { ...this.#ownerOf(order), type: "OrderFilled", atMs, fill, why: order.intent.why });
  }

  end(order: Order, type: "OrderExpired" | "OrderCanceled", reason: string, atMs: number): Order {
    return this.#apply(order, { ...this.#ownerOf(order), type, atMs, reason });
  }

  #ownerOf(order: Order): OrderOwner {
    const last = this.#owner;
    return last !== null && last.orderId === order.orderId ? last : (this.#owner = ownerOf(order));
  }

  #apply(order: Order | null, event: OrderEvent): Order {
    const after = applyOrderEvent(order, event);
    this.#risk.onOrderEvent(event, ++this.#version);
    return after;
  }
}
