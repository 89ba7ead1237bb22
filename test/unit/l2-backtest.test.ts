/** A backtest on a recorded book: what an order meets, when, behind whom; what is refused, and how it says so. */
import { describe, expect, it } from "vitest";
import { format } from "../../domain/kernel/decimal.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestFill } from "../../domain/simulation/backtest/types.ts";
import { defineStrategy, topOfBook, trades } from "../../domain/strategy/index.ts";
import { l2Input, type Message, recordingOf } from "./l2-samples.ts";

const START: Message = {
  atMs: 1_000,
  kind: "snapshot",
  bids: [[9_999, 500]],
  asks: [
    [10_001, 200],
    [10_002, 400],
  ],
};

/** Buys once at the first book it sees. */
function buyer(wish: { quantity: number; limit?: number; postOnly?: true }) {
  return defineStrategy({
    name: "buyer",
    version: 1,
    params: {},
    data: { book: topOfBook() },
    state: { done: false },
    on: {
      top(ctx) {
        if (!ctx.state.done) ctx.buy({ ...wish, why: "first book" });
        ctx.state.done = true;
      },
    },
  });
}

const shown = ({ atMs, side, price, quantity, liquidity }: BacktestFill) =>
  `${atMs} ${side} ${format(quantity)} at ${format(price)} ${liquidity}`;
const fillsOf = (messages: readonly Message[], strategy: ReturnType<typeof buyer>, latencyMs = 20) =>
  runBacktest(l2Input(recordingOf(messages), { strategy, latencyMs })).fills.map(shown);
const later = (atMs: number): Message => ({ atMs, kind: "other" });

describe("what an order meets", () => {
  it("takes the displayed levels, best first, at its own time", () => {
    const fills = fillsOf([START, later(1_010), later(2_100)], buyer({ quantity: 0.5 }));
    expect(fills).toEqual(["1020 buy 0.2 at 100.01 taker", "1020 buy 0.3 at 100.02 taker"]);
  });

  it("sees the book as it is after the latency, not when it decided", () => {
    const moved: Message = { atMs: 1_015, kind: "depth", bids: [], asks: [[10_001, 0]] };
    expect(fillsOf([START, moved, later(2_100)], buyer({ quantity: 0.1 }))).toEqual(["1020 buy 0.1 at 100.02 taker"]);
    expect(fillsOf([START, moved, later(2_100)], buyer({ quantity: 0.1 }), 10)).toEqual(["1010 buy 0.1 at 100.01 taker"]);
  });

  it("rests behind the displayed quantity and is filled by what trades after it", () => {
    const trade = (atMs: number, quantity: number): Message => ({ atMs, kind: "trade", price: 9_999, quantity, side: "sell" });
    const wish = buyer({ quantity: 0.1, limit: 99.99, postOnly: true });
    expect(fillsOf([START, later(1_050), trade(1_100, 500)], wish), "the queue alone").toEqual([]);
    expect(fillsOf([START, later(1_050), trade(1_100, 500), trade(1_200, 40)], wish)).toEqual(["1200 buy 0.04 at 99.99 maker"]);
    expect(fillsOf([START, trade(1_010, 500), trade(1_100, 500)], wish), "traded before it arrived").toEqual([]);
    expect(fillsOf([START, later(1_050), trade(1_100, 530), trade(1_200, 500)], wish)).toEqual([
      "1100 buy 0.03 at 99.99 maker",
      "1200 buy 0.07 at 99.99 maker",
    ]);
  });

  it("refuses a post-only order that would take, and counts it", () => {
    const outcome = runBacktest(
      l2Input(recordingOf([START, later(1_100), later(2_100)]), { strategy: buyer({ quantity: 0.1, limit: 100.01, postOnly: true }) }),
    );
    expect(outcome.fills).toEqual([]);
    expect(outcome.refusals).toMatchObject([{ code: "POST_ONLY_WOULD_TAKE", count: 1 }]);
  });

  it("gives the books after a gap to nobody until a snapshot makes it whole", () => {
    const seen: string[] = [];
    const watcher = defineStrategy({
      name: "watcher",
      version: 1,
      params: {},
      data: { book: topOfBook(), tape: trades() },
      on: {
        top: (_ctx, top) => void seen.push(`${top.isLive ? "live" : "not"} ${top.bid}`),
        trade: (_ctx, trade) => void seen.push(`traded ${trade.price}`),
        connection: (_ctx, { reason }) => void seen.push(reason),
      },
    });
    const recording = recordingOf([
      START,
      { atMs: 1_100, kind: "trade", price: 10_001, quantity: 1, side: "buy" },
      { atMs: 7_000, kind: "other" },
      { atMs: 7_100, kind: "depth", bids: [[10_000, 5]], asks: [] },
    ]);
    runBacktest(l2Input(recording, { strategy: watcher }));
    expect(seen).toEqual(["live 99.99", "traded 100.01", "not 99.99", "live 100", "end of recording", "not 100"]);
  });
});

describe("what it refuses", () => {
  const recording = recordingOf([START, later(2_500)]);
  const input = l2Input(recording, { strategy: "market-maker" });

  it("parts that do not fit, by name", () => {
    expect(() => runBacktest({ ...input, costs: { ...input.costs, slippage: { model: "fixed", bps: 1 } } })).toThrow(
      /costs.slippage: expected none/,
    );
    expect(() => runBacktest({ ...input, markets: [{ ...input.markets[0]!, kind: "inverse" }] })).toThrow(
      /market.kind: expected spot or linear/,
    );
    expect(() => runBacktest({ ...input, strategies: [{ ...input.strategies[0]!, symbol: "XYZ/USDT" }] })).toThrow(/strategies.symbol/);
    const { recording: _none, ...bars } = input;
    expect(() => runBacktest(bars)).toThrow(/fill: expected next-open/);
  });

  it("a strategy that throws, with the message it threw at", () => {
    const broken = defineStrategy({
      name: "broken",
      version: 1,
      params: {},
      data: { book: topOfBook() },
      on: {
        top: () => {
          throw new Error("out of ideas");
        },
      },
    });
    expect(() => runBacktest(l2Input(recording, { strategy: broken }))).toThrow(/out of ideas.*message 1, 1970-01-01T00:00:01.000Z/);
  });

  it("a strategy that is refused again and again, for a while, as the floor does", () => {
    const stubborn = defineStrategy({
      name: "stubborn",
      version: 1,
      params: {},
      data: { book: topOfBook() },
      on: {
        top: (ctx) => ctx.sell({ quantity: 0.01, reduceOnly: true, why: "nothing to reduce" }),
        order: (ctx, { status }) => (status === "Rejected" ? ctx.sell({ quantity: 0.01, reduceOnly: true, why: "again" }) : null),
      },
    });
    const outcome = runBacktest(l2Input(recording, { strategy: stubborn }));
    // Ten at the first book; when the hold is over, ten more at the last, which says that the recording has ended.
    expect(outcome.refusals).toMatchObject([
      { code: "REDUCE_ONLY_EXCEEDS", count: 10 },
      { code: "BOOK_STALE", count: 10 },
    ]);
    expect(outcome.orders).toMatchObject({ submitted: 0, refused: 20 });
  });
});
