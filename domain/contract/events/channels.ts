/**
 * The subjects that others may subscribe to, each with the schema of its data: one table that publishing, consuming
 * and the published description (docs/api/asyncapi.json) are made from.
 */
import type { z } from "zod";
import { envelope } from "./envelope.ts";
import { orderBookMessage, priceMessage } from "./market-data.ts";
import { riskAlert } from "./risk.ts";
import { auditEntry, systemEvent } from "./system.ts";
import { fillEvent, orderEvent, positionEvent } from "./trading.ts";

export interface Channel<T extends z.ZodType = z.ZodType> {
  /** Subject without the namespace; `*` stands for one token. */
  readonly subject: string;
  readonly schema: number;
  readonly summary: string;
  /** Of the whole message. */
  readonly message: T;
}

function recorded<T extends z.ZodType>(subject: string, schema: number, data: T, summary: string) {
  return { subject, schema, summary, message: envelope(schema, data) };
}

/** Made from the journal: nothing is missed, repeats carry the same id, order is kept. */
export const CHANNELS = {
  orders: recorded("trading.orders", 1, orderEvent, "Every event of every order"),
  fills: recorded("fill.*", 1, fillEvent, "Executions, routed by symbol: fill.BTC-USDT, fill.ETH-USDT_USDT"),
  positions: recorded("trading.positions", 1, positionEvent, "Fills as booked, with what they realised, and the account's equity"),
  alerts: recorded("risk.alerts", 1, riskAlert, "Orders refused, limits broken, the trading switch turned"),
  system: recorded("system.events", 1, systemEvent, "The life of desks and strategies"),
  audit: recorded("audit.logs", 1, auditEntry, "Who did what: kept apart, cannot be deleted or purged"),
} as const;

/** The newest state only, at a bounded rate: a message that is missed is not repeated. */
export const MARKET_CHANNELS: readonly Channel[] = [
  { subject: "market-data.prices.*.*", schema: 1, summary: "Best prices by venue and symbol", message: priceMessage },
  {
    subject: "market-data.orderbooks.*.*",
    schema: 1,
    summary: "Best levels of order books by venue and symbol",
    message: orderBookMessage,
  },
];
