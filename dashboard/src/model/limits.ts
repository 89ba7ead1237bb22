/** Risk limits by the names people read; a limit this page does not know keeps the name the server gave. */
import type { RiskLimitsView } from "../../../domain/contract/views.ts";

export const LIMIT_NAMES: Readonly<Record<keyof RiskLimitsView, string>> = {
  maxOrderNotional: "One order, quote",
  maxPositionNotional: "One strategy and symbol, quote",
  maxGrossNotional: "Whole account, quote",
  maxOrdersPerSecond: "Orders a second, one strategy",
  maxDailyLoss: "Daily loss, quote",
  maxPriceDeviationBps: "Price from mid, bp",
  maxBookAgeMs: "Book heard from within, ms",
};

export const LIMIT_FIELDS = Object.keys(LIMIT_NAMES) as (keyof RiskLimitsView)[];

export function limitName(limit: string): string {
  return (LIMIT_NAMES as Readonly<Record<string, string>>)[limit] ?? limit;
}
