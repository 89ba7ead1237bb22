/** Orders and fills, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { decimalText, idText, timeMs, venueText } from "../fields.ts";

export const side = z.enum(["buy", "sell"]);

export const orderStatus = z.enum([
  "Pending",
  "Working",
  "PartiallyFilled",
  "CancelPending",
  "Unknown",
  "Filled",
  "Canceled",
  "Rejected",
  "Expired",
]);

export const orderRow = z.object({
  orderId: z.string().meta({ description: "Client order id, derived from the intent" }),
  intentId: z.string(),
  strategyId: idText,
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  side,
  type: z.enum(["market", "limit"]),
  timeInForce: z.enum(["GTC", "IOC"]),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  quantity: decimalText,
  limitPrice: decimalText.nullable(),
  filledQuantity: decimalText,
  averageFillPrice: decimalText.nullable(),
  status: orderStatus,
  statusReason: z.string(),
  venueOrderId: z.string().nullable(),
  why: z.string(),
  createdAtMs: timeMs,
  updatedAtMs: timeMs,
});

export const fillRow = z.object({
  tradeId: z.string(),
  orderId: z.string(),
  strategyId: idText,
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  side,
  price: decimalText,
  quantity: decimalText,
  fee: decimalText,
  feeAsset: z.string(),
  liquidity: z.enum(["maker", "taker"]),
  why: z.string(),
  atMs: timeMs,
  /** Realised P&L of this fill in quote, fees excluded; 0 when it opened. */
  realisedPnl: decimalText,
  /** Price paid against the mid when the order was decided, in bps; positive is worse. Null when the mid was not known. */
  slippageBps: z.number().nullable(),
});

export type OrderRow = z.infer<typeof orderRow>;
export type FillRow = z.infer<typeof fillRow>;
