/**
 * The author's page holds at compile time: what fits compiles with exact types, what does not fit does not. The file is
 * checked by the type checker; the wrong pages below are written down and never run.
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type BarSeries,
  bollinger,
  bool,
  candles,
  choice,
  crossedAbove,
  crossedBelow,
  defineStrategy,
  int,
  interval,
  quote,
  type Series,
  sma,
  topOfBook,
  type TopView,
  trades,
} from "../../domain/strategy/index.ts";

const page = defineStrategy({
  name: "sma-cross",
  version: 1,
  params: { fast: int(10, { min: 2, max: 200 }), slow: int(30, { min: 5, max: 400 }), size: quote(1_000) },
  data: { bars: candles("1m") },
  setup: ({ params, data }) => ({ fast: sma(data.bars.close, params.fast), slow: sma(data.bars.close, params.slow) }),
  on: {
    bar(ctx) {
      if (crossedAbove(ctx.ind.fast, ctx.ind.slow)) ctx.buy({ quote: ctx.params.size, why: "fast crossed above slow" });
      if (crossedBelow(ctx.ind.fast, ctx.ind.slow)) ctx.close({ why: "fast crossed below slow" });
    },
  },
});

const wide = defineStrategy({
  name: "wide",
  version: 2,
  params: { bars: interval("5m"), side: choice("long", ["long", "both"]), loud: bool(false), length: int(20, { min: 1, max: 99 }) },
  check: (params) => (params.length > 2 ? null : "a longer length"),
  data: { slow: candles({ param: "bars" }), book: topOfBook(), tape: trades() },
  state: { anchor: 0, stopped: false, seen: [] as string[] },
  setup: ({ params, data }) => ({ bands: bollinger(data.slow.close, params.length, 2), mean: sma(data.slow.close, 3) }),
  on: {
    bar(ctx, bar) {
      expectTypeOf(ctx.params.side).toEqualTypeOf<"long" | "both">();
      expectTypeOf(ctx.params.loud).toEqualTypeOf<boolean>();
      expectTypeOf(ctx.params.length).toEqualTypeOf<number>();
      expectTypeOf(ctx.ind.bands.upper).toEqualTypeOf<Series>();
      expectTypeOf(ctx.data.slow).toEqualTypeOf<BarSeries>();
      expectTypeOf(ctx.top).toEqualTypeOf<TopView | null>();
      expectTypeOf(ctx.state.seen).toEqualTypeOf<string[]>();
      ctx.state.stopped = true;
      ctx.state.anchor = bar.close;
    },
    top: (ctx, top) => ctx.buy({ quantity: "0.1", limit: top.bid, postOnly: true, why: "at the bid" }),
    trade(_ctx, trade) {
      expectTypeOf(trade.price).toEqualTypeOf<number>();
    },
  },
});

/** Never called: each of these must be refused by the type checker. */
export function wrongPages(): void {
  defineStrategy({
    name: "wrong",
    version: 1,
    params: { fast: int(10, { min: 2, max: 200 }), bars: interval("1m") },
    data: { bars: candles("1m") },
    state: { count: 0 },
    setup: ({ params, data }) => {
      // @ts-expect-error: no such parameter
      void params.slow;
      // @ts-expect-error: no such source
      void data.minutes;
      return { fast: sma(data.bars.close, params.fast) };
    },
    on: {
      bar(ctx) {
        // @ts-expect-error: no such parameter
        void ctx.params.size;
        // @ts-expect-error: no such indicator
        void ctx.ind.slow;
        // @ts-expect-error: no such state
        void ctx.state.anchor;
        // @ts-expect-error: state keeps its types
        ctx.state.count = "one";
        // @ts-expect-error: parameters do not change under a running strategy
        ctx.params.fast = 3;
        // @ts-expect-error: no top of book was asked for
        void ctx.top;
        // @ts-expect-error: an author cannot write a series
        ctx.ind.fast.record(1);
        // @ts-expect-error: every intent says why
        ctx.buy({ quantity: 1 });
        // @ts-expect-error: one size, not two
        ctx.buy({ quantity: 1, quote: 100, why: "twice" });
        // @ts-expect-error: a size is needed
        ctx.sell({ limit: 100, why: "how much?" });
        // @ts-expect-error: the field is called limit
        ctx.buy({ quantity: 1, price: 100, why: "at a price" });
        // @ts-expect-error: why is a text
        ctx.close({ why: 1 });
      },
    },
  });
  defineStrategy({
    name: "no-candles",
    version: 1,
    params: {},
    data: { book: topOfBook() },
    on: {
      // @ts-expect-error: no candles were asked for
      bar() {},
      top(ctx) {
        // @ts-expect-error: no candles were asked for
        void ctx.bars;
      },
      // @ts-expect-error: no trades were asked for
      trade() {},
    },
  });
  defineStrategy({
    name: "no-such-interval",
    version: 1,
    params: { fast: int(10, { min: 2, max: 200 }) },
    // @ts-expect-error: fast is not an interval
    data: { bars: candles({ param: "fast" }) },
    on: { start() {} },
  });
  defineStrategy({
    name: "not-json",
    version: 1,
    params: {},
    data: { book: topOfBook() },
    // @ts-expect-error: a function cannot be saved
    state: { act: () => 1 },
    on: { start() {} },
  });
  defineStrategy({
    name: "later",
    version: 1,
    params: {},
    data: { book: topOfBook() },
    on: {
      // @ts-expect-error: handlers decide at once
      async top(ctx) {
        await Promise.resolve();
        ctx.cancelAll();
      },
    },
  });
  // @ts-expect-error: the default is one of the words
  choice("short", ["long", "both"]);
  // @ts-expect-error: a whole number has bounds
  int(10);
  // @ts-expect-error: not an interval
  candles("7m");
  // @ts-expect-error: averages are made of series
  sma([1, 2, 3], 2);
}

describe("the author's page", () => {
  it("compiles as promised and keeps its parameters' types", () => {
    expectTypeOf(page.params.fast.default).toEqualTypeOf<number>();
    expectTypeOf(wide.params.side.default).toEqualTypeOf<"long" | "both">();
    expect([page.name, wide.name]).toEqual(["sma-cross", "wide"]);
  });
});
