import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { backtestReport } from "../../domain/contract/views/research.ts";
import { compareReports } from "../../domain/validation/compare.ts";
import { equityColumns, tradeColumns } from "../../research/report/columns.ts";
import { toCsv } from "../../research/report/csv.ts";
import { bestIndex, metricText, orderedNames } from "../../research/report/metric-labels.ts";
import * as text from "../../research/report/number-text.ts";
import { renderReport } from "../../research/report/render.ts";
import { tradeChart } from "../../research/run/trade-chart.ts";
import { sampleReport, sampleRun, sampleSpec, START_MS, waveBars, waveData } from "./backtest-samples.ts";

const report = sampleReport();

describe("the report of a backtest", () => {
  it("has the contract's form and adds up", () => {
    expect(backtestReport.parse(report)).toEqual(report);
    expect(report.trades.length).toBeGreaterThan(5);
    expect(report.tradesTotal).toBe(report.trades.length);
    expect(report.equity).toHaveLength(report.bars);
    expect(report.equity.at(-1)!.value).toBeCloseTo(report.finalEquity, 9);
    const profit = report.trades.reduce((sum, { pnl }) => sum + pnl, 0);
    expect(10_000 + profit).toBeCloseTo(report.finalEquity, 6);
    for (const by of ["symbol", "strategy", "side", "hour", "why"] as const) {
      const rows = report.attribution.filter((row) => row.by === by);
      expect(rows.reduce((sum, { pnl }) => sum + pnl, 0)).toBeCloseTo(profit, 6);
    }
    expect(report.costs.fee).toBeCloseTo(
      report.trades.reduce((sum, { fee }) => sum + fee, 0),
      6,
    );
    const [whole] = report.costRows!;
    expect(whole).toMatchObject({ by: "total", fills: 2 * report.trades.length, slippage: 0 });
    expect(whole!.fee).toBeCloseTo(report.costs.fee, 6);
    expect(whole!.shortfall).toBeCloseTo(whole!.delay + whole!.slippage + whole!.fee, 6);
    expect(sampleReport({ spec: sampleSpec({ market: { kind: "inverse" } }) }).costRows).toBeUndefined();
    expect(Math.min(...report.drawdown.map(({ value }) => value))).toBeCloseTo(-report.metrics["maxDrawdown"]!, 12);
  });

  it("fills in what is known of the run only afterwards", () => {
    expect(report.run).toMatchObject({
      symbols: ["BTC/USDT"],
      fromMs: START_MS,
      toMs: START_MS + 1_000 * 3_600_000,
      dataHash: waveData().hash,
      hash: report.hash,
      bestParams: { fast: 5, slow: 20, interval: "1h" },
    });
    expect(report.run.metrics).toEqual(report.metrics);
  });

  it("has a reason for every undefined metric, also without a trade", () => {
    const still = sampleReport({ data: waveData(["BTC/USDT"], 10) });
    expect(still.trades).toEqual([]);
    const undefinedNames = Object.keys(still.metrics).filter((name) => still.metrics[name] === null);
    expect(undefinedNames.length).toBeGreaterThan(5);
    expect(Object.keys(still.why).toSorted()).toEqual(undefinedNames.toSorted());
  });

  it("is thinned to so many points, ends and numbers kept", () => {
    const thin = sampleReport({ points: 50 });
    expect(thin.equity.length).toBeLessThanOrEqual(50);
    expect([thin.equity[0], thin.equity.at(-1)]).toEqual([report.equity[0], report.equity.at(-1)]);
    expect(thin.metrics).toEqual(report.metrics);
    expect(thin.hash).toBe(report.hash);
    expect(thin.tradesTotal).toBe(report.tradesTotal);
  });

  it("compares with another of the same question and of another one", () => {
    const other = sampleReport({ run: sampleRun({ id: "run-2" }), spec: sampleSpec({ costs: { takerFeeBps: 0 } }) });
    const { differences, metrics } = compareReports([report, other]);
    expect(differences.map(({ field }) => field)).toEqual(["fees"]);
    const final = metrics.find(({ name }) => name === "finalEquity")!;
    expect(bestIndex("finalEquity", final.values)).toBe(1);
  });
});

describe("trades on candles", () => {
  const table = waveBars("BTC/USDT", 1_000);

  it("are one marker a fill while every candle is shown", () => {
    const chart = tradeChart(table, report.trades, { points: 1_000 });
    expect(chart.bars).toHaveLength(1_000);
    expect(chart.markers.reduce((sum, { count }) => sum + count, 0)).toBe(2 * report.trades.length);
    const [first] = report.trades;
    expect(chart.markers[0]).toMatchObject({ time: first!.entryTime, price: first!.entryPrice, side: "buy", pnl: null, text: first!.why });
  });

  it("are grouped by candle when there are fewer candles, none lost", () => {
    const chart = tradeChart(table, report.trades, { points: 20 });
    expect(chart.bars.length).toBeLessThanOrEqual(20);
    expect(chart.intervalMs % table.intervalMs).toBe(0);
    expect(chart.markers.reduce((sum, { count }) => sum + count, 0)).toBe(2 * report.trades.length);
    const times = new Set(chart.bars.map(({ time }) => time));
    expect(chart.markers.every(({ time }) => times.has(time))).toBe(true);
    const profit = chart.markers.reduce((sum, { pnl }) => sum + (pnl ?? 0), 0);
    expect(profit).toBeCloseTo(report.finalEquity - 10_000, 6);
  });

  it("of a window and of another symbol leave the rest out", () => {
    const middle = START_MS + 500 * 3_600_000;
    const chart = tradeChart(table, report.trades, { fromMs: middle, toMs: middle + 100 * 3_600_000, points: 100 });
    expect(chart.bars).toHaveLength(100);
    expect(chart.markers.every(({ time }) => time >= middle)).toBe(true);
    expect(tradeChart(waveBars("ETH/USDT", 10), report.trades, { points: 10 }).markers).toEqual([]);
  });
});

describe("trades and equity as files", () => {
  it("as CSV hold every row, quoted, and no formula", () => {
    const [trade] = report.trades;
    const odd = { ...trade!, why: '=HYPERLINK("http://x")', exitWhy: 'a "b", c\nd', exitTime: null, exitPrice: null };
    const lines = toCsv(tradeColumns([odd])).split("\n");
    expect(lines[0]).toMatch(/^strategyId,symbol,side,entryTime,entryPrice,exitTime/);
    expect(lines.slice(1).join("\n")).toContain(`"'=HYPERLINK(""http://x"")","a ""b"", c\nd"`);
    expect(lines[1]).toContain(`${new Date(trade!.entryTime).toISOString()},${trade!.entryPrice},,,`);
    expect(toCsv(equityColumns(report)).split("\n")).toHaveLength(report.bars + 2);
  });

  it("as Parquet give back what was written", async () => {
    const { body, type } = await renderReport(report, "trades.parquet");
    expect(type).toContain("parquet");
    const rows = await parquetReadObjects({ file: bytes(body) });
    expect(rows).toHaveLength(report.trades.length);
    expect(rows[0]).toEqual({
      ...report.trades[0],
      entryTime: new Date(report.trades[0]!.entryTime),
      exitTime: new Date(report.trades[0]!.exitTime!),
    });
    const equity = await parquetReadObjects({ file: bytes((await renderReport(report, "equity.parquet")).body) });
    expect(equity.map((row) => row["equity"])).toEqual(report.equity.map(({ value }) => value));
    expect(Math.min(...equity.map((row) => Number(row["drawdown"])))).toBeCloseTo(-report.metrics["maxDrawdown"]!, 12);
  });
});

describe("numbers as text", () => {
  it("have a true minus, a sign where it matters, and a dash for nothing", () => {
    expect(text.moneyText(-1_234.5)).toBe("\u22121,234.50");
    expect(text.moneyText(-0.001)).toBe("0.00");
    expect(text.signedMoneyText(2)).toBe("+2.00");
    expect(text.shareText(0.1234)).toBe("12.34 %");
    expect(text.shareText(null)).toBe("–");
    expect(text.priceText(0.00012345)).toBe("0.00012345");
    expect(text.priceText(64_964.1)).toBe("64,964.10");
    expect([text.durationText(90_000), text.durationText(7_200_000), text.durationText(259_200_000)]).toEqual([
      "1.5 min",
      "2.0 h",
      "3.0 d",
    ]);
    expect(text.timeText(START_MS + 1_000)).toBe("2024-01-01 00:00:01");
    expect(metricText("sharpe", null)).toBe("–");
    expect(orderedNames([{ extra: 1, trades: 2, sharpe: 3 }])).toEqual(["sharpe", "trades", "extra"]);
    expect(bestIndex("maxDrawdown", [0.2, 0.1, null])).toBe(1);
    expect(bestIndex("skew", [1, 2])).toBeNull();
  });
});

function bytes(body: Buffer): ArrayBuffer {
  return body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer;
}
