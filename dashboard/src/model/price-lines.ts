/**
 * Prices drawn across the chart: what the position was paid, our open orders, and what the strategy sees. Only what lies
 * near the market is a price worth drawing; the rest (counts, ratios, far orders) is left out.
 */
import type { MarketState } from "../../../domain/contract/stream.ts";
import type { InsideRow, OrderRow, StrategyRow } from "../../../domain/contract/views.ts";
import { signOf } from "./format.ts";

export interface PriceLine {
  readonly price: number;
  /** Written beside the price scale; an empty one is a line without a label. */
  readonly title: string;
  readonly kind: "average" | "buy" | "sell" | "seen";
}

/** Orders further than this from the last price are not in sight. */
const NEAR_RATIO = 0.05;
const ORDER_LIMIT = 40;
const SEEN_LIMIT = 6;

export function priceLines(
  state: MarketState,
  row: StrategyRow | null,
  inside: readonly InsideRow[],
  orders: readonly OrderRow[],
): PriceLine[] {
  const last = state.bars.at(-1)?.close;
  if (last === undefined) return [];
  const near = (price: number): boolean => Math.abs(price - last) <= last * NEAR_RATIO;
  const lines: PriceLine[] = [];
  if (row !== null && row.averagePrice !== null && signOf(row.positionQuantity) !== 0) {
    lines.push({ price: Number(row.averagePrice), title: "avg", kind: "average" });
  }
  for (const seen of inside.slice(0, SEEN_LIMIT)) {
    if (seen.value !== null && near(seen.value)) lines.push({ price: rounded(seen.value, state), title: seen.name, kind: "seen" });
  }
  const own = orders.filter((order) => order.venue === state.venue && order.symbol === state.symbol && order.limitPrice !== null);
  for (const order of own.slice(0, ORDER_LIMIT)) {
    const price = Number(order.limitPrice);
    if (near(price)) lines.push({ price, title: "", kind: order.side });
  }
  return lines;
}

/** To the places the market trades in: a value that moved by less is not redrawn. */
function rounded(value: number, state: MarketState): number {
  return Number(value.toFixed(state.pricePrecision));
}
