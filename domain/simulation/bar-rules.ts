/**
 * What a bar decides about one order: pure rules, shared by the replay of candles and the backtest.
 *
 * At the open: a market order fills; a limit that the open satisfies fills at the open (taker on the first bar it meets,
 * maker later: the price gapped through it in our favour), a post-only one that the first open satisfies is expired, for
 * it would have taken; IOC is decided here. Inside the bar: a resting limit fills at its own price when the range reaches
 * it (`touch`), or only when the price trades beyond it (`through`), which is what a queue in front of us means.
 */
import type { Side } from "../market/events.ts";
import type { OrderType, TimeInForce } from "../order/types.ts";

export interface RuledOrder {
  readonly side: Side;
  readonly type: OrderType;
  /** Limit as a float of the exact decimal; ignored for a market order. */
  readonly price: number;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

export type OpenVerdict = "take" | "make" | "post-only" | "no-liquidity" | "rest";

/** `rests`: an open has passed the order before. */
export function atOpen(order: RuledOrder, rests: boolean, open: number): OpenVerdict {
  const satisfied = order.type === "market" || (order.side === "buy" ? open <= order.price : open >= order.price);
  if (satisfied && order.postOnly && !rests) return "post-only";
  if (satisfied) return rests ? "make" : "take";
  return order.timeInForce === "IOC" ? "no-liquidity" : "rest";
}

export function insideBar(order: RuledOrder, low: number, high: number, reach: "touch" | "through"): boolean {
  if (order.type === "market") return false;
  if (reach === "touch") return order.side === "buy" ? low <= order.price : high >= order.price;
  return order.side === "buy" ? low < order.price : high > order.price;
}
