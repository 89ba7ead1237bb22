/** REST routes: market data. The table that uses them is ../routes.ts. */
import { z } from "zod";
import { decimalText, intervalText, symbolText, venueText } from "../fields.ts";
import * as view from "../views.ts";
import { route, venue, type Route } from "./route.ts";

export const marketRoutes: readonly Route[] = [
  route("GET market-data/instruments", "market.instruments", "market:read", {
    summary: "What can be traded",
    params: z.strictObject({ venue }),
    result: z.object({
      items: z.array(
        z.object({
          venue: venueText,
          symbol: z.string(),
          kind: z.string(),
          priceDecimals: z.number().int(),
          quantityDecimals: z.number().int(),
          tickSize: decimalText,
          lotSize: decimalText,
          minNotional: decimalText,
          makerFeeRate: decimalText,
          takerFeeRate: decimalText,
        }),
      ),
    }),
  }),
  route("GET market-data/orderbook/{symbol}", "market.orderbook", "market:read", {
    summary: "Order book",
    params: z.strictObject({ symbol: symbolText, venue, depth: z.coerce.number().int().min(1).max(5_000).default(50) }),
    result: view.bookView,
  }),
  route("GET market-data/ohlcv/{symbol}", "market.ohlcv", "market:read", {
    summary: "Bars, oldest first",
    params: z.strictObject({
      symbol: symbolText,
      venue,
      interval: intervalText.default("1m"),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    result: view.barsView,
  }),
];
