/**
 * Paper trading and backtest say the same: recordings played through the real program, and the same recordings backtested
 * with the same strategies, parameters, limits, balances and latencies, give identical fills and identical orders.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { backtestSpec, costSpec } from "../../domain/contract/research/spec.ts";
import type { FillRow, OrderRow } from "../../domain/contract/views.ts";
import { decimal, format, toNumber } from "../../domain/kernel/decimal.ts";
import type { Order } from "../../domain/order/order.ts";
import { PAPER_LIMITS } from "../../domain/risk/limits.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { BacktestFill, BacktestStrategy } from "../../domain/simulation/backtest/types.ts";
import { loadRecording } from "../../research/data/l2.ts";
import { rulesOf } from "../../research/data/l2-rules.ts";
import { loadData } from "../../research/data/load.ts";
import { strategyNamed } from "../../strategies/index.ts";
import { replaySamples } from "../../topology/samples.ts";
import { openRecording } from "../../venues/replay/open-recording.ts";
import { endAll } from "./floor-process.ts";
import { allOf, played, recorded } from "./replay-floor.ts";

const LIMIT_MS = 150_000;
/** What paper trading begins with, and its latencies. */
const CASH = decimal("1000000");
const LATENCY = { model: "constant", ms: 20, reportMs: 15 } as const;

const CLOSED: ReadonlySet<string> = new Set(["Filled", "Canceled", "Rejected", "Expired"]);

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsta-parity-"));
  folders.push(folder);
  return folder;
}

afterEach(() => endAll(folders.splice(0)));

interface Orders {
  readonly items: readonly OrderRow[];
}

interface Compared {
  readonly fills: readonly string[];
  readonly orders: readonly string[];
}

async function onPaper(files: readonly string[], hasBook: boolean): Promise<Compared> {
  const floor = await played(await newFolder(), files);
  // What the end of a book made strategies cancel is still being written down; on candles nobody quotes.
  if (hasBook) await floor.until<Orders>("orders?limit=100", ({ items }) => items.every(({ status }) => CLOSED.has(status)));
  const fills = await allOf<FillRow>(floor, "fills");
  const orders = await allOf<OrderRow>(floor, "orders");
  expect((await floor.stop()).code).toBe(0);
  return {
    fills: fills
      .map(({ atMs, strategyId, side, price, quantity, fee, liquidity }) => line([atMs, strategyId, side, price, quantity, fee, liquidity]))
      .toSorted(),
    orders: orders
      .map(({ strategyId, side, quantity, limitPrice, status, filledQuantity, createdAtMs }) =>
        line([createdAtMs, strategyId, side, quantity, limitPrice, status, filledQuantity]),
      )
      .toSorted(),
  };
}

function line(parts: readonly (string | number | null)[]): string {
  return parts.join(" ");
}

function fillLine({ atMs, strategyId, side, price, quantity, fee, liquidity }: BacktestFill): string {
  return line([atMs, strategyId, side, format(price), format(quantity), format(fee), liquidity]);
}

function orderLine({ intent, status, filledQuantity, createdAtMs }: Order): string {
  const { strategyId, side, quantity, limitPrice } = intent;
  const limit = limitPrice === null ? null : format(limitPrice);
  return line([createdAtMs, strategyId, side, format(quantity), limit, status, format(filledQuantity)]);
}

/** What a new floor on a recording runs. */
function samples(symbol: string, hasBook: boolean, interval: string): BacktestStrategy[] {
  const rows = replaySamples(symbol, hasBook, interval);
  return rows.map(({ id, strategy, params }) => ({ id, definition: strategyNamed(strategy), params, symbol, share: 1 }));
}

async function backtested(files: readonly string[]): Promise<Compared> {
  const data = await loadRecording(
    files.map((path) => ({ name: path, path })),
    { toMs: Number.POSITIVE_INFINITY, intervalMs: 1_000 },
  );
  const { instrument, bars, table } = data;
  const { symbol, kind } = instrument;
  const orders = new Map<string, Order>();
  const { fills } = runBacktest({
    markets: [{ instrument, kind, bars, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: samples(symbol, true, "1s"),
    cash: CASH,
    fill: "l2",
    volumeShare: 0.1,
    costs: costSpec.parse({ latency: LATENCY }),
    sizeAt: "decision",
    closeAtEnd: false,
    seed: "parity",
    limits: PAPER_LIMITS,
    recording: { table, rules: rulesOf(table), staleAfterMs: 5_000, onOrder: (order) => void orders.set(order.orderId, order) },
  });
  return { fills: fills.map(fillLine).toSorted(), orders: [...orders.values()].map(orderLine).toSorted() };
}

/** The first rows of a candle file, as a file of its own. */
async function cut(path: string, rows: number, name: string): Promise<string> {
  const text = gunzipSync(readFileSync(recorded(path))).toString("utf8");
  const file = join(await newFolder(), name);
  await writeFile(file, `${text.split("\n", rows + 1).join("\n")}\n`);
  return file;
}

async function backtestedOnBars(file: string): Promise<readonly string[]> {
  const recording = await openRecording([file]);
  const instrument = recording.instruments[0]!;
  const { symbol, kind } = instrument;
  const { data: spec, market } = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: [file] } });
  const data = await loadData(spec, { resolve: (name) => name, market });
  const { fills } = runBacktest({
    markets: [{ instrument, kind, bars: data.tables[0]!, funding: null, leverage: 10, maintenanceRate: 0.005 }],
    strategies: samples(symbol, false, "1m"),
    cash: CASH,
    fill: "next-open",
    volumeShare: 0.1,
    costs: costSpec.parse({
      makerFeeBps: toNumber(instrument.makerFeeRate) * 10_000,
      takerFeeBps: toNumber(instrument.takerFeeRate) * 10_000,
    }),
    sizeAt: "decision",
    closeAtEnd: false,
    seed: "parity",
    limits: PAPER_LIMITS,
  });
  return fills.map(fillLine).toSorted();
}

describe("a recording of candles", () => {
  it("fills the same on paper and backtested", { timeout: LIMIT_MS }, async () => {
    const file = await cut("candles/binance-btcusdt-1m-2025.csv.gz", 5_000, "binance-btcusdt-1m.csv");
    const paper = await onPaper([file], false);
    expect(paper.fills.length).toBeGreaterThan(100);
    expect(await backtestedOnBars(file)).toEqual(paper.fills);
  });
});

describe("a recording of the order book", () => {
  const recordings = {
    "spot, two files": ["orderbook/binance-spot-btcusdt_20240808.gz", "orderbook/binance-spot-btcusdt_20240809.gz"],
    "USD-M futures": ["orderbook/binance-usdm-ethusdt_20240808.gz"],
  };
  for (const [name, paths] of Object.entries(recordings)) {
    it(`fills the same on paper and backtested: ${name}`, { timeout: LIMIT_MS }, async () => {
      const files = paths.map(recorded);
      const paper = await onPaper(files, true);
      const backtest = await backtested(files);
      expect(paper.fills.length).toBeGreaterThan(20);
      expect(backtest.fills).toEqual(paper.fills);
      expect(backtest.orders).toEqual(paper.orders);
    });
  }
});
