import { describe, expect, it } from "vitest";
import { decimal } from "../../domain/kernel/decimal.ts";
import { EMPTY } from "../../domain/strategy/decision.ts";
import {
  atr,
  bollinger,
  candles,
  crossedAbove,
  defineStrategy,
  ema,
  int,
  type Series,
  sma,
  topOfBook,
  trades,
} from "../../domain/strategy/index.ts";
import { bar, BTC, INSTANCE, runnerOf, top, trade } from "./strategy-desk.ts";

const always = defineStrategy({
  name: "always",
  version: 1,
  params: { length: int(3, { min: 1, max: 50 }) },
  data: { bars: candles("1m") },
  setup: ({ params, data }) => ({ mean: sma(data.bars.close, params.length) }),
  on: { bar: (ctx, { close }) => ctx.buy({ quantity: 1, why: `close ${close} mean ${ctx.ind.mean.value}` }) },
});

describe("warm-up", () => {
  it("is inferred from the indicators, chained ones added up", () => {
    const chained = defineStrategy({
      name: "chained",
      version: 1,
      params: {},
      data: { bars: candles("1m") },
      setup: ({ data }) => ({ twice: ema(sma(data.bars.close, 10), 5), range: atr(data.bars, 7), bands: bollinger(data.bars.close, 3, 2) }),
      on: { bar: (ctx) => ctx.note("decided") },
    });
    const runner = runnerOf(chained);
    expect(runner.candles).toEqual([{ name: "bars", intervalMs: 60_000, warmupBars: 14 }]);
    const decided = Array.from({ length: 16 }, (_, minute) => runner.onBar(bar(minute, 100 + minute)).notes.length);
    expect(decided.indexOf(1)).toBe(13);
    expect(runner.view()).toMatchObject({ warmupBars: 14, seenBars: 16, ready: true });
  });

  it("by past bars decides nothing and shows what it sees", () => {
    const runner = runnerOf(always);
    runner.warm([bar(0, 10), bar(1, 20)]);
    expect(runner.view()).toEqual({ warmupBars: 3, seenBars: 2, ready: false, inside: [{ name: "mean", value: null, ready: false }] });
    runner.warm([bar(2, 30)]);
    expect(runner.view()).toEqual({ warmupBars: 3, seenBars: 3, ready: true, inside: [{ name: "mean", value: 20, ready: true }] });
    expect(runner.onBar(bar(3, 40)).intents.map(({ why }) => why)).toEqual(["close 40 mean 30"]);
  });

  it("ignores a bar that is not after the last one, so an overlap with live bars counts nothing twice", () => {
    const runner = runnerOf(always);
    runner.warm([bar(0, 10), bar(1, 20), bar(2, 30)]);
    expect(runner.onBar(bar(2, 99))).toMatchObject({ intents: [], notes: [expect.stringContaining("not after the last one")] });
    expect(runner.view()).toMatchObject({ seenBars: 3, inside: [{ value: 20 }] });
  });

  it("refuses what is not its market, its interval or a bar", () => {
    const runner = runnerOf(always);
    expect(() => runner.onBar({ ...bar(0, 1), symbol: "ETH/USDT" })).toThrow("an event of binance:BTC/USDT");
    expect(() => runner.onBar(bar(0, 1, 300_000))).toThrow("bar.intervalMs: expected one of 60000");
    expect(() => runner.onBar({ ...bar(0, 1), close: Number.NaN })).toThrow("bar: expected 0 < low");
    expect(() => runner.onBar({ ...bar(0, 1), high: 0.5 })).toThrow("bar: expected 0 < low");
  });

  it("waits for every interval, and decides on the first declared", () => {
    const two = defineStrategy({
      name: "two",
      version: 1,
      params: {},
      data: { fast: candles("1m"), slow: candles("5m") },
      setup: ({ data }) => ({ fast: sma(data.fast.close, 2), slow: sma(data.slow.close, 2) }),
      on: { bar: (ctx) => ctx.note(`${ctx.ind.fast.value} ${ctx.ind.slow.value}`) },
    });
    const runner = runnerOf(two);
    runner.warm([bar(0, 10), bar(1, 20)]);
    expect(runner.onBar(bar(2, 30))).toBe(EMPTY);
    runner.warm([bar(0, 1, 300_000), bar(1, 3, 300_000)]);
    expect(runner.onBar(bar(2, 5, 300_000))).toBe(EMPTY);
    expect(runner.onBar(bar(16, 40)).notes).toEqual(["35 4"]);
  });
});

describe("the past and the future", () => {
  let series: Series | null = null;
  const looking = (barsAgo: number) =>
    defineStrategy({
      name: "looking",
      version: 1,
      params: {},
      data: { bars: candles("1m") },
      on: {
        bar(ctx) {
          series = ctx.bars.close;
          ctx.note(`${ctx.bars.close.at(barsAgo)} ${ctx.bars.at(barsAgo)?.close}`);
        },
      },
    });

  it("of a series: at(0) is now, at(1) the bar before, nothing before the first", () => {
    for (const [barsAgo, expected] of [
      [0, "30 30"],
      [1, "20 20"],
      [2, "10 10"],
      [3, "NaN undefined"],
    ] as const) {
      const runner = runnerOf(looking(barsAgo));
      runner.warm([bar(0, 10), bar(1, 20)]);
      expect(runner.onBar(bar(2, 30)).notes).toEqual([expected]);
    }
  });

  it.each([-1, 0.5, 512, Number.NaN])("at(%s) throws", (barsAgo) => {
    expect(() => runnerOf(looking(barsAgo)).onBar(bar(0, 1))).toThrow(
      /on.bar threw: at: expected a number of bars ago from 0 \(now\) to 511/,
    );
  });

  it("reaches back 511 bars across the ring's edge", () => {
    const runner = runnerOf(looking(511));
    runner.warm(Array.from({ length: 1_000 }, (_, minute) => bar(minute, 1 + minute)));
    expect(runner.onBar(bar(1_000, 1_001)).notes).toEqual(["490 490"]);
    expect(series?.at(1)).toBe(1_000);
  });

  it("an indicator cannot be made outside setup", () => {
    const late = defineStrategy({
      name: "late",
      version: 1,
      params: {},
      data: { bars: candles("1m") },
      on: { bar: (ctx) => ctx.note(String(sma(ctx.bars.close, 2).value)) },
    });
    expect(() => runnerOf(late).onBar(bar(0, 1))).toThrow("to be made in setup()");
  });
});

describe("decisions", () => {
  it("are the same for the same events, and carry who, where, when and why", () => {
    const run = () => {
      const runner = runnerOf(always);
      return [10, 20, 30, 40].flatMap((close, minute) => runner.onBar(bar(minute, close)).intents);
    };
    expect(run()).toEqual(run());
    expect(run()[1]).toEqual({
      intentId: "test-1.7.2",
      strategyId: "test-1",
      account: "paper",
      venue: "binance",
      symbol: "BTC/USDT",
      side: "buy",
      type: "market",
      quantity: decimal("1"),
      limitPrice: null,
      timeInForce: "IOC",
      postOnly: false,
      reduceOnly: false,
      why: "close 40 mean 30",
      decidedAtMs: 240_000,
    });
  });

  it("of nothing are one shared value", () => {
    const quiet = defineStrategy({
      name: "quiet",
      version: 1,
      params: {},
      data: { book: topOfBook(), tape: trades() },
      on: { top() {}, trade() {}, start() {} },
    });
    const runner = runnerOf(quiet);
    expect(runner.onTop(top(1, 99, 101))).toBe(EMPTY);
    expect(runner.onTrade(trade(2, 100))).toBe(EMPTY);
    expect([runner.onStart(0), runner.onStop(0)]).toEqual([EMPTY, EMPTY]);
    expect(runner.onConnection({ venue: "binance", connected: false, reason: "closed", atMs: 3, session: "1" })).toBe(EMPTY);
  });

  it("beyond the intents a second are a flood, by event time, even when the author's code catches it", () => {
    const eager = defineStrategy({
      name: "eager",
      version: 1,
      params: { each: int(1, { min: 1, max: 60 }) },
      data: { book: topOfBook() },
      on: {
        top(ctx) {
          for (let count = 0; count < ctx.params.each; count++) {
            try {
              ctx.buy({ quantity: 1, why: "more" });
            } catch {
              ctx.note("caught");
            }
          }
        },
      },
    });
    const runner = runnerOf(eager, { intentsPerSecondMax: 3 });
    for (const atMs of [0, 400, 800]) expect(runner.onTop(top(atMs, 99, 101)).intents).toHaveLength(1);
    expect(() => runner.onTop(top(999, 99, 101))).toThrowError(
      expect.objectContaining({ type: "INTENT_FLOOD", data: expect.objectContaining({ handler: "top" }) as unknown }),
    );
    expect(runner.onTop(top(1_000, 99, 101)).intents.map(({ intentId }) => intentId)).toEqual(["test-1.7.4"]);
    expect(() => runnerOf(eager, { params: { each: 51 } }).onTop(top(0, 99, 101))).toThrow("more than 50 intents");
    expect(runnerOf(eager, { params: { each: 50 } }).onTop(top(0, 99, 101)).intents).toHaveLength(50);
  });
});

describe("an author's mistake", () => {
  const throwing = (act: () => unknown) =>
    defineStrategy({
      name: "throwing",
      version: 1,
      params: {},
      data: { bars: candles("1m") },
      on: {
        bar(ctx) {
          ctx.buy({ quantity: 1, why: "before it throws" });
          return act() as string;
        },
      },
    });

  it("is STRATEGY_THREW with the handler's name and the original as cause; nothing of the handler counts", () => {
    const original = new TypeError("x is undefined");
    let armed = true;
    const runner = runnerOf(
      throwing(() => {
        if (armed) throw original;
      }),
    );
    expect(() => runner.onBar(bar(0, 1_000))).toThrowError(
      expect.objectContaining({
        type: "STRATEGY_THREW",
        message: "test-1: on.bar threw: x is undefined",
        cause: original,
        retryable: false,
      }),
    );
    armed = false;
    const decision = runner.onBar(bar(1, 1_000));
    expect(decision.intents.map(({ intentId }) => intentId)).toEqual(["test-1.7.2"]);
  });

  it("is a handler that returns a promise", () => {
    const runner = runnerOf(throwing(() => Promise.reject(new Error("later"))));
    expect(() => runner.onBar(bar(0, 1_000))).toThrow("handlers decide synchronously");
  });

  it("is not changed when it is not an Error", () => {
    const runner = runnerOf(
      throwing(() => {
        // oxlint-disable-next-line typescript/only-throw-error, no-throw-literal -- authors' code may throw anything
        throw "text";
      }),
    );
    expect(() => runner.onBar(bar(0, 1_000))).toThrowError(expect.objectContaining({ type: "STRATEGY_THREW", cause: "text" }));
  });
});

describe("crossing", () => {
  it.each([
    [[10, 10, 11], true],
    [[9, 9, 11], true],
    [[11, 11, 12], false],
    [[9, 9, 10], false],
  ])("above 10 after %j: %s", (closes, crossed) => {
    const strategy = defineStrategy({
      name: "crossing",
      version: 1,
      params: {},
      data: { bars: candles("1m") },
      on: { bar: (ctx) => ctx.note(String(crossedAbove(ctx.bars.close, 10))) },
    });
    const runner = runnerOf(strategy);
    expect(closes.map((close, minute) => runner.onBar(bar(minute, close)).notes[0]).at(-1)).toBe(String(crossed));
  });
});

it("the context shows the newest price: mid, last trade or last close", () => {
  const prices = defineStrategy({
    name: "prices",
    version: 1,
    params: {},
    data: { bars: candles("1m"), book: topOfBook(), tape: trades() },
    on: {
      bar: (ctx) => ctx.note(`${ctx.price} at ${ctx.now}`),
      top: (ctx, view) => ctx.note(`${ctx.price} ${view.bid} ${view.ask} ${view.spread} ${view.isLive} at ${ctx.now}`),
      trade: (ctx, view) => ctx.note(`${ctx.price} ${view.quantity} ${ctx.top?.mid} at ${ctx.now}`),
    },
  });
  const runner = runnerOf(prices, { instance: INSTANCE, instrument: BTC });
  expect(runner.onBar(bar(0, 100)).notes).toEqual(["100 at 60000"]);
  expect(runner.onTop(top(60_001, 101, 103)).notes).toEqual(["102 101 103 2 true at 60001"]);
  expect(runner.onTrade(trade(60_000, 101.5, 0.25)).notes).toEqual(["101.5 0.25 102 at 60001"]);
  expect(runner.onTop(top(60_003, 0, 103, "STALE")).notes).toEqual(["101.5 NaN 103 NaN false at 60003"]);
});
