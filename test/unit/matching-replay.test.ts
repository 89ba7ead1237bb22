import { describe, expect, it } from "vitest";
import { type DepthUpdate, emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { ReplayMatcher, type ReplayOrder } from "../../domain/simulation/replay-matching.ts";

function update(bids: readonly number[], asks: readonly number[]): DepthUpdate {
  const filled = emptyDepthUpdate();
  filled.bids.set(bids);
  filled.asks.set(asks);
  filled.bidCount = bids.length / 2;
  filled.askCount = asks.length / 2;
  return filled;
}

function matcher(): {
  book: OrderBook;
  match: ReplayMatcher;
  change: (bids: readonly number[], asks: readonly number[]) => ReturnType<ReplayMatcher["onBook"]>;
} {
  const book = new OrderBook();
  book.apply(update([99, 10, 98, 20], [101, 5, 102, 5]));
  const match = new ReplayMatcher(book);
  const change = (bids: readonly number[], asks: readonly number[]): ReturnType<ReplayMatcher["onBook"]> => {
    const next = update(bids, asks);
    book.apply(next);
    return match.onBook(next);
  };
  return { book, match, change };
}

function order(id: string, changes: Partial<ReplayOrder> = {}): ReplayOrder {
  return { id, side: "buy", type: "limit", price: 99, quantity: 4, timeInForce: "GTC", postOnly: false, ...changes };
}

describe("matching on a recorded book", () => {
  it("walks the levels and does not take the same quantity twice until the level changes", () => {
    const { match, change } = matcher();
    const market = { type: "market", timeInForce: "IOC" } as const;
    expect(match.submit(order("a", { ...market, quantity: 7 })).fills).toEqual([
      { id: "a", price: 101, quantity: 5, liquidity: "taker" },
      { id: "a", price: 102, quantity: 2, liquidity: "taker" },
    ]);
    expect(match.submit(order("b", { ...market, quantity: 5 }))).toMatchObject({
      outcome: "expired",
      reason: "NO_LIQUIDITY",
      fills: [{ price: 102, quantity: 3 }],
    });
    change([], [101, 6]);
    expect(match.submit(order("c", { ...market, quantity: 8 })).fills).toEqual([{ id: "c", price: 101, quantity: 6, liquidity: "taker" }]);
  });

  it("queues behind what is displayed: trades at the price consume the queue first", () => {
    const { match } = matcher();
    expect(match.submit(order("q")).outcome).toBe("resting");
    expect(match.onTrade(99, 6, "sell")).toEqual([]);
    expect(match.onTrade(99, 5, "buy")).toEqual([]);
    expect(match.onTrade(99, 5, "sell")).toEqual([{ id: "q", price: 99, quantity: 1, liquidity: "maker" }]);
    expect(match.onTrade(99, 2, "sell")).toEqual([{ id: "q", price: 99, quantity: 2, liquidity: "maker" }]);
    expect(match.onTrade(98, 1, "sell")).toEqual([{ id: "q", price: 99, quantity: 1, liquidity: "maker" }]);
    expect(match.restingCount).toBe(0);
  });

  it("shares one trade among our own orders at a price, oldest first", () => {
    const { match } = matcher();
    match.submit(order("first", { price: 100, quantity: 3 }));
    match.submit(order("second", { price: 100, quantity: 3 }));
    expect(match.onTrade(100, 4, "sell").map(({ id, quantity }) => [id, quantity])).toEqual([
      ["first", 3],
      ["second", 1],
    ]);
  });

  it("fills what the opposite best crosses, up to what is displayed there", () => {
    const { match, change } = matcher();
    match.submit(order("x"));
    expect(change([99, 0], [99, 3])).toEqual([{ id: "x", price: 99, quantity: 3, liquidity: "maker" }]);
    expect(change([98, 21], [])).toEqual([]);
    expect(change([], [98, 9])).toEqual([{ id: "x", price: 99, quantity: 1, liquidity: "maker" }]);
  });

  it("refuses post-only takers and stops at our own resting order", () => {
    const { match } = matcher();
    expect(match.submit(order("p", { price: 101, postOnly: true }))).toMatchObject({ outcome: "rejected", reason: "POST_ONLY" });
    match.submit(order("ask", { side: "sell", price: 102, quantity: 1 }));
    const result = match.submit(order("self", { price: 103, quantity: 50 }));
    expect(result).toMatchObject({ outcome: "expired", reason: "SELF_TRADE" });
    expect(result.fills.map(({ price, quantity }) => [price, quantity])).toEqual([
      [101, 5],
      [102, 5],
    ]);
  });

  it("cancels for good, and places an order without a book behind the first one seen", () => {
    const { match, change } = matcher();
    match.submit(order("c"));
    expect([match.cancel("c"), match.cancel("c")]).toEqual([true, false]);
    match.rest("back", "buy", 99, 2, false);
    expect(match.onTrade(99, 50, "sell")).toEqual([]);
    change([99, 4], []);
    expect(match.onTrade(99, 5, "sell")).toEqual([{ id: "back", price: 99, quantity: 1, liquidity: "maker" }]);
  });
});
