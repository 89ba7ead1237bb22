/**
 * What the strategy runner costs on its two hot paths, against doing nothing but the arithmetic.
 *
 * Goals: `onTop` of a strategy that looks at the top of book and does nothing stays below 300 ns; `onBar` of a crossover
 * with two averages passes 5 million bars a second on one core, as the backtest needs. Floors in the same run: reading
 * the same event's prices in a loop; two hand-rolled averages over the same column.
 * Non-goals: order decisions (microseconds, rare), the mailbox around a runner, matching.
 * Run: node bench/strategy.bench.ts [--quick]
 */
import { decimal } from "../domain/kernel/decimal.ts";
import { seededRandom } from "../domain/kernel/random.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import type { Bar, BookTop } from "../domain/market/events.ts";
import { candles, crossedAbove, crossedBelow, defineStrategy, sma, topOfBook } from "../domain/strategy/index.ts";
import { createRunner } from "../domain/strategy/runner.ts";

const quick = process.argv.includes("--quick");
const TOPS = quick ? 500_000 : 10_000_000;
const BARS = quick ? 200_000 : 2_000_000;
const ROUNDS = quick ? 3 : 5;
const [FAST, SLOW] = [10, 30];

const instrument: Instrument = {
  venue: "sim",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  kind: "linear",
  priceDecimals: 2,
  quantityDecimals: 5,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.00001"),
  minQuantity: decimal("0.00001"),
  maxQuantity: decimal("9000"),
  minNotional: decimal("5"),
  makerFeeRate: decimal("0.0002"),
  takerFeeRate: decimal("0.0005"),
};
const instance = { id: "bench", account: "sim", venue: "sim", symbol: "BTC/USDT", epoch: "1" };

let seen = 0;

const watcher = defineStrategy({
  name: "watcher",
  version: 1,
  params: {},
  data: { book: topOfBook() },
  on: {
    top(_ctx, top) {
      if (top.ask - top.bid > 1e6) seen += 1;
    },
  },
});

const crossover = defineStrategy({
  name: "crossover",
  version: 1,
  params: {},
  data: { bars: candles("1m") },
  setup: ({ data }) => ({ fast: sma(data.bars.close, FAST), slow: sma(data.bars.close, SLOW) }),
  on: {
    bar(ctx) {
      if (crossedAbove(ctx.ind.fast, ctx.ind.slow) || crossedBelow(ctx.ind.fast, ctx.ind.slow)) seen += 1;
    },
  },
});

const random = seededRandom("strategy.bench");
const tops: BookTop[] = Array.from({ length: 1_024 }, (_, index) => {
  const bidPrice = 5_000_000 + random.integer(-1_000, 1_000);
  const sizes = { bidQuantity: 1_000, askQuantity: 1_000 };
  return {
    venue: "sim",
    symbol: "BTC/USDT",
    quality: "LIVE",
    updateId: index,
    bidPrice,
    askPrice: bidPrice + 1,
    ...sizes,
    venueTimeMs: index,
    receivedAtMs: index,
  };
});

let price = 50_000;
const bars: Bar[] = Array.from({ length: BARS }, (_, index) => {
  const open = price;
  price = Math.max(1_000, price + random.normal() * 20);
  const [high, low] = [Math.max(open, price) + 5, Math.min(open, price) - 5];
  return { venue: "sim", symbol: "BTC/USDT", intervalMs: 60_000, openTimeMs: index * 60_000, open, high, low, close: price, volume: 1 };
});

/** Best of the rounds, in nanoseconds an event. */
function best(events: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startNs = process.hrtime.bigint();
    run();
    least = Math.min(least, Number(process.hrtime.bigint() - startNs) / events);
  }
  return least;
}

const topFloorNs = best(TOPS, () => {
  for (let index = 0; index < TOPS; index++) {
    const top = tops[index & 1_023]!;
    if (top.askPrice / 100 - top.bidPrice / 100 > 1e6) seen += 1;
  }
});
const topRunner = createRunner({ definition: watcher, params: {}, instance, instrument, random });
const topNs = best(TOPS, () => {
  for (let index = 0; index < TOPS; index++) topRunner.onTop(tops[index & 1_023]!);
});

let floorCrossings = 0;
const barFloorNs = best(BARS, () => {
  floorCrossings = 0;
  let [fast, slow, above] = [0, 0, false];
  for (let index = 0; index < BARS; index++) {
    const { close } = bars[index]!;
    fast += close - (index >= FAST ? bars[index - FAST]!.close : 0);
    slow += close - (index >= SLOW ? bars[index - SLOW]!.close : 0);
    const now = fast / FAST > slow / SLOW;
    if (index >= SLOW && now !== above) floorCrossings += 1;
    above = now;
  }
});
seen = 0;
let crossings = 0;
const barNs = best(BARS, () => {
  const runner = createRunner({ definition: crossover, params: {}, instance, instrument, random });
  const before = seen;
  for (let index = 0; index < BARS; index++) runner.onBar(bars[index]!);
  crossings = seen - before;
});

const barRatio = Number((barNs / barFloorNs).toFixed(2));
console.log(`onTop  ${topNs.toFixed(1)} ns, floor ${topFloorNs.toFixed(1)} ns, ${(topNs / topFloorNs).toFixed(1)}× (goal < 300 ns)`);
console.log(
  `onBar  ${(1e3 / barNs).toFixed(2)}M bars/s, ${barNs.toFixed(1)} ns, floor ${barFloorNs.toFixed(1)} ns, ${barRatio}× (goal ≥ 5M/s)`,
);
console.log(
  JSON.stringify({
    bench: "strategy",
    quick,
    topNs: Number(topNs.toFixed(2)),
    topRatio: Number((topNs / topFloorNs).toFixed(2)),
    barsPerSecond: Math.round(1e9 / barNs),
    barRatio,
    resultHash: `${crossings}:${floorCrossings}`,
  }),
);
