/**
 * Market data for others: the newest state, at a bounded rate, not recorded. Subjects end in venue and symbol:
 * `market-data.prices.sim.BTC-USDT`, `market-data.orderbooks.binance.ETH-USDT_USDT`. Missed messages are not
 * repeated; the next one says all that a missed one did.
 */
import { z } from "zod";
import { decimalText, timeMs, venueText } from "../fields.ts";
import { bookQuality, levelRow } from "../views/market.ts";
import { symbolToken } from "./subject-symbol.ts";

const market = { venue: venueText, symbol: z.string(), quality: bookQuality, updateId: z.number().int() };
const times = { venueTimeMs: timeMs, receivedAtMs: timeMs };

/** Best prices; null where a side has no level. */
export const priceMessage = z.object({
  schema: z.literal(1),
  ...market,
  bid: decimalText.nullable(),
  bidQuantity: decimalText.nullable(),
  ask: decimalText.nullable(),
  askQuantity: decimalText.nullable(),
  ...times,
});

/** The best levels of both sides, best first. */
export const orderBookMessage = z.object({
  schema: z.literal(1),
  ...market,
  bids: z.array(levelRow),
  asks: z.array(levelRow),
  ...times,
});

export type PriceMessage = z.infer<typeof priceMessage>;
export type OrderBookMessage = z.infer<typeof orderBookMessage>;

export const marketDataSubjects = {
  prices: (venue: string, symbol: string) => `market-data.prices.${venue}.${symbolToken(symbol)}`,
  orderbooks: (venue: string, symbol: string) => `market-data.orderbooks.${venue}.${symbolToken(symbol)}`,
} as const;
