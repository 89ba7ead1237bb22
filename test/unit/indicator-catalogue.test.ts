/** The catalogue and the authors' imports hold the same indicators; series of different bars are refused; sessions of the VWAP. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RecordedBars } from "../../domain/indicator/bar-series.ts";
import { CATALOGUE, indicatorNamed, settingsOf, warmupOf } from "../../domain/indicator/catalogue.ts";
import { ColumnBars, ColumnCache } from "../../domain/indicator/column-series.ts";
import * as exported from "../../domain/indicator/index.ts";
import { newBarTable } from "../../domain/market/bar-table.ts";

const place = { venue: "v", symbol: "S/Q", intervalMs: 60_000 };

describe("the catalogue", () => {
  it("has every indicator an author can import, by one name", () => {
    const importable = Object.entries(exported).filter(([, value]) => typeof value === "function" && "indicatorName" in value);
    expect(CATALOGUE.map(({ name }) => name).toSorted()).toEqual(importable.map(([name]) => name).toSorted());
    const names = CATALOGUE.flatMap(({ name, aliases }) => [name, ...aliases]).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  it("finds them whatever the case and dashes", () => {
    expect(indicatorNamed("Parabolic-SAR")?.name).toBe("parabolicSar");
    expect(indicatorNamed("psar")?.name).toBe("parabolicSar");
    expect(indicatorNamed("prototype")).toBeUndefined();
  });

  it("has defaults and ends of ranges that work alone", () => {
    for (const entry of CATALOGUE) {
      expect(warmupOf(entry, settingsOf(entry, {}))).toBeGreaterThan(0);
      for (const param of entry.params) {
        expect(settingsOf(entry, { [param.name]: param.min })).toContain(param.min);
        expect(() => settingsOf(entry, { [param.name]: param.max * 2 })).toThrow(`${entry.name} ${param.name}: expected a`);
      }
    }
  });
});

describe("docs/indicators.md", () => {
  it("says of each its inputs, parameters, outputs and warm-up", () => {
    const rows = readFileSync(new URL("../../docs/indicators.md", import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const told = rows.map(([, name, title, of, params, outputs, warmup]) => [name, title, of, params, outputs, warmup?.match(/\d+$/)?.[0]]);
    const expected = CATALOGUE.map((entry) => [
      `\`${entry.name}\``,
      entry.title,
      entry.inputs,
      entry.params.map((param) => `${param.name}=${param.default}`).join(", ") || "–",
      entry.outputs.join(", "),
      String(warmupOf(entry, settingsOf(entry, {}))),
    ]);
    expect(told).toEqual(expected);
  });
});

describe("two series", () => {
  it("of different bars are refused, live and of columns", () => {
    const expected = "correlation(3) source: expected series of the same bars";
    expect(() => exported.correlation(new RecordedBars(60_000).close, new RecordedBars(60_000).close, 3)).toThrow(expected);
    const columns = () => new ColumnBars(newBarTable(place, 4), new ColumnCache()).close;
    expect(() => exported.correlation(columns(), columns(), 3)).toThrow(expected);
    expect(() => exported.correlation(columns(), new RecordedBars(60_000).close, 3)).toThrow("correlation(3) source");
  });
});

describe("columns", () => {
  it("an indicator without the columns it looks at is refused", () => {
    const values = new Float64Array(5);
    expect(() => exported.mfi.column({ high: values, low: values, close: values }, 2)).toThrow("volume: expected a column");
    expect(() => exported.vwap.column({ high: values, low: values, close: values, volume: values }, 24)).toThrow("openTimeMs");
  });
});

describe("vwap", () => {
  const HOUR_MS = 3_600_000;
  const column = (...values: number[]) => Float64Array.from(values);
  const price = column(10, 20, 30, 60);
  const bars = {
    high: price,
    low: price,
    close: price,
    volume: column(1, 1, 0, 2),
    openTimeMs: column(22, 23, 24, 25).map((hour) => hour * HOUR_MS),
  };

  it("begins anew at midnight UTC, and has no value before the first volume", () => {
    expect(exported.vwap.column(bars, 24)).toEqual(column(10, 15, Number.NaN, 60));
  });

  it("counts from the first bar with sessions of 0 hours", () => {
    expect(exported.vwap.column(bars, 0)).toEqual(column(10, 15, 15, 37.5));
  });
});

describe("zigZag and pivots say a turn when it is known", () => {
  it("not before the price came back", () => {
    const { pivot, pivotAge, direction } = exported.zigZag.column(Float64Array.of(100, 104, 108, 112, 110, 106, 106), 5);
    expect(Array.from(pivot)).toEqual([Number.NaN, Number.NaN, 100, 100, 100, 112, 112]);
    expect(Array.from(pivotAge)).toEqual([Number.NaN, Number.NaN, 2, 3, 4, 2, 3]);
    expect(Array.from(direction)).toEqual([Number.NaN, Number.NaN, 1, 1, 1, -1, -1]);
  });

  it("not before the bars after it", () => {
    const high = Float64Array.of(5, 6, 9, 7, 6, 6, 6);
    const { high: swing, highAge } = exported.pivots.column({ high, low: high.map((value) => value - 1), close: high }, 2, 2);
    expect(Array.from(swing)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 9, 9, 9]);
    expect(Array.from(highAge).slice(4)).toEqual([2, 3, 4]);
  });
});
