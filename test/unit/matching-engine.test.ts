import { describe, expect, it } from "vitest";
import { type EngineOrder, MatchingEngine } from "../../domain/simulation/matching-engine.ts";

function order(changes: Partial<EngineOrder> & { readonly id: number }): EngineOrder {
  return { owner: "x", side: "buy", type: "limit", price: 100, quantity: 10, timeInForce: "GTC", postOnly: false, ...changes };
}

describe("matching engine", () => {
  it("fills oldest first at the maker's price and rests what is left", () => {
    const engine = new MatchingEngine({ lastTradeId: 41 });
    engine.submit(order({ id: 1, owner: "a", side: "sell", price: 101, quantity: 4 }));
    engine.submit(order({ id: 2, owner: "b", side: "sell", price: 101, quantity: 4 }));
    engine.submit(order({ id: 3, owner: "c", side: "sell", price: 100, quantity: 1 }));
    const result = engine.submit(order({ id: 4, price: 102, quantity: 12 }));
    expect(result).toMatchObject({ outcome: "resting", remaining: 3 });
    expect(result.executions.map(({ tradeId, price, quantity, makerId }) => [tradeId, price, quantity, makerId])).toEqual([
      [42, 100, 1, 3],
      [43, 101, 4, 1],
      [44, 101, 4, 2],
    ]);
    expect([engine.bidPrice, engine.askPrice]).toEqual([102, 0]);
  });

  it("cancels the newest on a self-trade and keeps what it traded before", () => {
    const engine = new MatchingEngine();
    engine.submit(order({ id: 1, owner: "other", side: "sell", quantity: 2 }));
    engine.submit(order({ id: 2, owner: "me", side: "sell", quantity: 5 }));
    const result = engine.submit(order({ id: 3, owner: "me", quantity: 6 }));
    expect(result).toMatchObject({ outcome: "expired", reason: "SELF_TRADE", remaining: 4 });
    expect(result.executions).toHaveLength(1);
    expect(engine.remainingOf(2)).toBe(5);
    expect(engine.remainingOf(3)).toBe(0);
  });

  it("expires what a market or IOC order cannot get, refuses post-only takers, known ids and a full book", () => {
    const engine = new MatchingEngine({ maxOrders: 1 });
    expect(engine.submit(order({ id: 1, type: "market" }))).toMatchObject({ outcome: "expired", reason: "NO_LIQUIDITY" });
    engine.submit(order({ id: 2, owner: "a", side: "sell", quantity: 3 }));
    expect(engine.submit(order({ id: 3, postOnly: true }))).toMatchObject({ outcome: "rejected", reason: "POST_ONLY" });
    expect(engine.submit(order({ id: 2, side: "sell", price: 200 }))).toMatchObject({ outcome: "rejected", reason: "DUPLICATE_ID" });
    expect(engine.submit(order({ id: 4, side: "sell", price: 200 }))).toMatchObject({ outcome: "rejected", reason: "BOOK_FULL" });
    expect(engine.submit(order({ id: 5, timeInForce: "IOC" }))).toMatchObject({ outcome: "expired", remaining: 7 });
    expect(engine.restingCount).toBe(0);
  });

  it("drains absolute changes with contiguous ids", () => {
    const engine = new MatchingEngine({ lastUpdateId: 1_000 });
    engine.submit(order({ id: 1, quantity: 5 }));
    engine.submit(order({ id: 2, quantity: 2 }));
    expect(engine.drainDepth()).toEqual({ firstId: 1_001, lastId: 1_002, bids: [100, 7], asks: [] });
    expect(engine.drainDepth()).toBeNull();
    engine.cancel(1);
    engine.submit(order({ id: 3, owner: "y", side: "sell", quantity: 2 }));
    expect(engine.drainDepth()).toEqual({ firstId: 1_003, lastId: 1_004, bids: [100, 0], asks: [] });
  });

  it("treats an impossible quantity as a broken invariant", () => {
    const engine = new MatchingEngine();
    expect(() => engine.submit(order({ id: 1, quantity: 0 }))).toThrow("quantity 0");
    expect(() => engine.submit(order({ id: 1, price: 0.5 }))).toThrow("price 0.5");
  });
});
