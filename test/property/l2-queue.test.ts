/** Laws of the queue on a recorded book, and of money in a backtest on one, over random recordings. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { add, decimal, format, mul, sub } from "../../domain/kernel/decimal.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { ReplayMatcher } from "../../domain/simulation/replay-matching.ts";
import { l2Input, type Message, recordingOf } from "../unit/l2-samples.ts";

/** Bids live at 90 to 99, asks at 101 to 110: nothing crosses unless it is made to. */
const bidPrice = fc.integer({ min: 90, max: 99 });
const quantity = fc.integer({ min: 1, max: 50 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("rest" as const), price: bidPrice, quantity }),
  fc.record({ kind: fc.constant("trade" as const), price: bidPrice, quantity }),
  fc.record({ kind: fc.constant("depth" as const), price: bidPrice, quantity: fc.integer({ min: 0, max: 50 }) }),
);

interface Resting {
  readonly price: number;
  readonly ahead: number;
  left: number;
  /** Traded at its price since it joined. */
  traded: number;
  filled: number;
}

describe("resting orders on a recorded book", () => {
  it("fill only by trades, only behind the queue, and never more than traded", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
        const book = new OrderBook();
        for (let price = 90; price <= 99; price++) book.setBid(price, 20);
        for (let price = 101; price <= 110; price++) book.setAsk(price, 20);
        const matcher = new ReplayMatcher(book);
        const resting = new Map<string, Resting>();
        for (const [index, { kind, price, quantity: size }] of steps.entries()) {
          if (kind === "rest") {
            const ahead = book.quantityOf("bid", price);
            const wish = { side: "buy", type: "limit", price, quantity: size, timeInForce: "GTC", postOnly: true } as const;
            expect(matcher.submit({ id: `o${index}`, ...wish })).toMatchObject({ outcome: "resting", fills: [] });
            resting.set(`o${index}`, { price, ahead, left: size, traded: 0, filled: 0 });
            continue;
          }
          if (kind === "depth") {
            const update = { ...emptyDepthUpdate(1), bidCount: 1, bids: Float64Array.of(price, size) };
            book.apply(update);
            expect(matcher.onBook(update), "a book that does not cross fills nobody").toEqual([]);
            continue;
          }
          for (const order of resting.values()) if (order.price === price) order.traded += size;
          let atPrice = 0;
          for (const fill of matcher.onTrade(price, size, "sell")) {
            const order = resting.get(fill.id)!;
            expect(fill.price).toBe(order.price);
            expect(order.price, "a trade above a bid does not reach it").toBeGreaterThanOrEqual(price);
            order.filled += fill.quantity;
            order.left -= fill.quantity;
            expect(order.left).toBeGreaterThanOrEqual(0);
            if (order.price !== price) continue;
            atPrice += fill.quantity;
            expect(order.traded, "the queue ahead trades first").toBeGreaterThanOrEqual(order.ahead + order.filled);
          }
          expect(atPrice).toBeLessThanOrEqual(size);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** A walk of the mid with trades on both sides; ids are contiguous, so the book stays whole. */
const walk = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 1, max: 900 }),
    move: fc.integer({ min: -3, max: 3 }),
    traded: fc.integer({ min: 0, max: 400 }),
    hits: fc.boolean(),
  }),
  { minLength: 20, maxLength: 120 },
);

describe("a backtest on a recorded book", () => {
  it("keeps every cent, and is the same twice", () => {
    fc.assert(
      fc.property(walk, fc.integer({ min: 0, max: 300 }), (moves, latencyMs) => {
        const messages: Message[] = [];
        let [atMs, mid] = [1_000, 10_000];
        for (const { gapMs, move, traded, hits } of moves) {
          atMs += gapMs;
          const before = mid;
          mid += move;
          const cleared = [before - 1, before - 2, before - 3, before + 1, before + 2, before + 3].map((price) => [price, 0] as const);
          const bids = [mid - 1, mid - 2, mid - 3].map((price) => [price, 300] as const);
          const asks = [mid + 1, mid + 2, mid + 3].map((price) => [price, 300] as const);
          messages.push({ atMs, kind: "depth", bids: [...cleared, ...bids], asks: [...cleared, ...asks] });
          if (traded > 0)
            messages.push({ atMs, kind: "trade", price: hits ? mid - 1 : mid + 1, quantity: traded, side: hits ? "sell" : "buy" });
        }
        const recording = recordingOf([{ atMs: 1_000, kind: "snapshot", bids: [[9_999, 300]], asks: [[10_001, 300]] }, ...messages]);
        const input = l2Input(recording, {
          strategy: "market-maker",
          params: { size: 1_000, maxInventory: 5_000, spreadBps: 2 },
          latencyMs,
        });
        const outcome = runBacktest({ ...input, closeAtEnd: true });
        let cash = input.cash;
        for (const { side, price, quantity: size, fee } of outcome.fills) {
          const notional = mul(price, size);
          cash = sub(side === "buy" ? sub(cash, notional) : add(cash, notional), fee);
        }
        expect(format(outcome.finalEquity)).toBe(format(cash));
        expect(runBacktest({ ...input, closeAtEnd: true }).hash).toBe(outcome.hash);
        expect(outcome.orders.submitted).toBeGreaterThanOrEqual(outcome.orders.filled + outcome.orders.canceled);
        expect(decimal("0") <= outcome.fees).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
