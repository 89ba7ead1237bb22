/** Order books and bars, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { decimalText, intervalText, symbolText, timeMs, venueText } from "../fields.ts";

export const bookQuality = z.enum(["LIVE", "RESYNC", "STALE"]);

export const levelRow = z.tuple([decimalText, decimalText]).meta({ description: "[price, quantity]" });

export const bookView = z.object({
  venue: venueText,
  symbol: z.string(),
  quality: bookQuality,
  updateId: z.number().int(),
  venueTimeMs: timeMs,
  receivedAtMs: timeMs,
  ageMs: z.number(),
  bidLevels: z.number().int().meta({ description: "Levels known on the side; `bids` holds the best of them" }),
  askLevels: z.number().int(),
  bids: z.array(levelRow),
  asks: z.array(levelRow),
});

export const barRow = z.object({
  openTimeMs: timeMs,
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
});

export const barsView = z.object({ venue: venueText, symbol: symbolText, interval: intervalText, bars: z.array(barRow) });

export type BookView = z.infer<typeof bookView>;
export type BarRow = z.infer<typeof barRow>;
export type BarsView = z.infer<typeof barsView>;
