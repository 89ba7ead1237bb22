/** Messages of the bars of one market and interval. */
import { z } from "zod";
import type { Bar, Trade } from "../../market/events.ts";
import { intervalText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { BarsView } from "../views.ts";
import { ofMarket } from "./keys.ts";

export const barsMessages = {
  recent: exposed<{ venue: string; symbol: string; interval: string; limit: number }, BarsView>(
    "bars",
    "recent",
    ofMarket.extend({ interval: intervalText, limit: z.coerce.number().int().min(1).max(1_000).default(100) }),
  ),
  /** Completed bars, oldest first. */
  history: internal<{ limit: number }, readonly Bar[]>("bars", "history"),
  trade: internal<Trade>("bars", "trade", "market"),
  venueBar: internal<Bar>("bars", "venueBar", "market"),
  tick: internal<null>("bars", "tick"),
} as const;
