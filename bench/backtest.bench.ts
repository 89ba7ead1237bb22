/**
 * What a backtest of bars costs: a crossover of two averages over a million one-minute bars through the real strategy,
 * risk review, order events and positions, against a hand-written loop over the same columns in the same run.
 *
 * Goals: 5 million bars a second on one core where the loop does 81 (at most 16.2 × the loop), 15 as a stretch. Besides:
 * the same with few orders (averages of 199 and 400), which is what a bar alone costs, and the cost of one order.
 * Non-goals: reading files, metrics, threads (bench/research-pool.bench.ts), the book (bench/l2-replay.bench.ts).
 * The hash is of every fill and the final equity: work that is left out shows. Run: node bench/backtest.bench.ts [--quick]
 */
import { ColumnCache } from "../domain/indicator/column-series.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { decimal, format } from "../domain/kernel/decimal.ts";
import { seededRandom } from "../domain/kernel/random.ts";
import { type BarTable, newBarTable } from "../domain/market/bar-table.ts";
import { runBacktest } from "../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../domain/simulation/backtest/types.ts";
import smaCross from "../strategies/sma-cross/sma-cross.ts";

const quick = process.argv.includes("--quick");
const BARS = quick ? 100_000 : 1_000_000;
const ROUNDS = quick ? 2 : 7;
const MINUTE_MS = 60_000;
const CASH = 1_000_000;

const instrument: Instrument = {
  venue: "csv",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  kind: "linear",
  priceDecimals: 2,
  quantityDecimals: 8,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.00000001"),
  minQuantity: decimal("0.00000001"),
  maxQuantity: decimal("9000000"),
  minNotional: decimal("0.00000001"),
  makerFeeRate: decimal("0"),
  takerFeeRate: decimal("0"),
};

function randomWalk(): BarTable {
  const random = seededRandom("backtest.bench");
  const table = newBarTable({ venue: "csv", symbol: instrument.symbol, intervalMs: MINUTE_MS }, BARS);
  let price = 30_000;
  for (let row = 0; row < BARS; row++) {
    const open = price;
    price = Math.max(1_000, Math.round((price + random.normal() * 10) * 100) / 100);
    table.openTimeMs[row] = 1_600_000_020_000 + row * MINUTE_MS;
    table.open[row] = open;
    table.close[row] = price;
    table.high[row] = Math.max(open, price) + 1;
    table.low[row] = Math.min(open, price) - 1;
    table.volume[row] = 10;
  }
  return table;
}

const bars = randomWalk();

function inputOf(fast: number, slow: number): BacktestInput {
  return {
    markets: [{ instrument, kind: "linear", bars, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: [
      {
        id: "sma-cross",
        definition: smaCross,
        params: { fast, slow, allocation: 1, side: "long", interval: "1m" },
        symbol: "BTC/USDT",
        share: 1,
      },
    ],
    cash: decimal(String(CASH)),
    fill: "next-open",
    volumeShare: 0.1,
    costs: {
      makerFeeBps: 0,
      takerFeeBps: 0,
      tiers: [],
      feeAsset: null,
      slippage: { model: "none" },
      latency: { model: "constant", ms: 0 },
    },
    sizeAt: "fill",
    closeAtEnd: true,
    seed: "bench",
  };
}

/** The same rules and nothing else: two running sums, a position, an equity curve. */
function tightLoop(fast: number, slow: number): number {
  const { close, open } = bars;
  const equity = new Float64Array(BARS);
  let [fastSum, slowSum, held, cash, wanted] = [0, 0, 0, CASH, 0];
  let above = false;
  for (let row = 0; row < BARS; row++) {
    if (wanted !== 0) {
      const price = open[row]!;
      held = wanted > 0 ? cash / price : 0;
      cash = wanted > 0 ? 0 : cash + price * held;
      wanted = 0;
    }
    fastSum += close[row]! - (row >= fast ? close[row - fast]! : 0);
    slowSum += close[row]! - (row >= slow ? close[row - slow]! : 0);
    const now = fastSum / fast > slowSum / slow;
    if (row >= slow && now !== above) wanted = now ? 1 : -1;
    above = now;
    equity[row] = cash + held * close[row]!;
  }
  return equity[BARS - 1]!;
}

const best = { loop: Number.POSITIVE_INFINITY, full: Number.POSITIVE_INFINITY, quiet: Number.POSITIVE_INFINITY };

function timed(name: keyof typeof best, run: () => unknown): void {
  const startNs = process.hrtime.bigint();
  run();
  best[name] = Math.min(best[name], Number(process.hrtime.bigint() - startNs) / BARS);
}

const cache = new ColumnCache();
let outcome = runBacktest(inputOf(10, 30));
for (let round = 0; round < ROUNDS; round++) {
  timed("loop", () => tightLoop(10, 30));
  // The averages are worked out anew each time: they are part of a run.
  timed("full", () => (outcome = runBacktest(inputOf(10, 30))));
  timed("quiet", () => runBacktest(inputOf(199, 400), cache));
}

const perSecond = (ns: number) => Math.round(1e9 / ns);
const ratio = (ns: number) => Number((ns / best.loop).toFixed(1));
const orderUs = ((best.full - best.quiet) * BARS) / outcome.orders.submitted / 1_000;
console.log(`loop   ${(perSecond(best.loop) / 1e6).toFixed(1)}M bars/s`);
console.log(
  `full   ${(perSecond(best.full) / 1e6).toFixed(2)}M bars/s, ${ratio(best.full)}× the loop (goal ≤ 16.2×), `,
  `${outcome.orders.submitted} orders`,
);
console.log(
  `quiet  ${(perSecond(best.quiet) / 1e6).toFixed(2)}M bars/s, ${ratio(best.quiet)}× the loop; an order ${orderUs.toFixed(1)} µs`,
);
console.log(
  JSON.stringify({
    bench: "backtest",
    quick,
    bars: BARS,
    barsPerSecond: perSecond(best.full),
    loopBarsPerSecond: perSecond(best.loop),
    ratio: ratio(best.full),
    quietRatio: ratio(best.quiet),
    orderUs: Number(orderUs.toFixed(2)),
    orders: outcome.orders.submitted,
    finalEquity: format(outcome.finalEquity),
    hash: outcome.hash,
  }),
);
