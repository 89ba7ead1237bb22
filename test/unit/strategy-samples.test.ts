/** Each sample strategy does what its header says: over recorded bars, and over tops of book made by hand. */
import { describe, expect, it } from "vitest";
import { decimal, format, fromNumber, toNumber } from "../../domain/kernel/decimal.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { resample } from "../../domain/market/bars.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { toFields, validateParams } from "../../domain/strategy/param-values.ts";
import type { AnyStrategy, Strategy } from "../../domain/strategy/define.ts";
import { paramField } from "../../domain/contract/views.ts";
import { strategies, strategyNamed } from "../../strategies/index.ts";
import { quotesAround } from "../../strategies/market-maker/quotes.ts";
import { readBars } from "../golden/candle-files.ts";
import { BTC, Desk, orderOf, PERPETUAL, runnerOf, top } from "./strategy-desk.ts";

const minutes = readBars("binance-btcusdt-1m-2025", 60_000, "BTC/USDT", 20_000);

function overBars(definition: AnyStrategy, bars: typeof minutes, params: Record<string, unknown> = {}, instrument: Instrument = BTC): Desk {
  const desk = new Desk(runnerOf(definition, { params, instrument }));
  for (const bar of bars) desk.fillAll(desk.runner.onBar(bar), bar.close, bar.openTimeMs + bar.intervalMs);
  return desk;
}

const sides = (intents: readonly OrderIntent[]) => intents.map(({ side }) => side);
const alternates = (list: readonly string[]) => list.every((side, index) => side === (index % 2 === 0 ? "buy" : "sell"));

describe("the registry", () => {
  it("finds by name, and names what there is", () => {
    expect(strategies.map(({ name }) => name)).toEqual(["bollinger-reversion", "grid", "market-maker", "sma-cross"]);
    expect(strategyNamed("grid").title).toBe("Grid");
    expect(() => strategyNamed("gird")).toThrow(
      "strategy gird (there are bollinger-reversion, grid, market-maker, sma-cross) does not exist",
    );
  });

  it.each(strategies)("$name has a form with a label, help and range for every number", (strategy) => {
    for (const field of toFields(strategy)) {
      expect(paramField.parse(field)).toEqual(field);
      expect(field.help).not.toBe("");
      if (typeof field.default === "number") expect([field.min, field.max]).not.toContain(null);
    }
  });
});

describe("sma-cross over 20,000 recorded minutes", () => {
  const definition = strategyNamed("sma-cross");

  it("buys and closes in turn, saying why, the same on every run", () => {
    const desk = overBars(definition, minutes);
    expect(desk.filled.length).toBeGreaterThan(500);
    expect(alternates(sides(desk.filled))).toBe(true);
    expect(
      desk.filled.every(({ why, side }) =>
        new RegExp(`^fast [\\d,.]+ crossed ${side === "buy" ? "above" : "below"} slow [\\d,.]+$`).test(why),
      ),
    ).toBe(true);
    expect(desk.filled[0]?.why).toMatch(/^fast 10\d,\d{3}\.\d\d crossed above slow 10\d,\d{3}\.\d\d$/);
    expect(desk.filled.filter(({ reduceOnly }) => reduceOnly).every(({ side }) => side === "sell")).toBe(true);
    expect(overBars(definition, minutes).filled).toEqual(desk.filled);
  });

  it("on a perpetual with both sides is always in the market after the first crossing, turning at each", () => {
    const desk = overBars(definition, minutes.slice(0, 5_000), { side: "both" }, PERPETUAL);
    const turns = desk.filled.slice(1);
    expect(turns.length % 2).toBe(0);
    expect(
      turns.every(({ reduceOnly, side }, index) => reduceOnly === (index % 2 === 0) && side === turns[index - (index % 2)]!.side),
    ).toBe(true);
  });

  it("on spot never sells short, whatever the sides", () => {
    expect(alternates(sides(overBars(definition, minutes.slice(0, 5_000), { side: "both" }).filled))).toBe(true);
  });

  it("does not know the future: cutting the bars short changes nothing before the cut", () => {
    const whole = overBars(definition, minutes.slice(0, 6_000)).filled;
    const cut = overBars(definition, minutes.slice(0, 4_000)).filled;
    expect(whole.slice(0, cut.length)).toEqual(cut);
  });

  it("wants slow above fast", () => {
    expect(() => validateParams(definition as Strategy, { fast: 30, slow: 30 })).toThrow("slow above fast: 30 is not above 30");
  });
});

describe("bollinger-reversion over recorded bars", () => {
  const definition = strategyNamed("bollinger-reversion");
  const fives = resample(minutes, 300_000);

  it("buys below the band, sells at the middle or the stop, in turn", () => {
    const desk = overBars(definition, fives, { stopBps: 40 });
    expect(desk.filled.length).toBeGreaterThan(40);
    expect(alternates(sides(desk.filled))).toBe(true);
    const reasons = desk.filled.map(({ why }) => (/below the lower band|back at the middle band|at the stop/.exec(why) ?? [why])[0]);
    expect([...new Set(reasons)].toSorted()).toEqual(["at the stop", "back at the middle band", "below the lower band"]);
  });

  it("after a stop waits for a close back inside the bands", () => {
    const desk = overBars(definition, fives, { stopBps: 40 });
    const stop = desk.filled.findIndex(({ why }) => why.includes("at the stop"));
    const [stopped, next] = [desk.filled[stop]!, desk.filled[stop + 1]!];
    const lower = (atMs: number) => {
      const runner = runnerOf(definition, { params: { stopBps: 40 } });
      runner.warm(fives.filter((bar) => bar.openTimeMs + bar.intervalMs <= atMs));
      return runner.view().inside.find(({ name }) => name === "bands.lower")?.value ?? Number.NaN;
    };
    const between = fives.filter((bar) => bar.openTimeMs >= stopped.decidedAtMs && bar.openTimeMs + bar.intervalMs < next.decidedAtMs);
    expect(between.some((bar) => bar.close >= lower(bar.openTimeMs + bar.intervalMs))).toBe(true);
  });
});

describe("market-maker", () => {
  const definition = strategyNamed("market-maker");
  const prices = (intents: readonly OrderIntent[]) => intents.map(({ side, limitPrice }) => `${side} ${format(limitPrice!)}`);

  it("on spot bids alone while it holds nothing; on a perpetual quotes both sides; post-only, around the mid", () => {
    expect(prices(runnerOf(definition).onTop(top(1_000, 49_999, 50_001)).intents)).toEqual(["buy 49980"]);
    const { intents } = runnerOf(definition, { instrument: PERPETUAL }).onTop(top(1_000, 49_999, 50_001));
    expect(prices(intents)).toEqual(["buy 49980", "sell 50020"]);
    expect(intents.every(({ postOnly, timeInForce }) => postOnly && timeInForce === "GTC")).toBe(true);
  });

  it("stays while the mid moves little, cancels first and quotes again when it has moved enough", () => {
    const runner = runnerOf(definition);
    const [bid] = runner.onTop(top(1_000, 49_999, 50_001)).intents;
    runner.onOrder(orderOf(bid!, "Working"));
    expect(runner.onTop(top(2_000, 50_004, 50_006))).toMatchObject({ intents: [], cancels: [] });
    expect(runner.onTop(top(2_500, 50_019, 50_021))).toMatchObject({ intents: [], cancels: [`o-${bid!.intentId}`] });
    expect(runner.onTop(top(2_600, 50_019, 50_021))).toMatchObject({ intents: [], cancels: [] });
    runner.onOrder({ ...orderOf(bid!, "Canceled"), atMs: 2_700 });
    expect(prices(runner.onTop(top(2_800, 50_019, 50_021)).intents)).toEqual(["buy 49999.99"]);
  });

  it("after a fill offers what it holds and leans its quotes against it", () => {
    const desk = new Desk(runnerOf(definition));
    const [bid] = desk.runner.onTop(top(1_000, 49_999, 50_001)).intents;
    desk.fill(bid!, bid!.limitPrice!, 1_100);
    const { intents } = desk.runner.onTop(top(1_600, 49_999, 50_001));
    expect(intents.map(({ side, limitPrice, quantity }) => `${side} ${format(quantity)} at ${format(limitPrice!)}`)).toEqual([
      "buy 0.01 at 49976",
      "sell 0.01 at 50016",
    ]);
    expect(intents[0]?.why).toBe("bid 49,976.00 around mid 50,000.00, inventory 20% of the most held");
  });

  it("quotes at most as often as it may", () => {
    const runner = runnerOf(definition, { instrument: PERPETUAL, params: { requotesPerSecond: 2 } });
    let quoted = 0;
    for (let step = 0; step < 200; step++) {
      const { intents } = runner.onTop(top(10_000 + step * 10, 50_000 + step * 100, 50_001 + step * 100));
      if (intents.length > 0) quoted += 1;
      for (const intent of intents) runner.onOrder({ ...orderOf(intent, "Canceled"), atMs: 10_000 + step * 10 });
    }
    expect(quoted).toBe(4);
  });

  it("pulls its quotes when the book is not live or the connection is lost", () => {
    for (const lost of ["book", "connection"] as const) {
      const runner = runnerOf(definition, { instrument: PERPETUAL });
      const { intents } = runner.onTop(top(1_000, 49_999, 50_001));
      for (const intent of intents) runner.onOrder(orderOf(intent, "Working"));
      const { cancels } =
        lost === "book"
          ? runner.onTop(top(2_000, 49_999, 50_001, "STALE"))
          : runner.onConnection({ venue: "binance", connected: false, reason: "closed", atMs: 2_000, session: "1" });
      expect(cancels).toHaveLength(2);
    }
  });

  it("does not quote the side that would pass the most it may hold", () => {
    const at = { mid: 100, bestBid: 99.9, bestAsk: 100.1, tick: 0.1, spreadBps: 10, maxInventory: 5, size: 1, canShort: true };
    expect(quotesAround({ ...at, inventory: 4.5 })).toMatchObject({ bid: null, askSize: 1 });
    expect(quotesAround({ ...at, inventory: -4.5 })).toMatchObject({ ask: null });
    expect(quotesAround({ ...at, inventory: 9 }).skew).toBe(1);
    expect(quotesAround({ ...at, inventory: 5 }).ask).toBeGreaterThanOrEqual(100);
    expect(quotesAround({ ...at, inventory: 0.4, canShort: false }).askSize).toBe(0.4);
  });
});

describe("grid", () => {
  const definition = strategyNamed("grid");
  const params = { stepBps: 100, levels: 3, size: 1_000 };
  const shown = (intents: readonly OrderIntent[]) =>
    intents.map(({ side, quantity, limitPrice }) => `${side} ${format(quantity)} at ${format(limitPrice!)}`);

  it("buys down from its anchor, sells a filled level one step higher, then buys it again", () => {
    const desk = new Desk(runnerOf(definition, { params }));
    const first = desk.runner.onTop(top(1_000, 49_999, 50_001));
    expect(first.notes).toEqual(["grid anchored at 50,000.00"]);
    expect(shown(first.intents)).toEqual(["buy 0.0202 at 49500", "buy 0.0204 at 49000", "buy 0.02061 at 48500"]);
    desk.fill(first.intents[1]!, decimal("49000"), 2_000);
    const second = desk.runner.onTop(top(2_100, 48_999, 49_001));
    expect(shown(second.intents)).toEqual(["sell 0.0204 at 49500"]);
    expect(second.intents[0]?.why).toBe("level 2 bought: sell one step of 100 bps higher at 49,500.00");
    desk.fill(second.intents[0]!, decimal("49500"), 3_000);
    expect(shown(desk.runner.onTop(top(3_100, 49_499, 49_501)).intents)).toEqual(["buy 0.0204 at 49000"]);
    expect(toNumber(desk.position.quantity)).toBe(0);
  });

  it("carries on its ladder after a restart", () => {
    const desk = new Desk(runnerOf(definition, { params }));
    const { intents } = desk.runner.onTop(top(1_000, 49_999, 50_001));
    desk.fill(intents[0]!, decimal("49500"), 2_000);
    const open = intents.slice(1).map((intent) => orderOf(intent, "Working"));
    const again = runnerOf(definition, { params, position: desk.position, orders: open, state: desk.runner.saveState() });
    expect(shown(again.onTop(top(9_000, 51_000, 51_001)).intents)).toEqual(["sell 0.0202 at 50000"]);
  });

  it("sells the rest of what a cancelled order left, and waits after a refusal", () => {
    const desk = new Desk(runnerOf(definition, { params: { ...params, levels: 1 } }));
    const [buy] = desk.runner.onTop(top(1_000, 49_999, 50_001)).intents;
    desk.runner.onOrder({ ...orderOf(buy!, "Rejected", decimal("0"), null), atMs: 2_000 });
    expect(desk.runner.onTop(top(11_999, 49_999, 50_001)).intents).toHaveLength(0);
    const [again] = desk.runner.onTop(top(12_000, 49_999, 50_001)).intents;
    const half = fromNumber(0.01);
    desk.runner.onFill(
      {
        orderId: "o",
        intentId: again!.intentId,
        side: "buy",
        why: "",
        fill: {
          tradeId: "t",
          price: decimal("49500"),
          quantity: half,
          fee: decimal("0"),
          feeAsset: "USDT",
          liquidity: "maker",
          venueTimeMs: 0,
        },
        atMs: 13_000,
      },
      { quantity: half, averagePrice: decimal("49500") },
    );
    desk.runner.onOrder({ ...orderOf(again!, "Canceled", half), atMs: 13_000 });
    expect(shown(desk.runner.onTop(top(30_000, 49_999, 50_001)).intents)).toEqual(["sell 0.01 at 50000"]);
  });
});
