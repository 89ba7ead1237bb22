/** What holds for every stream of events: same input, same decisions; sizes valid or not there; state survives a restart unseen. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOrderNumbers } from "../../domain/instrument/instrument.ts";
import { fromNumber, isMultiple } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { candles, defineStrategy, ema, number } from "../../domain/strategy/index.ts";
import { bar, BTC, Desk, runnerOf } from "../unit/strategy-desk.ts";

const settings = { seed: 20_250_814, numRuns: 200 };

const gambler = defineStrategy({
  name: "gambler",
  version: 1,
  params: { size: number(0.01, { min: 0, max: 10 }) },
  data: { bars: candles("1m") },
  state: { decided: 0 },
  setup: ({ data }) => ({ mean: ema(data.bars.close, 3) }),
  on: {
    bar(ctx, { close }) {
      ctx.state.decided += 1;
      if (ctx.position.isLong) ctx.close({ why: `out ${ctx.state.decided}` });
      else if (ctx.random.next() < 0.7)
        ctx.buy({ quantity: ctx.params.size * ctx.random.next(), limit: close * 1.001, why: `in at ${ctx.ind.mean.value}` });
    },
  },
});

const closes = fc.array(fc.double({ min: 1, max: 200_000, noNaN: true }), { minLength: 4, maxLength: 60 });

function run(prices: readonly number[], size: number): Desk {
  const desk = new Desk(runnerOf(gambler, { params: { size }, random: seededRandom("gambler") }));
  prices.forEach((close, minute) => desk.fillAll(desk.runner.onBar(bar(minute, close)), close, minute * 60_000));
  return desk;
}

describe("a strategy over any bars", () => {
  it("decides the same again, and only what a venue would take", () => {
    fc.assert(
      fc.property(closes, fc.double({ min: 0, max: 10, noNaN: true }), (prices, size) => {
        const intents = run(prices, size).filled;
        expect(run(prices, size).filled).toEqual(intents);
        expect(new Set(intents.map(({ intentId }) => intentId)).size).toBe(intents.length);
        for (const intent of intents) {
          expect(checkOrderNumbers(BTC, { quantity: intent.quantity, price: intent.limitPrice, referencePrice: null })).toBeNull();
        }
      }),
      settings,
    );
  });

  it("goes on after save and restore at any bar as if nothing had happened", () => {
    fc.assert(
      fc.property(closes, fc.nat(), (prices, at) => {
        const cut = at % prices.length;
        const steady = defineStrategy({
          name: "steady",
          version: 1,
          params: {},
          data: { bars: candles("1m") },
          state: { sum: 0 },
          setup: ({ data }) => ({ mean: ema(data.bars.close, 3) }),
          on: {
            bar(ctx, { close }) {
              ctx.state.sum += close;
              ctx.buy({ quote: 1_000, why: `${ctx.state.sum} ${ctx.ind.mean.value}` });
            },
          },
        });
        const bars = prices.map((close, minute) => bar(minute, close));
        const whole = runnerOf(steady);
        const expected = bars.flatMap((each) => whole.onBar(each).intents);
        const before = runnerOf(steady);
        const first = bars.slice(0, cut).flatMap((each) => before.onBar(each).intents);
        const after = runnerOf(steady, { state: before.saveState() });
        after.warm(bars.slice(0, cut));
        expect([...first, ...bars.slice(cut).flatMap((each) => after.onBar(each).intents)]).toEqual(expected);
      }),
      settings,
    );
  });

  it("limits are on the tick and never toward the market", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 1e6, noNaN: true }), fc.boolean(), (limit, buying) => {
        const quoting = defineStrategy({
          name: "quoting",
          version: 1,
          params: {},
          data: { bars: candles("1m") },
          on: {
            bar: (ctx) => (buying ? ctx.buy({ quantity: 1_000, limit, why: "bid" }) : ctx.sell({ quantity: 1_000, limit, why: "ask" })),
          },
        });
        const [intent] = runnerOf(quoting).onBar(bar(0, 100)).intents;
        const price = intent!.limitPrice!;
        expect(isMultiple(price, BTC.tickSize)).toBe(true);
        const away = buying ? fromNumber(limit) - price : price - fromNumber(limit);
        expect(away >= 0n && away < BTC.tickSize).toBe(true);
      }),
      settings,
    );
  });
});
