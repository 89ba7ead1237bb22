/** The risk limits of a backtest that was given none. */
import { decimal } from "../../kernel/decimal.ts";
import type { RiskLimits } from "../../risk/limits.ts";

const EVERYTHING = decimal("1000000000000000");

/** Nothing is refused by amount: what a strategy would do is the question. Rates and forms still hold. */
export const OPEN_LIMITS: RiskLimits = {
  maxOrderNotional: EVERYTHING,
  maxPositionNotional: EVERYTHING,
  maxGrossNotional: EVERYTHING,
  maxOrdersPerSecond: 1_000,
  maxDailyLoss: EVERYTHING,
  maxPriceDeviationBps: 10_000,
  maxBookAgeMs: 600_000,
};
