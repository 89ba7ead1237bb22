/** Domain objects as the rows people see: one place where exact decimals become texts. */
import { format } from "../kernel/decimal.ts";
import { averageFillPrice, type Order } from "../order/order.ts";
import type { OrderRow } from "./views.ts";

export function orderRow(order: Order): OrderRow {
  const { intent } = order;
  const average = averageFillPrice(order);
  return {
    orderId: order.orderId,
    intentId: intent.intentId,
    strategyId: intent.strategyId,
    account: intent.account,
    venue: intent.venue,
    symbol: intent.symbol,
    side: intent.side,
    type: intent.type,
    timeInForce: intent.timeInForce,
    postOnly: intent.postOnly,
    reduceOnly: intent.reduceOnly,
    quantity: format(intent.quantity),
    limitPrice: intent.limitPrice === null ? null : format(intent.limitPrice),
    filledQuantity: format(order.filledQuantity),
    averageFillPrice: average === null ? null : format(average),
    status: order.status,
    statusReason: order.statusReason,
    venueOrderId: order.venueOrderId,
    why: intent.why,
    createdAtMs: order.createdAtMs,
    updatedAtMs: order.updatedAtMs,
  };
}
