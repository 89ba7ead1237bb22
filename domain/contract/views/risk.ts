/** Limits, their use, the trading switch and its refusals, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { decimalText, idText, timeMs } from "../fields.ts";
import { side } from "./order.ts";

export const tradingState = z.enum(["active", "reducing", "halted"]);

export const riskLimits = z.object({
  maxOrderNotional: decimalText.meta({ description: "Quote, one order" }),
  maxPositionNotional: decimalText.meta({ description: "Quote, one strategy and symbol, worst case with open orders" }),
  maxGrossNotional: decimalText.meta({ description: "Quote, whole account, worst case with open orders" }),
  maxOrdersPerSecond: z.number().int().min(1).max(1_000).meta({ description: "One strategy, sliding second" }),
  maxDailyLoss: decimalText.meta({ description: "Quote, from the equity at 00:00 UTC; reached: reducing-only" }),
  maxPriceDeviationBps: z.number().int().min(1).max(10_000).meta({ description: "Limit price against the mid, on the losing side" }),
  maxBookAgeMs: z.number().int().min(100).max(600_000).meta({ description: "An order needs a book heard from within this" }),
});

export const riskLimitUse = z.object({ limit: z.string(), used: decimalText, max: decimalText, ratio: z.number(), where: z.string() });

export const riskView = z.object({
  account: z.string(),
  state: tradingState,
  stateSinceMs: timeMs,
  stateBy: z.string(),
  stateReason: z.string(),
  limits: riskLimits,
  limitsVersion: z.number().int(),
  use: z.array(riskLimitUse),
  reservations: z.array(
    z.object({ intentId: z.string(), strategyId: idText, symbol: z.string(), side, quantity: decimalText, notional: decimalText }),
  ),
});

export const violationRow = z.object({
  atMs: timeMs,
  account: z.string(),
  strategyId: idText,
  symbol: z.string(),
  code: z.string(),
  reason: z.string(),
  intentId: z.string(),
});

export type RiskLimitsView = z.infer<typeof riskLimits>;
export type RiskView = z.infer<typeof riskView>;
export type TradingState = z.infer<typeof tradingState>;
export type ViolationRow = z.infer<typeof violationRow>;
