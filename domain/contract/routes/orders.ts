/** REST routes: orders and fills. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { idText, pageOf, positiveDecimalText, symbolText, whyText } from "../fields.ts";
import * as view from "../views.ts";
import { page, route, venue, type Route } from "./route.ts";

const orderBody = z.strictObject({
  symbol: symbolText,
  venue,
  side: view.side,
  type: z.enum(["market", "limit"]),
  quantity: positiveDecimalText,
  price: positiveDecimalText.optional().meta({ description: "Limit price; required for limit orders" }),
  timeInForce: z.enum(["GTC", "IOC"]).optional().meta({ description: "Default GTC for limit, IOC for market" }),
  postOnly: z.boolean().optional(),
  reduceOnly: z.boolean().optional(),
  strategyId: idText.optional().meta({ description: "Owner of the position; default `manual`" }),
  why: whyText.optional(),
  idempotencyKey: idText.optional().meta({ description: "Also accepted as header Idempotency-Key: a repeat returns the first order" }),
});

export const ordersRoutes: readonly Route[] = [
  route("POST orders", "orders.create", "order:create", {
    summary: "An order by hand, reviewed by risk like any other",
    params: orderBody,
    result: view.orderRow,
    status: 201,
  }),
  route("GET orders/active", "orders.active", "order:read", {
    summary: "Open orders, unknown ones included",
    params: z.strictObject({ strategyId: idText.optional() }),
    result: z.object({ items: z.array(view.orderRow) }),
  }),
  route("GET orders", "orders.list", "order:read", {
    summary: "All orders, newest first",
    params: z.strictObject({ strategyId: idText.optional(), symbol: symbolText.optional(), ...page }),
    result: pageOf(view.orderRow),
  }),
  route("GET orders/{id}", "orders.get", "order:read", {
    summary: "One order with its fills",
    params: z.strictObject({ id: z.string().min(1).max(64) }),
    result: view.orderRow.extend({ fills: z.array(view.fillRow) }),
  }),
  route("PUT orders/{id}/cancel", "orders.cancel", "order:create", {
    summary: "Asks the venue to cancel; the answer shows CancelPending",
    params: z.strictObject({ id: z.string().min(1).max(64) }),
    result: view.orderRow,
  }),
  route("POST orders/cancel-all", "orders.cancelAll", "order:create", {
    summary: "Asks the venue to cancel every open order",
    params: z.strictObject({ strategyId: idText.optional() }),
    result: z.object({ requested: z.number().int() }),
  }),
  route("GET fills", "orders.fills", "order:read", {
    summary: "Fills, newest first",
    params: z.strictObject({
      orderId: z.string().max(64).optional(),
      strategyId: idText.optional(),
      symbol: symbolText.optional(),
      fromMs: z.coerce.number().optional(),
      toMs: z.coerce.number().optional(),
      ...page,
    }),
    result: pageOf(view.fillRow),
  }),
];
