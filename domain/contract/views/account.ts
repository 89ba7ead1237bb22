/** Positions and the account's result, as shown. One schema a row; see ../views.ts. */
import { z } from "zod";
import { decimalText, idText, timeMs, venueText } from "../fields.ts";

export const positionRow = z.object({
  account: z.string(),
  venue: venueText,
  symbol: z.string(),
  /** A strategy instance, or `manual`; null in a row netted over all owners. */
  strategyId: idText.nullable(),
  quantity: decimalText,
  averagePrice: decimalText.nullable(),
  markPrice: decimalText.nullable(),
  notional: decimalText,
  unrealisedPnl: decimalText,
  realisedPnl: decimalText,
  feesPaid: decimalText,
  dayPnl: decimalText,
});

export const portfolioPnl = z.object({
  account: z.string(),
  currency: z.string(),
  simulated: z.boolean(),
  equity: decimalText,
  startEquity: decimalText,
  realisedPnl: decimalText,
  unrealisedPnl: decimalText,
  feesPaid: decimalText,
  /** realised + unrealised − fees, since the account was opened. */
  netPnl: decimalText,
  dayPnl: decimalText,
  dayPnlRatio: z.number(),
  peakEquity: decimalText,
  drawdownRatio: z.number(),
  byStrategy: z.array(
    z.object({ strategyId: idText, realisedPnl: decimalText, unrealisedPnl: decimalText, feesPaid: decimalText, netPnl: decimalText }),
  ),
  unpriced: z.array(z.string()).meta({ description: "Symbols held without a mark price: not in the totals" }),
});

/** A strategy's result from its fills, in the account's currency. */
export const strategyPerformance = z.object({
  strategyId: idText,
  realisedPnl: decimalText,
  unrealisedPnl: decimalText,
  feesPaid: decimalText,
  netPnl: decimalText,
  dayPnl: decimalText,
  fills: z.number().int(),
  closedTrades: z.number().int(),
  winRatio: z.number().nullable().meta({ description: "Null without closed trades" }),
  profitFactor: z.number().nullable().meta({ description: "Null while nothing was lost" }),
  volume: decimalText,
});

export const equityPoint = z.object({ atMs: timeMs, equity: z.number() });

export type PositionRow = z.infer<typeof positionRow>;
export type PortfolioPnl = z.infer<typeof portfolioPnl>;
export type EquityPoint = z.infer<typeof equityPoint>;
export type StrategyPerformance = z.infer<typeof strategyPerformance>;
