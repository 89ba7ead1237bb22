/**
 * Recordings as columns: the book they end with is the one an independent script computed, and what a file has wrong is
 * counted, whichever way it is compressed.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsedSpec } from "../../cli/research/backtest-options.ts";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { decimal, toUnits } from "../../domain/kernel/decimal.ts";
import { sliceBarTable } from "../../domain/market/bar-table.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { L2_KINDS, readDepth, readSnapshot } from "../../domain/simulation/l2/l2-table.ts";
import { validate } from "../../domain/validation/validate.ts";
import { loadRecording } from "../../research/data/l2.ts";
import { rulesOf } from "../../research/data/l2-rules.ts";
import { loadData } from "../../research/data/load.ts";
import { backtestInput } from "../../research/run/input.ts";
import { strategyNamed } from "../../strategies/index.ts";

interface Expected {
  readonly final: {
    readonly u: number;
    readonly n_bids: number;
    readonly n_asks: number;
    readonly bids_top50: readonly (readonly [string, string])[];
    readonly asks_top50: readonly (readonly [string, string])[];
  };
}

const data = (name: string) => fileURLToPath(new URL(`../../../shared/data/orderbook/${name}`, import.meta.url));
const RECORDINGS = {
  "expected-spot_btcusdt.json": ["binance-spot-btcusdt_20240808.gz", "binance-spot-btcusdt_20240809.gz"],
  "expected-usdm_ethusdt.json": ["binance-usdm-ethusdt_20240808.gz"],
};
const WHOLE = { toMs: Number.POSITIVE_INFINITY, intervalMs: 1_000 };

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsta-l2-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The first lines of a recording, changed by hand. */
async function damaged(): Promise<string> {
  const lines = gunzipSync(readFileSync(data("binance-usdm-ethusdt_20240808.gz")))
    .toString("utf8")
    .split("\n", 3_000);
  lines[2_500] = lines[2_500]!.slice(0, -20);
  lines.splice(2_600, 0, "no frame at all");
  const path = join(folder, "damaged.txt");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

describe("columns of a recording", () => {
  for (const [expectedFile, names] of Object.entries(RECORDINGS)) {
    it(`end with the book of ${expectedFile}`, { timeout: 60_000 }, async () => {
      const { table, instrument, findings } = await loadRecording(
        names.map((name) => ({ name, path: data(name) })),
        WHOLE,
      );
      const { final } = JSON.parse(readFileSync(data(expectedFile), "utf8")) as Expected;
      const book = new OrderBook();
      const sequencer = new BookSequencer(book, rulesOf(table));
      const update = emptyDepthUpdate();
      for (let row = 0; row < table.kind.length; row++) {
        if (table.kind[row] === L2_KINDS.snapshot) sequencer.onSnapshot(readSnapshot(table, row));
        else if (table.kind[row] === L2_KINDS.depth) sequencer.onDelta(readDepth(table, row, update));
      }
      const inUnits = (levels: Expected["final"]["bids_top50"]) =>
        levels.map(([price, size]) => [
          toUnits(decimal(price), instrument.priceDecimals),
          toUnits(decimal(size), instrument.quantityDecimals),
        ]);
      expect([sequencer.quality, sequencer.updateId]).toEqual(["LIVE", final.u]);
      expect([book.bidCount, book.askCount]).toEqual([final.n_bids, final.n_asks]);
      expect(book.levels("bid", 50)).toEqual(inUnits(final.bids_top50));
      expect(book.levels("ask", 50)).toEqual(inUnits(final.asks_top50));
      expect(findings).toEqual([]);
    });
  }

  it("count what is malformed, leave it out and keep its time", async () => {
    const path = await damaged();
    const { table, findings } = await loadRecording([{ name: "damaged", path }], WHOLE);
    expect(table.kind.length).toBe(3_000);
    expect(table.kind[2_500]).toBe(L2_KINDS.other);
    expect(findings).toMatchObject([
      { kind: "malformed", symbol: "ETH/USDT:USDT", file: "damaged", count: 2, example: expect.stringMatching(/^damaged:2501: /) },
    ]);
  });
});

describe("a recording as the data of a backtest", () => {
  const spec = (strategy: string, more: object = {}) =>
    backtestSpec.parse({
      strategies: [{ strategy }],
      data: { files: [data("binance-usdm-ethusdt_20240808.gz")] },
      fill: "l2",
      cash: "100000",
      costs: { latency: { model: "constant", ms: 20 } },
      ...more,
    });

  it("asked for on the command line has the latencies of paper trading", () => {
    const at = (options: object) => parsedSpec("grid", { data: [data("binance-usdm-ethusdt_20240808.gz")], ...options }).costs.latency;
    expect(at({ fill: "l2" })).toEqual({ model: "constant", ms: 20, reportMs: 15 });
    expect(at({ fill: "l2", latencyMs: 5 })).toEqual({ model: "constant", ms: 5 });
    expect(at({})).toEqual({ model: "constant", ms: 0 });
  });

  it("serves strategies of the book, of bars, and fills on bars too", { timeout: 60_000 }, async () => {
    const quoting = spec("market-maker");
    const loaded = await loadData(quoting.data, { resolve: (name) => name, market: quoting.market });
    expect(loaded.instruments[0]).toMatchObject({ symbol: "ETH/USDT:USDT", kind: "linear" });
    for (const strategy of ["market-maker", "grid", "sma-cross"]) {
      const outcome = runBacktest(backtestInput(spec(strategy), loaded, strategyNamed));
      expect(outcome.orders.submitted, strategy).toBeGreaterThan(4);
    }
    const onBars = runBacktest(backtestInput(spec("sma-cross", { fill: "next-open" }), loaded, strategyNamed));
    expect(onBars.fills.length).toBeGreaterThan(5);
    expect(() => backtestInput(spec("market-maker", { fill: "next-open" }), loaded, strategyNamed)).toThrow(/decides on bars/);
    // Cut in time, as a search cuts it: the messages before only build the book, those after are not seen.
    const cut = { ...loaded, tables: [sliceBarTable(loaded.tables[0]!, 100, 200)] };
    const [fromMs, toMs] = [cut.tables[0]!.openTimeMs[0]!, cut.tables[0]!.openTimeMs.at(-1)! + 1_000];
    const tight = spec("market-maker", { strategies: [{ strategy: "market-maker", params: { spreadBps: 1 } }] });
    const part = runBacktest(backtestInput(tight, cut, strategyNamed));
    expect(part.fills.length).toBeGreaterThan(0);
    expect(part.fills.every(({ atMs }) => atMs > fromMs && atMs < toMs)).toBe(true);
    expect([part.equity.timeMs[0], part.equity.timeMs.length]).toEqual([fromMs + 1_000, 100]);
    const names = validate(runBacktest, backtestInput(spec("sma-cross"), loaded, strategyNamed), { seed: "s", paths: 100 });
    const ran = names.filter(({ text }) => !/made for bars/.test(text)).map(({ name }) => name);
    expect(ran, "nothing is judged on other bars than the recording's").toEqual(["latency", "holding", "trade-order", "block-bootstrap"]);
    const late = { ...quoting, data: { ...quoting.data, fromMs: loaded.tables[0]!.openTimeMs[100]! } };
    const { fills } = runBacktest(backtestInput(late, loaded, strategyNamed));
    expect(fills.every(({ atMs }) => atMs > late.data.fromMs)).toBe(true);
  });
});
