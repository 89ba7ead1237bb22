/**
 * Recorded messages a second through a backtest with queue position: book, sequencer, matching, latencies, risk review,
 * orders and a market maker's strategy that quotes and is filled; on two real recordings of ten minutes, joined.
 *
 * Goal: 1 million messages/s on one core. `levels` is the same run counted in level changes; `bare` its messages without
 * those that only say time (quotes). Floor: the columns' levels set on a bare book, best prices read after each message.
 * Non-goals: reading and decoding files (codec.bench.ts), candles (backtest.bench.ts).
 * Run: node bench/l2-replay.bench.ts [--quick]
 */
import { fileURLToPath } from "node:url";
import { emptyDepthUpdate } from "../domain/book/depth.ts";
import { OrderBook } from "../domain/book/order-book.ts";
import { costSpec } from "../domain/contract/research/spec.ts";
import { decimal } from "../domain/kernel/decimal.ts";
import { runBacktest } from "../domain/simulation/backtest/run.ts";
import type { BacktestInput } from "../domain/simulation/backtest/types.ts";
import { L2_KINDS, type L2Table, readDepth, readSnapshot, rowsOfL2 } from "../domain/simulation/l2/l2-table.ts";
import { loadRecording } from "../research/data/l2.ts";
import { rulesOf } from "../research/data/l2-rules.ts";
import { strategyNamed } from "../strategies/index.ts";
import { measure, rounded } from "./measure.ts";

const quick = process.argv.includes("--quick");
const files = ["binance-spot-btcusdt_20240808.gz", ...(quick ? [] : ["binance-spot-btcusdt_20240809.gz"])].map((name) => ({
  name,
  path: fileURLToPath(new URL(`../../shared/data/orderbook/${name}`, import.meta.url)),
}));
const { table, instrument, bars } = await loadRecording(files, { toMs: Number.POSITIVE_INFINITY, intervalMs: 1_000 });
const { symbol, kind } = instrument;
const input: BacktestInput = {
  markets: [{ instrument, kind, bars, funding: null, leverage: 10, maintenanceRate: 0.005 }],
  strategies: [
    {
      id: "mm",
      definition: strategyNamed("market-maker"),
      params: { size: 2_000, maxInventory: 10_000, spreadBps: 2, requoteBps: 1 },
      symbol,
      share: 1,
    },
  ],
  cash: decimal("1000000"),
  fill: "l2",
  volumeShare: 0.1,
  costs: costSpec.parse({ latency: { model: "constant", ms: 20, reportMs: 15 } }),
  sizeAt: "decision",
  closeAtEnd: false,
  seed: "bench",
  recording: { table, rules: rulesOf(table), staleAfterMs: 5_000 },
};

function levelsOf({ bidCount, askCount, kind: kinds }: L2Table): number {
  let levels = 0;
  for (let row = 0; row < kinds.length; row++) if (kinds[row] === L2_KINDS.depth) levels += bidCount[row]! + askCount[row]!;
  return levels;
}

function bareBook(): number {
  const book = new OrderBook();
  const update = emptyDepthUpdate(1_024);
  let hash = 0;
  for (let row = 0; row < rowsOfL2(table); row++) {
    if (table.kind[row] === L2_KINDS.depth) book.apply(readDepth(table, row, update));
    else if (table.kind[row] === L2_KINDS.snapshot) book.load(readSnapshot(table, row));
    hash = (Math.imul(hash, 31) + book.bestBidPrice + book.bestAskPrice) | 0;
  }
  return hash;
}

let orders = 0;
let fills = 0;
function backtest(): number {
  const outcome = runBacktest(input);
  orders = outcome.orders.submitted;
  fills = outcome.fills.length;
  return Number.parseInt(outcome.hash.slice(0, 8), 16);
}

const messages = rowsOfL2(table);
const rounds = quick ? 10 : 40;
const floor = measure(rounds, messages, bareBook);
const result = measure(rounds, messages, backtest);
const spoken = messages - table.kind.filter((each) => each === L2_KINDS.other).length;
console.log(
  JSON.stringify({
    bench: "l2-replay",
    result: result.perSecond,
    floor: floor.perSecond,
    ratio: rounded(result.perSecond / floor.perSecond),
    unit: "messages/s",
    messages,
    median: result.medianPerSecond,
    bare: Math.round((result.perSecond * spoken) / messages),
    levels: Math.round((result.perSecond * levelsOf(table)) / messages),
    orders,
    fills,
    hash: (result.hash + floor.hash) | 0,
  }),
);
