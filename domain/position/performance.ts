/**
 * What a strategy's closed trades amount to. A closed trade is what one order realised by reducing a position, all its
 * reducing fills together, net of the fees of opening and closing (fees in a third asset are not in it: they have no
 * price here). Counting orders instead of flat-to-flat round trips keeps the numbers alive for strategies that scale,
 * make markets or hold dust and so are never quite flat.
 *
 * Bound: the results of the newest 256 closing orders can still grow; a later fill of an older one is a trade of its own.
 */
import { type Decimal, add, sub, toNumber, ZERO } from "../kernel/decimal.ts";
import type { FillOutcome } from "./position.ts";

const GROWING_ORDERS_MAX = 256;

export interface Performance {
  readonly closedTrades: number;
  readonly wins: number;
  /** Σ of the results above 0, and of those below 0 as a positive number; quote. */
  readonly grossProfit: Decimal;
  readonly grossLoss: Decimal;
  /** Result so far of the newest closing orders, oldest first. */
  readonly closingOrders: ReadonlyMap<string, Decimal>;
}

export const NO_TRADES: Performance = { closedTrades: 0, wins: 0, grossProfit: ZERO, grossLoss: ZERO, closingOrders: new Map() };

export function recordFill(before: Performance, orderId: string, outcome: FillOutcome): Performance {
  if (outcome.closedQuantity === ZERO) return before;
  const earlier = before.closingOrders.get(orderId);
  const result = add(earlier ?? ZERO, outcome.netRealisedPnl);
  const closingOrders = new Map(before.closingOrders).set(orderId, result);
  if (closingOrders.size > GROWING_ORDERS_MAX) closingOrders.delete(closingOrders.keys().next().value!);
  const counted = earlier ?? ZERO;
  return {
    closedTrades: before.closedTrades + (earlier === undefined ? 1 : 0),
    wins: before.wins + (result > ZERO ? 1 : 0) - (counted > ZERO ? 1 : 0),
    grossProfit: add(before.grossProfit, sub(gain(result), gain(counted))),
    grossLoss: add(before.grossLoss, sub(loss(result), loss(counted))),
    closingOrders,
  };
}

/** Share of closed trades above 0, or null without closed trades. */
export function winRatio(performance: Pick<Performance, "closedTrades" | "wins">): number | null {
  return performance.closedTrades === 0 ? null : performance.wins / performance.closedTrades;
}

/** Gross profit over gross loss, or null while nothing was lost. */
export function profitFactor(performance: Pick<Performance, "grossProfit" | "grossLoss">): number | null {
  return performance.grossLoss === ZERO ? null : toNumber(performance.grossProfit) / toNumber(performance.grossLoss);
}

function gain(result: Decimal): Decimal {
  return result > ZERO ? result : ZERO;
}

function loss(result: Decimal): Decimal {
  return result < ZERO ? sub(ZERO, result) : ZERO;
}
