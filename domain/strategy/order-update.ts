/** What a strategy is told of its orders: made from the order itself, or from an intent that never became one. */
import { ZERO } from "../kernel/decimal.ts";
import type { Order } from "../order/order.ts";
import type { OrderIntent } from "../order/types.ts";
import type { OrderUpdate } from "./own-orders.ts";

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

/** An intent on its way. */
export function pendingOf(intent: OrderIntent): OrderUpdate {
  return withoutOrder(intent, "Pending", "", intent.decidedAtMs);
}

/** An intent that never became an order: what its author learns of it. */
export function refusalOf(intent: OrderIntent, reason: string, atMs: number): OrderUpdate {
  return withoutOrder(intent, "Rejected", reason, atMs);
}

function withoutOrder(intent: OrderIntent, status: OrderUpdate["status"], reason: string, atMs: number): OrderUpdate {
  const { intentId, side, type, quantity, limitPrice, reduceOnly, why } = intent;
  return { orderId: null, intentId, side, type, quantity, filledQuantity: ZERO, limitPrice, reduceOnly, status, reason, why, atMs };
}
