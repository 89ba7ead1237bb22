/** A fill as people see it: with what it realised and what it cost against the price it was decided at. */
import type { FillRow } from "../contract/views.ts";
import { type Decimal, format, toNumber } from "../kernel/decimal.ts";
import type { OrderEvent } from "../order/events.ts";

export function fillRow(event: Extract<OrderEvent, { type: "OrderFilled" }>, realisedPnl: Decimal): FillRow {
  const { fill, decisionPrice } = event;
  return {
    tradeId: fill.tradeId,
    orderId: event.orderId,
    strategyId: event.strategyId,
    account: event.account,
    venue: event.venue,
    symbol: event.symbol,
    side: event.side,
    price: format(fill.price),
    quantity: format(fill.quantity),
    fee: format(fill.fee),
    feeAsset: fill.feeAsset,
    liquidity: fill.liquidity,
    why: event.why,
    atMs: event.atMs,
    realisedPnl: format(realisedPnl),
    slippageBps: decisionPrice ? slippageBps(event.side, toNumber(fill.price), toNumber(decisionPrice)) : null,
  };
}

/** Positive when the fill was worse than the price it was decided at. */
export function slippageBps(side: "buy" | "sell", price: number, decisionPrice: number): number {
  const worse = side === "buy" ? price - decisionPrice : decisionPrice - price;
  return Math.round((worse / decisionPrice) * 10_000 * 100) / 100;
}
