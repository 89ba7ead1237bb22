/** The book equals a plain Map of levels after any sequence of loads and updates, bound and search included. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyDepthUpdate, type DepthUpdate } from "../../domain/book/depth.ts";
import { type BookLevel, type BookSideName, OrderBook } from "../../domain/book/order-book.ts";

type Change = { side: BookSideName; price: number; quantity: number };

const change = (priceMax: number): fc.Arbitrary<Change> =>
  fc.record({
    side: fc.constantFrom<BookSideName>("bid", "ask"),
    price: fc.integer({ min: 1, max: priceMax }),
    quantity: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
  });

function updateOf(changes: Change[]): DepthUpdate {
  const pairs = (side: BookSideName) => changes.filter((one) => one.side === side).flatMap((one) => [one.price, one.quantity]);
  const [bids, asks] = [pairs("bid"), pairs("ask")];
  return {
    ...emptyDepthUpdate(0),
    bidCount: bids.length / 2,
    askCount: asks.length / 2,
    bids: Float64Array.from([...bids, 999, 999]),
    asks: Float64Array.from([...asks, 999, 999]),
  };
}

class Reference {
  readonly bid = new Map<number, number>();
  readonly ask = new Map<number, number>();

  apply(changes: Change[]): void {
    for (const { side, price, quantity } of changes) {
      if (quantity === 0) this[side].delete(price);
      else this[side].set(price, quantity);
    }
  }

  levels(side: BookSideName): BookLevel[] {
    return [...this[side]].toSorted(([a], [b]) => (side === "bid" ? b - a : a - b));
  }
}

function expectEqual(book: OrderBook, reference: Reference): void {
  const [bids, asks] = [reference.levels("bid"), reference.levels("ask")];
  expect(book.levels("bid")).toEqual(bids);
  expect(book.levels("ask")).toEqual(asks);
  expect([book.bidCount, book.askCount]).toEqual([bids.length, asks.length]);
  expect([book.bestBidPrice, book.bestBidQuantity]).toEqual(bids[0] ?? [0, 0]);
  expect([book.bestAskPrice, book.bestAskQuantity]).toEqual(asks[0] ?? [0, 0]);
  const crossed = bids[0] !== undefined && asks[0] !== undefined && bids[0][0] >= asks[0][0];
  expect(book.isCrossed()).toBe(crossed);
}

describe("order book against a Map", () => {
  it.each([{ priceMax: 30 }, { priceMax: 100_000 }])("agrees after every update, prices up to $priceMax", ({ priceMax }) => {
    const updates = fc.array(fc.array(change(priceMax), { maxLength: 60 }), { maxLength: 20 });
    fc.assert(
      fc.property(updates, fc.integer({ min: 1, max: priceMax }), (all, probe) => {
        const book = new OrderBook();
        const reference = new Reference();
        for (const changes of all) {
          book.apply(updateOf(changes));
          reference.apply(changes);
          expectEqual(book, reference);
          expect(book.quantityOf("bid", probe)).toBe(reference.bid.get(probe) ?? 0);
          expect(book.quantityOf("ask", probe)).toBe(reference.ask.get(probe) ?? 0);
        }
      }),
      { seed: 20_240_808, numRuns: 150 },
    );
  });

  it("agrees after a snapshot of many levels and changes in price order", () => {
    const spread = fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { minLength: 300, maxLength: 900 });
    fc.assert(
      fc.property(spread, fc.array(change(20_000), { maxLength: 200 }), (prices, changes) => {
        const sorted = prices.toSorted((a, b) => b - a);
        const book = new OrderBook();
        const reference = new Reference();
        book.load({
          lastId: 1,
          bids: Float64Array.from(sorted.flatMap((price) => [price, price + 1])),
          asks: Float64Array.from(sorted.toReversed().flatMap((price) => [price, price + 2])),
        });
        for (const price of sorted) {
          reference.bid.set(price, price + 1);
          reference.ask.set(price, price + 2);
        }
        const ordered = changes.toSorted((a, b) => a.price - b.price);
        book.apply(updateOf(ordered));
        reference.apply(ordered);
        expectEqual(book, reference);
      }),
      { seed: 20_240_809, numRuns: 40 },
    );
  });

  it("forgets only the farthest level at its bound, and counts it", () => {
    const levelsMax = 8;
    fc.assert(
      fc.property(fc.array(change(60), { maxLength: 150 }), (changes) => {
        const book = new OrderBook({ levelsMax });
        const reference = new Reference();
        let forgotten = 0;
        for (const one of changes) {
          book.apply(updateOf([one]));
          reference.apply([one]);
          const farthest = reference.levels(one.side)[levelsMax];
          if (farthest !== undefined) {
            reference[one.side].delete(farthest[0]);
            forgotten += 1;
          }
          expectEqual(book, reference);
          expect(book.forgottenLevels).toBe(forgotten);
        }
      }),
      { seed: 20_240_810, numRuns: 150 },
    );
  });
});
