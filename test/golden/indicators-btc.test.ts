/** Indicators on seven years of hourly Bitcoin bars against an independent computation; see SOURCES.md. */
import { describe, expect, it } from "vitest";
import { computeColumns, indicatorNamed, settingsOf } from "../../domain/indicator/catalogue.ts";
import { barTableOf } from "../../domain/market/bar-table.ts";
import { readBars } from "./candle-files.ts";

const HOUR_MS = 3_600_000;
const table = barTableOf(
  { venue: "binance", symbol: "BTC/USDT", intervalMs: HOUR_MS },
  readBars("binance-btcusdt-1h-2017-2024", HOUR_MS, "BTC/USDT"),
);

type Known = readonly [name: string, params: Readonly<Record<string, number>>, output: string, first: number, mean: number, last: number];

const known: readonly Known[] = [
  ["rsi", {}, "value", 14, 50.843689814666206, 52.692514217003996],
  ["bollinger", {}, "upper", 19, 22980.443826752213, 65298.750368864945],
  ["linearRegression", { length: 30 }, "slope", 29, 1.0362819443727407, 43.11727697441605],
  ["adx", {}, "value", 27, 27.704261671422167, 22.435022531883085],
  ["vwap", {}, "value", 0, 22497.26375896635, 65063.71509815037],
  ["cci", {}, "value", 19, 4.84955468919024, -29.951341007476362],
  ["ulcerIndex", {}, "value", 13, 1.0660668156687139, 0.42398194291582797],
];

describe("58,419 hourly bars", () => {
  it.each(known)("%s %o %s: first row, mean and last value", (name, params, output, first, mean, last) => {
    const entry = indicatorNamed(name)!;
    const column = computeColumns(entry, { bars: table, values: table.close }, settingsOf(entry, params))[output]!;
    const values = column.subarray(first);
    expect(column.subarray(0, first).every(Number.isNaN)).toBe(true);
    // The mean is a plain sum of 58,000 numbers here and an exact one there.
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length / mean - 1)).toBeLessThan(1e-10);
    expect(Math.abs(values.at(-1)! / last - 1)).toBeLessThan(1e-11);
  });
});
