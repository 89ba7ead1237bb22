/** Public events of orders, fills and positions: `trading.orders`, `fill.<SYMBOL>`, `trading.positions`, schema 1. */
import { z } from "zod";
import { decimalText, idText, timeMs, venueText } from "../fields.ts";
import { fillRow, side } from "../views/order.ts";
import { SYMBOL } from "./subject-symbol.ts";

const owner = {
  orderId: z.string(),
  intentId: z.string(),
  strategyId: idText,
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  side,
};

const orderTerms = z.object({
  type: z.enum(["market", "limit"]),
  quantity: decimalText,
  limitPrice: decimalText.nullable(),
  timeInForce: z.enum(["GTC", "IOC"]),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  why: z.string(),
  decidedAtMs: timeMs,
});

const venueFill = z.object({
  tradeId: z.string(),
  price: decimalText,
  quantity: decimalText,
  fee: decimalText.meta({ description: "Positive when paid, negative for a rebate" }),
  feeAsset: z.string(),
  liquidity: z.enum(["maker", "taker"]),
  venueTimeMs: timeMs,
});

export const orderEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("OrderSubmitted"), ...owner, intent: orderTerms }),
  z.object({ type: z.literal("OrderAccepted"), ...owner, venueOrderId: z.string() }),
  z.object({ type: z.literal("OrderRejected"), ...owner, code: z.string(), reason: z.string() }),
  z.object({ type: z.literal("OrderFilled"), ...owner, fill: venueFill, why: z.string() }),
  z.object({ type: z.literal("OrderCancelRequested"), ...owner, by: z.string(), reason: z.string() }),
  z.object({ type: z.literal("OrderCancelRejected"), ...owner, code: z.string(), reason: z.string() }),
  z.object({ type: z.literal("OrderCanceled"), ...owner, reason: z.string() }),
  z.object({ type: z.literal("OrderExpired"), ...owner, reason: z.string() }),
  z.object({ type: z.literal("OrderOutcomeUnknown"), ...owner, request: z.enum(["submit", "cancel"]), reason: z.string() }),
]);

/** One execution at a venue; the subject's last token names the symbol. */
export const fillEvent = z.object({
  ...owner,
  symbol: z.string().regex(SYMBOL, "expected a symbol that can be part of a subject"),
  ...venueFill.shape,
  why: z.string(),
});

export const positionEvent = z.discriminatedUnion("type", [
  /** A fill with what it realised. */
  z.object({ type: z.literal("FillBooked"), ...fillRow.shape }),
  z.object({ type: z.literal("EquitySampled"), account: z.string(), equity: decimalText, dayPnl: decimalText }),
]);
