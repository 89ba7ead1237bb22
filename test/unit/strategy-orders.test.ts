import { describe, expect, it } from "vitest";
import { decimal, format } from "../../domain/kernel/decimal.ts";
import type { OrderWish } from "../../domain/strategy/context.ts";
import { EMPTY } from "../../domain/strategy/decision.ts";
import { defineStrategy, topOfBook } from "../../domain/strategy/index.ts";
import { bar, BTC, orderOf, PERPETUAL, runnerOf, top } from "./strategy-desk.ts";

type Act = (ctx: {
  readonly orders: readonly { readonly intentId: string; readonly orderId: string | null; readonly status: string }[];
  readonly position: { readonly isFlat: boolean; readonly isLong: boolean; readonly isShort: boolean };
  buy(wish: OrderWish): string | null;
  sell(wish: OrderWish): string | null;
  close(terms: { readonly why: string }): string | null;
  cancel(id: string): void;
  cancelAll(): void;
  note(text: string): void;
}) => void;

/** A strategy that does what it is told on each top of book. */
function told(...acts: readonly Act[]) {
  let turn = 0;
  return defineStrategy({
    name: "told",
    version: 1,
    params: {},
    data: { book: topOfBook() },
    on: {
      top(ctx) {
        acts[turn++]?.(ctx);
      },
    },
  });
}

const once = (act: Act, given = {}) => runnerOf(told(act), given).onTop(top(0, 50_000, 50_001));

describe("sizes", () => {
  it.each([
    [{ quantity: 0.3 }, "0.3"],
    [{ quantity: 0.30000000000000004 }, "0.3"],
    [{ quantity: "0.123456789" }, "0.12345"],
    [{ quantity: decimal("1.999999") }, "1.99999"],
    [{ quantity: 1 / 3 }, "0.33333"],
    [{ quantity: 1e6 }, "1000000"],
    [{ quote: 1_000 }, "0.01999"],
    [{ quote: 1_000, limit: 40_000 }, "0.025"],
    [{ quote: "50001" }, "1"],
  ])("%o buys %s, rounded down to the lot", (size, quantity) => {
    const [intent] = once((ctx) => ctx.buy({ ...size, why: "test" })).intents;
    expect(intent && format(intent.quantity)).toBe(quantity);
  });

  it("a share of capital is a quote amount, net of the fee", () => {
    const wish = { allocation: 0.5, why: "half" } as const;
    const [intent] = once((ctx) => ctx.buy(wish), { capital: () => decimal("100002") }).intents;
    expect(intent && format(intent.quantity)).toBe("0.999");
    const [ofEquity] = once((ctx) => ctx.buy(wish), {
      position: { quantity: decimal("0"), averagePrice: null, capital: decimal("200004") },
    }).intents;
    expect(ofEquity && format(ofEquity.quantity), "the account's equity, as told with the position").toBe("1.998");
    expect(() => once((ctx) => ctx.buy(wish))).toThrow("an instance with capital");
    expect(() => once((ctx) => ctx.buy({ ...wish, allocation: 1.01 }), { capital: () => decimal("1") })).toThrow(
      "allocation: expected a share",
    );
  });

  it.each([{ quantity: 0 }, { quantity: 0.000009 }, { quantity: 1e-30 }, { quantity: "0.00009" }, { quote: 4.99 }])(
    "%o is below minimum: a note, no intent",
    (size) => {
      let id: string | null = "";
      const decision = once((ctx) => {
        id = ctx.buy({ ...size, why: "small" });
      });
      expect(id).toBeNull();
      expect(decision).toMatchObject({
        intents: [],
        notes: [expect.stringMatching(/^buy [\d.]+ BTC is below minimum: lot 0.00001, at least/)],
      });
    },
  );

  it("a quote amount before any price is known is a note", () => {
    const decision = runnerOf(told((ctx) => ctx.buy({ quote: 100, why: "early" }))).onTop(top(0, 0, 0));
    expect(decision).toMatchObject({ intents: [], notes: ["no price is known yet to turn a quote amount into a quantity"] });
  });

  it.each([
    ["quantity", { quantity: Number.NaN }],
    ["quantity", { quantity: Number.POSITIVE_INFINITY }],
    ["quantity", { quantity: -1 }],
    ["quantity", { quantity: "-0.1" }],
    ["quantity", { quantity: 1.1e15 }],
    ["quantity", { quantity: "2e15" }],
    ["quantity", { quantity: "one" }],
    ["quantity", { quantity: "" }],
    ["quantity", { quantity: null }],
    ["quantity", { quantity: 1, quote: 1 }],
    ["quantity", {}],
    ["quote", { quote: Number.NaN }],
    ["quote", { quote: -5 }],
    ["allocation", { allocation: Number.NaN }],
    ["limit", { quantity: 1, limit: Number.NaN }],
    ["limit", { quantity: 1, limit: -1 }],
    ["limit", { quantity: 1, limit: 0 }],
    ["limit", { quantity: 1, limit: 0.001 }],
    ["postOnly", { quantity: 1, postOnly: true }],
    ["postOnly", { quantity: 1, limit: 1, postOnly: true, timeInForce: "IOC" }],
    ["timeInForce", { quantity: 1, timeInForce: "GTC" }],
    ["timeInForce", { quantity: 1, limit: 1, timeInForce: "FOK" }],
    ["why", { quantity: 1, why: " " }],
    ["why", { quantity: 1, why: undefined }],
  ])("nonsense in %s is BAD_INTENT: %o", (field, wish) => {
    expect(() => once((ctx) => ctx.buy({ why: "test", ...wish } as OrderWish))).toThrowError(
      expect.objectContaining({ type: "BAD_INTENT", data: expect.objectContaining({ field, handler: "top" }) as unknown }),
    );
  });

  it("a limit goes to the tick away from the market", () => {
    const { intents } = once((ctx) => {
      ctx.buy({ quantity: 1, limit: 49_999.999, postOnly: true, why: "bid" });
      ctx.sell({ quantity: 1, limit: "50002.001", timeInForce: "IOC", why: "ask" });
    });
    expect(intents.map(({ limitPrice, timeInForce, type }) => [format(limitPrice!), timeInForce, type])).toEqual([
      ["49999.99", "GTC", "limit"],
      ["50002.01", "IOC", "limit"],
    ]);
  });
});

describe("close", () => {
  const held = (quantity: string) => ({ position: { quantity: decimal(quantity), averagePrice: decimal("50000") }, instrument: PERPETUAL });

  it.each([
    ["0.5", "sell", "0.5"],
    ["-0.5", "buy", "0.5"],
    ["0.500001", "sell", "0.5"],
  ])("of %s is a reduce-only market %s of %s", (quantity, side, size) => {
    const { intents } = once((ctx) => ctx.close({ why: "out" }), held(quantity));
    expect(intents.map((intent) => ({ ...intent, quantity: format(intent.quantity) }))).toMatchObject([
      { side, type: "market", quantity: size, reduceOnly: true, why: "out" },
    ]);
  });

  it("of nothing is nothing, of dust a note; both are flat", () => {
    expect(once((ctx) => ctx.close({ why: "out" }))).toBe(EMPTY);
    for (const dust of ["0.000009", "0.00009", "-0.00009"]) {
      const decision = once((ctx) => {
        ctx.close({ why: "out" });
        ctx.note(`flat ${ctx.position.isFlat} long ${ctx.position.isLong} short ${ctx.position.isShort}`);
      }, held(dust));
      expect(decision).toMatchObject({
        intents: [],
        notes: [expect.stringContaining(`${dust} BTC is dust`), "flat true long false short false"],
      });
    }
    expect(once((ctx) => ctx.note(String(ctx.position.isFlat)), held("0.0001")).notes).toEqual(["false"]);
  });

  it("asked for twice closes once", () => {
    const runner = runnerOf(
      told(
        (ctx) => ctx.close({ why: "out" }),
        (ctx) => ctx.close({ why: "again" }),
      ),
      held("0.5"),
    );
    expect(runner.onTop(top(0, 50_000, 50_001)).intents).toHaveLength(1);
    expect(runner.onTop(top(1, 50_000, 50_001))).toMatchObject({ intents: [], notes: ["already closing 0.5 BTC"] });
  });

  it("says why", () => {
    expect(() => once((ctx) => ctx.close({ why: "" }), held("0.5"))).toThrow("why: expected the reason in words");
  });
});

describe("own orders", () => {
  const bid: Act = (ctx) => ctx.buy({ quantity: 1, limit: 49_000, why: "bid" });
  const list: Act = (ctx) => ctx.note(ctx.orders.map((order) => `${order.intentId} ${order.orderId} ${order.status}`).join(", "));

  it("are there from the decision on, take their id, and go when they end", () => {
    const runner = runnerOf(told(bid, list, list, list));
    const [intent] = runner.onTop(top(0, 50_000, 50_001)).intents;
    expect(runner.onTop(top(1, 50_000, 50_001)).notes).toEqual(["test-1.7.1 null Pending"]);
    expect(runner.onOrder(orderOf(intent!, "Working"))).toBe(EMPTY);
    expect(runner.onTop(top(2, 50_000, 50_001)).notes).toEqual(["test-1.7.1 o-test-1.7.1 Working"]);
    runner.onOrder(orderOf(intent!, "Canceled"));
    expect(runner.onTop(top(3, 50_000, 50_001)).notes).toEqual([""]);
  });

  it("refused by risk are gone", () => {
    const runner = runnerOf(told(bid, list));
    const [intent] = runner.onTop(top(0, 50_000, 50_001)).intents;
    runner.onOrder(orderOf(intent!, "Rejected", decimal("0"), null));
    expect(runner.onTop(top(1, 50_000, 50_001)).notes).toEqual([""]);
  });

  it("are cancelled once; before the id is known, as soon as it is", () => {
    const cancel: Act = (ctx) => ctx.cancelAll();
    const runner = runnerOf(told(bid, cancel, cancel, cancel));
    const [intent] = runner.onTop(top(0, 50_000, 50_001)).intents;
    expect(runner.onTop(top(1, 50_000, 50_001))).toBe(EMPTY);
    expect(runner.onOrder(orderOf(intent!, "Working")).cancels).toEqual(["o-test-1.7.1"]);
    expect(runner.onTop(top(2, 50_000, 50_001))).toBe(EMPTY);
    // The venue refuses the cancel: the order works on, and may be cancelled again.
    runner.onOrder(orderOf(intent!, "CancelPending"));
    runner.onOrder(orderOf(intent!, "Working"));
    expect(runner.onTop(top(3, 50_000, 50_001)).cancels).toEqual(["o-test-1.7.1"]);
  });

  it("unknown ones to cancel are a note", () => {
    expect(once((ctx) => ctx.cancel("nobody"))).toMatchObject({ cancels: [], notes: ["no open order nobody to cancel"] });
  });

  it("notes are bounded and counted", () => {
    const { notes } = once((ctx) => {
      for (let count = 0; count < 25; count++) ctx.note("x".repeat(400));
    });
    expect(notes).toHaveLength(21);
    expect(notes[0]).toHaveLength(300);
    expect(notes.at(-1)).toBe("5 more notes on this event");
  });
});

it("bars that were not asked for are refused", () => {
  const runner = runnerOf(told(), { instrument: BTC });
  expect(() => runner.warm([bar(0, 1)])).toThrow("no candles are asked for");
});
