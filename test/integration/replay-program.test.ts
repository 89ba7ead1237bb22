/**
 * Recordings through the real program: the book it shows at the end against books computed by an independent script, the
 * same fills and orders at every speed, and strategies that trade on candles where there is no book.
 */
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { BarsView, BookView, FillRow, OrderRow, PortfolioPnl, ViolationRow } from "../../domain/contract/views.ts";
import { add, type Decimal, decimal, format, sub, ZERO } from "../../domain/kernel/decimal.ts";
import { endAll, type FloorProcess } from "./floor-process.ts";
import { allOf, hashOf, played, recorded, said } from "./replay-floor.ts";

interface Expected {
  readonly final: {
    readonly u: number;
    readonly n_bids: number;
    readonly n_asks: number;
    readonly bids_top50: readonly [string, string][];
    readonly asks_top50: readonly [string, string][];
    readonly sum_bid_qty: string;
    readonly sum_ask_qty: string;
  };
}

const SPOT = ["orderbook/binance-spot-btcusdt_20240808.gz", "orderbook/binance-spot-btcusdt_20240809.gz"].map(recorded);
const USDM = recorded("orderbook/binance-usdm-ethusdt_20240808.gz");
const LIMIT_MS = 150_000;

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsta-replay-"));
  folders.push(folder);
  return folder;
}

afterEach(() => endAll(folders.splice(0)));

/** The first rows of a candle file, as a file of its own. */
async function cut(path: string, rows: number, name: string): Promise<string> {
  const lines: string[] = [];
  const source = createReadStream(recorded(path)).pipe(createGunzip());
  for await (const line of createInterface({ input: source })) if (lines.push(line) > rows) break;
  const file = join(await newFolder(), name);
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

const sum = (values: readonly Decimal[]): Decimal => values.reduce((all, value) => add(all, value), ZERO);
const normal = (levels: readonly (readonly [string, string])[]) =>
  levels.map(([price, quantity]) => [format(decimal(price)), format(decimal(quantity))]);
const total = (levels: readonly (readonly [string, string])[]) => format(sum(levels.map(([, quantity]) => decimal(quantity))));

async function expectBook(floor: FloorProcess, symbol: string, expectedFile: string): Promise<void> {
  const { final } = JSON.parse(readFileSync(recorded(`orderbook/${expectedFile}`), "utf8")) as Expected;
  const book = await floor.get<BookView>(`market-data/orderbook/${symbol}?depth=5000`);
  expect(book).toMatchObject({ quality: "STALE", updateId: final.u, bidLevels: final.n_bids, askLevels: final.n_asks });
  expect([book.bids.length, book.asks.length]).toEqual([final.n_bids, final.n_asks]);
  expect(normal(book.bids.slice(0, 50))).toEqual(normal(final.bids_top50));
  expect(normal(book.asks.slice(0, 50))).toEqual(normal(final.asks_top50));
  expect(total(book.bids)).toBe(format(decimal(final.sum_bid_qty)));
  expect(total(book.asks)).toBe(format(decimal(final.sum_ask_qty)));
  const events = await said(floor);
  expect(events.filter(({ code }) => code === "BOOK_STALE").map(({ text }) => text)).toEqual(["STALE: end of recording"]);
  expect(events.filter(({ code }) => code === "BOOK_GAP" || code === "MALFORMED_FRAME")).toEqual([]);
}

/** Equity is the start's, the profit realised and open, less the fees; realised profit and fees are those of the fills. */
async function expectMoneyAddsUp(floor: FloorProcess, fills: readonly FillRow[]): Promise<PortfolioPnl> {
  const pnl = await floor.get<PortfolioPnl>("portfolio/pnl");
  const of = (name: "realisedPnl" | "unrealisedPnl" | "feesPaid") => sum(pnl.byStrategy.map((row) => decimal(row[name])));
  expect(format(sum(fills.map((fill) => decimal(fill.realisedPnl))))).toBe(pnl.realisedPnl);
  expect(format(sum(fills.map((fill) => decimal(fill.fee))))).toBe(pnl.feesPaid);
  expect([of("realisedPnl"), of("unrealisedPnl"), of("feesPaid")].map(format)).toEqual([pnl.realisedPnl, pnl.unrealisedPnl, pnl.feesPaid]);
  const net = sub(add(decimal(pnl.realisedPnl), decimal(pnl.unrealisedPnl)), decimal(pnl.feesPaid));
  expect(pnl.equity).toBe(format(add(decimal(pnl.startEquity), net)));
  return pnl;
}

describe("order book recordings", () => {
  it("ends with the book an independent script computed, and trades the same at every speed", { timeout: LIMIT_MS }, async () => {
    const hashes: string[] = [];
    for (const speed of ["max", "max", "200"]) {
      const floor = await played(await newFolder(), SPOT, ["--speed", speed]);
      await expectBook(floor, "BTC-USDT", "expected-spot_btcusdt.json");
      const fills = await allOf<FillRow>(floor, "fills");
      const orders = await allOf<OrderRow>(floor, "orders");
      expect(fills.length).toBeGreaterThan(20);
      expect(orders.every(({ status }) => status !== "Unknown")).toBe(true);
      await expectMoneyAddsUp(floor, fills);
      hashes.push(hashOf([fills, orders]));
      expect((await floor.stop()).code).toBe(0);
    }
    expect(new Set(hashes).size, hashes.join(" ")).toBe(1);
  });

  it("does the same for USD-M futures", { timeout: LIMIT_MS }, async () => {
    const floor = await played(await newFolder(), [USDM]);
    await expectBook(floor, "ETH-USDT:USDT", "expected-usdm_ethusdt.json");
    await expectMoneyAddsUp(floor, await allOf<FillRow>(floor, "fills"));
  });
});

describe("candle recordings", () => {
  it("shows bars, trades on them and values positions without a book", { timeout: LIMIT_MS }, async () => {
    const file = await cut("candles/binance-btcusdt-1m-2025.csv.gz", 5_000, "binance-btcusdt-1m.csv");
    const floor = await played(await newFolder(), [file]);
    const { bars } = await floor.get<BarsView>("market-data/ohlcv/BTC-USDT?interval=1m&limit=1000");
    const last = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .slice(-1_000)
      .map((line) => line.split(",").map(Number));
    expect(bars.map((bar) => [bar.openTimeMs, bar.open, bar.high, bar.low, bar.close, bar.volume])).toEqual(last);
    const fills = await allOf<FillRow>(floor, "fills");
    expect(new Set(fills.map(({ strategyId }) => strategyId))).toEqual(new Set(["sma-btc-1", "meanrev-btc-1"]));
    const pnl = await expectMoneyAddsUp(floor, fills);
    expect(pnl.equity).not.toBe(pnl.startEquity);
    expect(pnl.unpriced).toEqual([]);
    const violations = await allOf<ViolationRow>(floor, "risk/violations");
    expect(violations, "no order is refused for want of a book").toEqual([]);
    const curve = await floor.get<{ items: { equity: number }[] }>("portfolio/equity");
    expect(new Set(curve.items.map(({ equity }) => equity)).size).toBeGreaterThan(5);
  });

  it("goes on trading over minutes without a bar", { timeout: LIMIT_MS }, async () => {
    const file = await cut("candles/bitfinex-btcusd-1m-2018.csv.gz", 4_000, "bitfinex.csv");
    const floor = await played(await newFolder(), [file], ["--symbol", "BTC/USDT"]);
    const fills = await allOf<FillRow>(floor, "fills");
    expect(fills.length).toBeGreaterThan(50);
    await expectMoneyAddsUp(floor, fills);
    const violations = await allOf<ViolationRow>(floor, "risk/violations");
    expect(violations.filter(({ code }) => code === "BOOK_STALE")).toEqual([]);
  });
});
