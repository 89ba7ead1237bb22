import { describe, expect, it } from "vitest";
import { quantityUpToPrice, sweep } from "../../domain/book/liquidity.ts";
import { OrderBook } from "../../domain/book/order-book.ts";

function bookOf(bids: number[], asks: number[]): OrderBook {
  const book = new OrderBook();
  book.load({ lastId: 1, bids: Float64Array.from(bids), asks: Float64Array.from(asks) });
  return book;
}

const book = bookOf([100, 5, 99, 10, 90, 1], [101, 4, 103, 6]);

describe("sweep", () => {
  it("takes the best levels first, exactly", () => {
    expect(sweep(book, "buy", 7)).toEqual({ quantity: 7, cost: 4n * 101n + 3n * 103n, worstPrice: 103, levelsTouched: 2, complete: true });
    expect(sweep(book, "sell", 5)).toEqual({ quantity: 5, cost: 500n, worstPrice: 100, levelsTouched: 1, complete: true });
  });

  it("says when the book runs out", () => {
    expect(sweep(book, "buy", 11)).toEqual({ quantity: 10, cost: 1_022n, worstPrice: 103, levelsTouched: 2, complete: false });
    expect(sweep(bookOf([], []), "sell", 1)).toEqual({ quantity: 0, cost: 0n, worstPrice: 0, levelsTouched: 0, complete: false });
  });

  it("stays exact beyond 2^53", () => {
    const big = bookOf([], [9_007_199_254_740_991, 9_007_199_254_740_991]);
    expect(sweep(big, "buy", 9_007_199_254_740_991).cost).toBe(9_007_199_254_740_991n ** 2n);
  });

  it.each([0, -1, 0.5, Number.NaN])("refuses a quantity of %s", (quantity) => {
    expect(() => sweep(book, "buy", quantity)).toThrow(/quantity: expected a whole number/);
  });
});

describe("quantityUpToPrice", () => {
  it("counts the limit price itself", () => {
    expect(quantityUpToPrice(book, "buy", 102)).toBe(4n);
    expect(quantityUpToPrice(book, "buy", 103)).toBe(10n);
    expect(quantityUpToPrice(book, "sell", 99)).toBe(15n);
    expect(quantityUpToPrice(book, "sell", 101)).toBe(0n);
  });

  it("refuses a price that is no whole number of units", () => {
    expect(() => quantityUpToPrice(book, "buy", 0)).toThrow(/limitPrice/);
  });
});

describe("OrderBook", () => {
  it("reads 0 from empty sides and beyond the last level", () => {
    const empty = new OrderBook();
    expect([empty.bestBidPrice, empty.bestBidQuantity, empty.bestAskPrice, empty.bestAskQuantity]).toEqual([0, 0, 0, 0]);
    expect([book.priceAt("bid", 3), book.quantityAt("ask", -1), book.quantityOf("ask", 102)]).toEqual([0, 0, 0]);
    expect(book.levels("bid", 2)).toEqual([
      [100, 5],
      [99, 10],
    ]);
    expect(book.levels("bid", 0)).toEqual([]);
  });

  it("replaces everything on load and nothing is left after clear", () => {
    const one = bookOf([100, 5], [101, 4]);
    one.load({ lastId: 2, bids: Float64Array.from([90, 1]), asks: new Float64Array() });
    expect([one.levels("bid"), one.levels("ask")]).toEqual([[[90, 1]], []]);
    one.clear();
    expect(one.bidCount).toBe(0);
  });

  it("refuses a bound without room", () => {
    expect(() => new OrderBook({ levelsMax: 0 })).toThrow(/levelsMax: expected/);
  });
});
