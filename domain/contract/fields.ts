/**
 * Field schemas shared by every contract: how decimals, symbols, times and pages look on the wire.
 * Decimals travel as texts; times as UTC milliseconds.
 */
import { z } from "zod";
import { INTERVALS, type Interval } from "../market/events.ts";

export const decimalText = z
  .string()
  .regex(/^[+-]?\d{1,30}(\.\d{1,18})?$/, 'expected a decimal number as text, such as "0.25"')
  .meta({ description: "Exact decimal as text", example: "0.25" });

export const positiveDecimalText = decimalText.refine(
  (text) => !text.startsWith("-") && /[1-9]/.test(text),
  "expected a decimal above zero",
);

export const symbolText = z
  .string()
  .regex(/^[A-Za-z0-9]{1,20}[/-][A-Za-z0-9]{1,20}(:[A-Za-z0-9]{1,20})?$/, "expected a symbol such as BTC/USDT or BTC-USDT")
  .transform((text) => text.toUpperCase().replace("-", "/"))
  .meta({ example: "BTC/USDT" });

export const idText = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, "expected 1 to 64 letters, digits, '.', '_', ':' or '-'");

export const venueText = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "expected a venue id such as sim or binance");

export const timeMs = z.number().int().nonnegative().meta({ description: "UTC milliseconds" });

export const intervalText = z.enum(Object.keys(INTERVALS) as [Interval, ...Interval[]]);

/** At most a week: beyond that a strategy is stopped, not paused. */
export const pauseMs = z.coerce.number().int().min(1_000).max(604_800_000).meta({ description: "Milliseconds, up to a week" });

export const whyText = z.string().min(1).max(300);

/** Query strings carry numbers as text: this accepts both and keeps the bounds. */
export const pageLimit = z.coerce.number().int().min(1).max(100).default(50).meta({ description: "Rows a page, at most 100" });

export const pageCursor = z
  .string()
  .regex(/^\d{1,20}$/, "expected the `next` of the page before")
  .optional();

/** A page, newest first; `next` is null on the last one. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({ items: z.array(row), next: z.string().nullable() });
}
