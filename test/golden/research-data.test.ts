/**
 * Recorded markets with known faults and known answers, as ../shared/data/README.md gives them: every gap of the lists
 * next to the candles, duplicated rows, resampling, funding.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { dataSpec, marketSpec } from "../../domain/contract/research/spec.ts";
import { type BarTable, rowAt } from "../../domain/market/bar-table.ts";
import { gapsOf } from "../../research/data/bar-join.ts";
import { loadData } from "../../research/data/load.ts";
import { DATA } from "./candle-files.ts";

// Half a million rows are a second of work; a machine that does much else takes longer.
vi.setConfig({ testTimeout: 120_000 });

function load(files: string[], more = {}) {
  const spec = dataSpec.parse({ files, ...more });
  return loadData(spec, { resolve: (name) => `${DATA}candles/${name}`, market: marketSpec.parse({}) });
}

function listedGaps(name: string): readonly (readonly number[])[] {
  const [, ...lines] = readFileSync(`${DATA}candles/${name}.gaps.csv`, "utf8").trim().split(/\r?\n/);
  return lines.map((line) => line.split(",").map(Number));
}

/** A bare pattern in `toMatchObject` matches anything. */
const matching = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe("the gaps of recorded candles", () => {
  const files = [
    ["binance-btcusdt-1h-2017-2024", 58_419],
    ["binance-solusdt-1h-full-columns", 37_923],
    ["binance-xrpeth-1m", 2_469],
    ["binance-xrpeth-5m", 706],
    ["bitfinex-btcusd-1m-2018", 520_499],
    ["bittrex-adabtc-1m-2018", 132_994],
    ["bittrex-ethbtc-5m-2018-dirty", 49_000],
    ["bittrex-unittest-1m-2017", 13_681],
  ] as const;
  for (const [name, rows] of files) {
    it(`of ${name} are the listed ones`, async () => {
      const data = await load([`${name}.csv.gz`]);
      const gaps = gapsOf(data.tables[0]!);
      const listed = listedGaps(name);
      // The list of the file with duplicated rows is in order of size; a gap is told by its start.
      expect(gaps.map(({ lastBeforeMs, firstAfterMs, missingBars }) => [lastBeforeMs, firstAfterMs, missingBars])).toEqual(
        listed.toSorted((a, b) => a[0]! - b[0]!),
      );
      expect(data.rows).toBe(rows);
      expect(data.findings.find(({ kind }) => kind === "gap")).toMatchObject({ count: listed.length });
    });
  }
});

it("the 1392 rows of ETH/BTC that come twice with other values are found", async () => {
  const { findings } = await load(["bittrex-ethbtc-5m-2018-dirty.csv.gz"]);
  expect(findings.filter(({ kind }) => kind === "duplicate")).toMatchObject([
    { count: 1_392, example: matching(/:5761: .* with other values/) },
  ]);
});

describe("resampled", () => {
  it("1m bars of BTC/USDT are the venue's 5m bars", async () => {
    const made = (await load(["binance-btcusdt-1m-2025.csv.gz"], { interval: "5m" })).tables[0]!;
    const own = (await load(["binance-btcusdt-5m-2025.csv.gz"])).tables[0]!;
    expectSame(made, own, own.openTimeMs.length);
    // The 1m file ends within the next bar.
    expect(made.openTimeMs.length).toBe(26_141);
  });

  it("5m bars of the gateio future are its 1h bars", async () => {
    const made = (await load(["gateio-futures-btcusdt-5m-2023.csv.gz"], { interval: "1h" })).tables[0]!;
    const own = (await load(["gateio-futures-btcusdt-1h-2023.csv.gz"])).tables[0]!;
    expectSame(made, own, 6_345);
  });

  it("1m bars of XRP/ETH are the venue's 5m bars where all minutes exist", async () => {
    const minutes = (await load(["binance-xrpeth-1m.csv.gz"])).tables[0]!;
    const made = (await load(["binance-xrpeth-1m.csv.gz"], { interval: "5m" })).tables[0]!;
    const own = (await load(["binance-xrpeth-5m.csv.gz"])).tables[0]!;
    let compared = 0;
    for (const [row, time] of made.openTimeMs.entries()) {
      if (rowAt(minutes, time + 300_000) - rowAt(minutes, time) < 5) continue;
      const at = rowAt(own, time);
      expect([own.openTimeMs[at], own.open[at], own.high[at], own.low[at], own.close[at]]).toEqual([
        time,
        made.open[row],
        made.high[row],
        made.low[row],
        made.close[row],
      ]);
      compared++;
    }
    expect(compared).toBeGreaterThan(100);
  });
});

it("32 perpetuals in one file are 32 tables", async () => {
  const { tables, findings, rows } = await load(["bybit-perp-multi-5m-2024.csv.gz"]);
  expect(tables).toHaveLength(32);
  expect(rows).toBe(926_997);
  expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(["zero-volume"]));
  expect(findings.reduce((sum, { count }) => sum + count, 0)).toBe(1_935);
});

it("funding of the gateio future comes every 8 hours", async () => {
  const { funding } = await load(["gateio-futures-btcusdt-1h-2023.csv.gz"], { funding: ["gateio-futures-btcusdt-8h-funding-2023.csv.gz"] });
  const rates = funding.get("BTC/USDT")!;
  expect(rates.timeMs).toHaveLength(793);
  expect([rates.timeMs[0], rates.rate[0]]).toEqual([1_672_531_200_000, 0.0001]);
});

function expectSame(made: BarTable, own: BarTable, rows: number): void {
  expect(own.openTimeMs).toHaveLength(rows);
  for (const name of ["openTimeMs", "open", "high", "low", "close"] as const) expect(made[name].slice(0, rows)).toEqual(own[name]);
  for (let row = 0; row < rows; row++) expect(Math.abs(made.volume[row]! / own.volume[row]! - 1)).toBeLessThan(1e-9);
}
