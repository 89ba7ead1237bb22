/** The protective stop: when it closes, what survives, and that it comes before a target inside one bar. */
import { describe, expect, it } from "vitest";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, format, toNumber } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { barTableOf } from "../../domain/market/bar-table.ts";
import type { Bar, BookTop } from "../../domain/market/events.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../../domain/simulation/backtest/types.ts";
import { candles, defineStrategy, topOfBook } from "../../domain/strategy/index.ts";
import { createRunner } from "../../domain/strategy/runner.ts";

const HOUR_MS = 3_600_000;
const instrument: Instrument = {
  venue: "csv",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  kind: "linear",
  priceDecimals: 2,
  quantityDecimals: 3,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.001"),
  maxQuantity: decimal("1000"),
  minNotional: decimal("0.01"),
  makerFeeRate: decimal("0"),
  takerFeeRate: decimal("0"),
};

const guarded = defineStrategy({
  name: "guarded",
  version: 1,
  params: {},
  data: { bars: candles("1h") },
  state: { bars: 0 },
  on: {
    bar(ctx) {
      ctx.state.bars += 1;
      if (ctx.state.bars !== 1) return;
      ctx.buy({ quantity: 1, why: "in" });
      ctx.protect({ stop: 95, why: "five down" });
    },
    fill(ctx, fill) {
      if (fill.side === "buy") ctx.sell({ quantity: 1, limit: 110, reduceOnly: true, why: "target" });
    },
  },
});

/** Bars of [open, high, low, close]. */
function outcomeOf(rows: readonly (readonly [number, number, number, number])[], fill: BacktestInput["fill"] = "next-open") {
  const bars: Bar[] = rows.map(([open, high, low, close], index) => ({
    venue: "csv",
    symbol: "BTC/USDT",
    intervalMs: HOUR_MS,
    openTimeMs: (index + 1) * HOUR_MS,
    open,
    high,
    low,
    close,
    volume: 100,
  }));
  const table = barTableOf({ venue: "csv", symbol: "BTC/USDT", intervalMs: HOUR_MS }, bars);
  const { fills } = runBacktest({
    markets: [{ instrument, kind: "linear", bars: table, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: [{ id: "guarded", definition: guarded, params: {}, symbol: "BTC/USDT", share: 1 }],
    cash: decimal("1000"),
    fill,
    volumeShare: 1,
    costs: {
      makerFeeBps: 0,
      takerFeeBps: 0,
      tiers: [],
      feeAsset: null,
      slippage: { model: "none" },
      latency: { model: "constant", ms: 0 },
    },
    sizeAt: "fill",
    closeAtEnd: false,
    seed: "stop",
  });
  return fills.map(({ side, price, atMs, why }) => [side, toNumber(price), atMs / HOUR_MS, why]);
}

const ENTRY = [
  [100, 101, 99, 100],
  [100, 102, 98, 101],
] as const;
const IN = ["buy", 100, 2, "in"] as const;

describe("a protective stop in a backtest", () => {
  it("closes at its price when a bar reaches it", () => {
    expect(outcomeOf([...ENTRY, [101, 102, 94, 96]])).toEqual([IN, ["sell", 95, 4, "five down"]]);
  });

  it("closes at the open when the price gapped beyond it", () => {
    expect(outcomeOf([...ENTRY, [90, 92, 88, 91]])).toEqual([IN, ["sell", 90, 3, "five down"]]);
  });

  it.each(["next-open", "worst-case", "volume-share", "close"] as const)("comes before the target of the same bar (%s)", (fill) => {
    const fills = outcomeOf([...ENTRY, [101, 111, 94, 100], [100, 120, 99, 119]], fill);
    expect(fills.map(([side, price]) => [side, price])).toEqual([
      ["buy", 100],
      ["sell", 95],
    ]);
  });

  it("leaves the target alone that no stop was in the way of", () => {
    expect(outcomeOf([...ENTRY, [101, 112, 99, 105]]).at(-1)).toEqual(["sell", 110, 4, "target"]);
  });
});

const watching = defineStrategy({
  name: "watching",
  version: 1,
  params: {},
  data: { book: topOfBook() },
  on: {
    top(ctx, top) {
      if (ctx.position.isFlat && ctx.orders.length === 0 && top.bid > 99) {
        ctx.buy({ quantity: 1, why: "in" });
        ctx.protect({ stop: top.bid - 5, why: "five down" });
      }
      if (top.bid > 103 && ctx.stop < 98) ctx.protect({ stop: top.bid - 5, why: "trailed" });
      if (top.bid > 200) throw new Error("after moving the stop");
    },
  },
});

function topAt(bidPrice: number, atMs: number): BookTop {
  const sizes = { bidQuantity: 1_000, askQuantity: 1_000 };
  const place = { venue: "csv", symbol: "BTC/USDT", quality: "LIVE", updateId: atMs } as const;
  return { ...place, bidPrice, askPrice: bidPrice + 1, ...sizes, venueTimeMs: atMs, receivedAtMs: atMs };
}

const instance = { id: "watching", account: "paper", venue: "csv", symbol: "BTC/USDT", epoch: "1" };
const common = { definition: watching, params: {}, instance, instrument, random: seededRandom("live") };

function held() {
  const runner = createRunner(common);
  runner.onTop(topAt(10_000, 1));
  const position = { quantity: decimal("1"), averagePrice: decimal("100.01") };
  const fill = {
    tradeId: "1",
    price: decimal("100.01"),
    quantity: decimal("1"),
    fee: decimal("0"),
    feeAsset: "USDT",
    liquidity: "taker" as const,
    venueTimeMs: 2,
  };
  runner.onFill({ orderId: "watching.1.1", intentId: "watching.1.1", side: "buy", why: "in", fill, atMs: 2 }, position);
  return { runner, position };
}

describe("a protective stop live", () => {
  it("closes on the first bid at or below it, once", () => {
    const { runner } = held();
    expect(runner.onTop(topAt(9_501, 3)).intents).toEqual([]);
    const [intent, ...more] = runner.onTop(topAt(9_500, 4)).intents;
    expect(more).toEqual([]);
    expect(intent && { ...intent, quantity: format(intent.quantity) }).toMatchObject({
      side: "sell",
      type: "market",
      quantity: "1",
      reduceOnly: true,
      why: "five down",
    });
    expect(runner.onTop(topAt(9_400, 5)).intents, "what is already closing is not closed again").toEqual([]);
  });

  it("moves when it is set again, and is as it was when the handler failed", () => {
    const { runner } = held();
    runner.onTop(topAt(10_400, 3));
    expect(runner.saveState().stop).toEqual({ price: "99", why: "trailed" });
    expect(() => runner.onTop(topAt(20_100, 4))).toThrow("after moving the stop");
    expect(runner.saveState().stop).toEqual({ price: "99", why: "trailed" });
  });

  it("survives a restart and ends with the position", () => {
    const { runner, position } = held();
    const state = runner.saveState();
    expect(state.stop).toEqual({ price: "95", why: "five down" });
    const again = createRunner({ ...common, position, state });
    expect(again.onTop(topAt(9_499, 5)).intents.map(({ why }) => why)).toEqual(["five down"]);
    const flat = createRunner({ ...common, position, state });
    const fill = {
      tradeId: "2",
      price: decimal("101"),
      quantity: decimal("1"),
      fee: decimal("0"),
      feeAsset: "USDT",
      liquidity: "taker" as const,
      venueTimeMs: 6,
    };
    flat.onFill({ orderId: "x", intentId: "x", side: "sell", why: "out", fill, atMs: 6 }, { quantity: decimal("0"), averagePrice: null });
    expect(flat.saveState().stop).toBeUndefined();
  });

  it("refuses a price that is none, naming the field", () => {
    const bad = defineStrategy({
      name: "bad-stop",
      version: 1,
      params: {},
      data: { book: topOfBook() },
      on: { top: (ctx) => ctx.protect({ stop: Number.NaN, why: "nonsense" }) },
    });
    const runner = createRunner({ ...common, definition: bad });
    expect(() => runner.onTop(topAt(10_000, 1))).toThrow("stop: expected a finite amount");
  });
});
