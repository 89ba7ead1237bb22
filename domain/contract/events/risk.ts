/** Public events of risk: `risk.alerts`, schema 1: orders refused, limits broken, the trading switch turned. */
import { z } from "zod";
import { tradingState, violationRow } from "../views/risk.ts";

const { account, strategyId, symbol, code, reason, intentId } = violationRow.shape;
const violation = { account, strategyId, symbol, code, reason, intentId };

export const riskAlert = z.discriminatedUnion("type", [
  z.object({ type: z.literal("IntentRefused"), ...violation }),
  z.object({ type: z.literal("LimitBreached"), ...violation }),
  z.object({ type: z.literal("TradingStateChanged"), account, from: tradingState, to: tradingState, by: z.string(), reason }),
]);
