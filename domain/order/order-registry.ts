/**
 * The orders of one account: a fold of its order events. Keeps every open order and the newest closed ones, so that
 * late fills and repeated reports find what they belong to.
 *
 * Bound: 2,000 closed orders; a report for one forgotten is an orphan, which the owner shows to a person.
 */
import { type Decimal, decimal, format } from "../kernel/decimal.ts";
import type { OrderEvent } from "./events.ts";
import { applyOrderEvent, type Order } from "./order.ts";
import { decodeIntent, encodeIntent } from "./codec.ts";
import { isOpen } from "./transitions.ts";

const CLOSED_KEPT = 2_000;

export class OrderRegistry {
  readonly #open = new Map<string, Order>();
  readonly #closed = new Map<string, Order>();

  apply(event: OrderEvent): Order {
    const order = applyOrderEvent(this.get(event.orderId), event);
    this.#put(order);
    return order;
  }

  get(orderId: string): Order | null {
    return this.#open.get(orderId) ?? this.#closed.get(orderId) ?? null;
  }

  /** Oldest first. */
  open(strategyId?: string): Order[] {
    const orders = [...this.#open.values()];
    return strategyId === undefined ? orders : orders.filter((order) => order.intent.strategyId === strategyId);
  }

  /** Whose orders these are. */
  strategyIds(): ReadonlySet<string> {
    return new Set([...this.#closed.values(), ...this.#open.values()].map(({ intent }) => intent.strategyId));
  }

  #put(order: Order): void {
    if (isOpen(order.status)) {
      this.#closed.delete(order.orderId);
      this.#open.set(order.orderId, order);
      return;
    }
    this.#open.delete(order.orderId);
    this.#closed.delete(order.orderId);
    this.#closed.set(order.orderId, order);
    if (this.#closed.size > CLOSED_KEPT) this.#closed.delete(this.#closed.keys().next().value!);
  }

  /** JSON for a snapshot of the stream. */
  toJson(): unknown {
    return [...this.#closed.values(), ...this.#open.values()].map((order) => ({
      ...order,
      intent: encodeIntent(order.intent),
      filledQuantity: format(order.filledQuantity),
      filledNotional: format(order.filledNotional),
      tradeIds: [...order.tradeIds],
    }));
  }

  static fromJson(json: unknown): OrderRegistry {
    const registry = new OrderRegistry();
    for (const saved of (json ?? []) as Record<string, unknown>[]) {
      registry.#put({
        ...(saved as unknown as Order),
        intent: decodeIntent(saved.intent as Record<string, unknown>),
        filledQuantity: exact(saved.filledQuantity),
        filledNotional: exact(saved.filledNotional),
        tradeIds: new Set(saved.tradeIds as string[]),
      });
    }
    return registry;
  }
}

function exact(value: unknown): Decimal {
  return decimal(String(value));
}
