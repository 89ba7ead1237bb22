/**
 * The book ladder's arithmetic: cumulative depth, the share each bar fills, spread, imbalance and which rows hold
 * orders of ours. Statistics for the eye, in binary fractions; prices and sizes shown stay the texts of the book.
 */
import type { BookView, OrderRow } from "../../../domain/contract/views.ts";

export interface LadderRow {
  readonly price: string;
  readonly quantity: string;
  /** Quantity from the best level to here. */
  readonly sum: number;
  /** `sum` over the larger side's total, 0 to 1. */
  readonly share: number;
  /** Open quantity of ours at this price; 0 when none. */
  readonly mine: number;
}

export interface Ladder {
  /** Best ask last, so that it sits next to the spread. */
  readonly asks: readonly LadderRow[];
  /** Best bid first. */
  readonly bids: readonly LadderRow[];
  readonly mid: number | null;
  readonly spreadBps: number | null;
  /** Bid quantity over both sides in the rows shown, 0 to 1. */
  readonly bidShare: number | null;
}

/** `depth` rows a side. Orders are of any symbol; only those of the book's venue and symbol count. */
export function buildLadder(book: BookView, orders: readonly OrderRow[], depth: number): Ladder {
  const mine = restingByPrice(book, orders);
  const bids = accumulate(book.bids.slice(0, depth), mine.buy);
  const asks = accumulate(book.asks.slice(0, depth), mine.sell);
  const bidTotal = bids.at(-1)?.sum ?? 0;
  const askTotal = asks.at(-1)?.sum ?? 0;
  const largest = Math.max(bidTotal, askTotal, Number.MIN_VALUE);
  const shared = (rows: Omit<LadderRow, "share">[]): LadderRow[] => rows.map((row) => ({ ...row, share: row.sum / largest }));
  const bestBid = book.bids[0] === undefined ? null : Number(book.bids[0][0]);
  const bestAsk = book.asks[0] === undefined ? null : Number(book.asks[0][0]);
  const mid = bestBid === null || bestAsk === null ? null : (bestBid + bestAsk) / 2;
  return {
    asks: shared(asks).reverse(),
    bids: shared(bids),
    mid,
    spreadBps: mid === null || bestBid === null || bestAsk === null ? null : ((bestAsk - bestBid) / mid) * 10_000,
    bidShare: bidTotal + askTotal === 0 ? null : bidTotal / (bidTotal + askTotal),
  };
}

function accumulate(levels: readonly (readonly [string, string])[], mine: ReadonlyMap<number, number>): Omit<LadderRow, "share">[] {
  let sum = 0;
  return levels.map(([price, quantity]) => {
    sum += Number(quantity);
    return { price, quantity, sum, mine: mine.get(Number(price)) ?? 0 };
  });
}

function restingByPrice(book: BookView, orders: readonly OrderRow[]): { buy: Map<number, number>; sell: Map<number, number> } {
  const resting = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  for (const order of orders) {
    if (order.venue !== book.venue || order.symbol !== book.symbol || order.limitPrice === null) continue;
    const open = Number(order.quantity) - Number(order.filledQuantity);
    const price = Number(order.limitPrice);
    resting[order.side].set(price, (resting[order.side].get(price) ?? 0) + open);
  }
  return resting;
}
