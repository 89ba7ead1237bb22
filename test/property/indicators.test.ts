/** What holds for every series: the forms agree to the last bit, rolling windows equal windows computed afresh, no look-ahead. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordedBars } from "../../domain/indicator/bar-series.ts";
import { CATALOGUE, type CatalogueEntry, computeColumns, indicatorNamed, warmupOf } from "../../domain/indicator/catalogue.ts";
import { ColumnBars, ColumnCache } from "../../domain/indicator/column-series.ts";
import {
  atr,
  correlation,
  donchian,
  ema,
  linearRegression,
  roc,
  type Series,
  sma,
  standardDeviation,
  wma,
  zScore,
} from "../../domain/indicator/index.ts";
import { type BarTable, barTableOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import type { Bar } from "../../domain/market/events.ts";

const SEED = 20_250_813;
const runs = { seed: SEED, numRuns: 150 };

const prices = fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
const length = fc.integer({ min: 1, max: 40 });

const toBars = (closes: readonly number[]): Bar[] =>
  closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    const spread = 1 + (index % 7) / 100;
    const [high, low] = [Math.max(open, close) * spread, Math.min(open, close) / spread];
    return {
      venue: "v",
      symbol: "S/Q",
      intervalMs: 60_000,
      openTimeMs: index * 60_000,
      open,
      high,
      low,
      close,
      volume: index % 9 === 8 ? 0 : index + 1,
    };
  });

function covarianceOf(x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return x.reduce((sum, value, index) => sum + (value - meanX!) * (y[index]! - meanY!), 0) / x.length;
}

/** Settings short enough that most runs get past the warm-up, in an order every indicator takes. */
const SHORT: Readonly<Record<string, readonly number[]>> = {
  macd: [3, 7, 4],
  kama: [5, 2, 30],
  stochRsi: [5, 6, 3, 2],
  stochastic: [5, 3, 2],
  keltner: [6, 2, 4],
  ichimoku: [3, 5, 9],
  ultimateOscillator: [2, 4, 7],
  pivots: [2, 3],
};
const settingsFor = (entry: CatalogueEntry, n: number): readonly number[] =>
  SHORT[entry.name] ?? entry.params.map((param) => (param.name === "length" ? Math.max(param.min, n) : param.default));

/** Its series over the bars, live or of columns, whatever it takes. */
function hung({ indicator }: CatalogueEntry, bars: RecordedBars | ColumnBars, settings: readonly number[]): readonly Series[] {
  const made =
    indicator.inputs === "bars"
      ? indicator(bars, ...settings)
      : indicator.inputs === "value"
        ? indicator(bars.close, ...settings)
        : indicator(bars.close, bars.volume, ...settings);
  return "value" in made && "at" in made ? [made as Series] : Object.values(made);
}

function streamed({ indicator }: CatalogueEntry, bars: readonly Bar[], settings: readonly number[]): readonly number[][] {
  const rowOf = (made: number | Readonly<Record<string, number>>) => (typeof made === "number" ? [made] : Object.values(made));
  switch (indicator.inputs) {
    case "value": {
      const stream = indicator.stream(...settings);
      return bars.map((bar) => rowOf(stream.next(bar.close)));
    }
    case "bars": {
      const stream = indicator.stream(...settings);
      return bars.map((bar) => rowOf(stream.next(bar.high, bar.low, bar.close, bar.volume, bar.open, bar.openTimeMs)));
    }
    case "two values": {
      const stream = indicator.stream(...settings);
      return bars.map((bar) => rowOf(stream.next(bar.close, bar.volume)));
    }
  }
}

const inputOf = (table: BarTable) => ({ bars: table, values: table.close, second: table.volume });
const place = { venue: "v", symbol: "S/Q", intervalMs: 60_000 };

describe("the forms of an indicator agree to the last bit", () => {
  it.each(CATALOGUE.map((entry) => [entry.name, entry] as const))("%s", (_name, entry) => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 30 }), (closes, n) => {
        const settings = settingsFor(entry, n);
        const bars = toBars(closes);
        const table = barTableOf(place, bars);
        const columns = Object.values(computeColumns(entry, inputOf(table), settings));
        const rows = bars.map((_, row) => columns.map((column) => column[row]!));
        expect(streamed(entry, bars, settings)).toEqual(rows);

        const live = new RecordedBars(60_000);
        const liveSeries = hung(entry, live, settings);
        const seen = bars.map((bar) => {
          live.push(bar);
          return liveSeries.map(({ value }) => value);
        });
        expect(seen).toEqual(rows);

        const past = new ColumnBars(table, new ColumnCache());
        const pastSeries = hung(entry, past, settings);
        const read = bars.map((_, row) => {
          past.timeline.row = row;
          return pastSeries.map(({ value }) => value);
        });
        expect(read).toEqual(rows);
        expect(past.timeline.warmup).toBe(live.timeline.warmup);
        expect(liveSeries.map(({ at }, index) => at.call(liveSeries[index], 1))).toEqual(pastSeries.map((series) => series.at(1)));
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

describe("indicators of indicators", () => {
  it("agree live and over columns, and their warm-ups add up", () => {
    const made = (bars: RecordedBars | ColumnBars, n: number) => {
      const change = roc(bars.close, n);
      return [
        zScore(linearRegression(bars.close, n + 1).slope, n + 1),
        correlation(change, sma(bars.volume, 2), n + 1),
        ema(atr(bars, n), 3),
      ];
    };
    fc.assert(
      fc.property(prices, fc.integer({ min: 1, max: 12 }), (closes, n) => {
        const bars = toBars(closes);
        const live = new RecordedBars(60_000);
        const past = new ColumnBars(barTableOf(place, bars), new ColumnCache());
        const [liveSeries, pastSeries] = [made(live, n), made(past, n)];
        for (const [row, bar] of bars.entries()) {
          live.push(bar);
          past.timeline.row = row;
          expect(liveSeries.map(({ value }) => value)).toEqual(pastSeries.map(({ value }) => value));
        }
        expect(liveSeries.map(({ warmup }) => warmup)).toEqual([2 * n + 1, n + 1 + n, n + 3]);
        expect(pastSeries.map(({ warmup }) => warmup)).toEqual([2 * n + 1, n + 1 + n, n + 3]);
      }),
      { ...runs, numRuns: 60 },
    );
  });
});

/** Their values wait for an event beyond the warm-up, or end again where a window has nothing to say. */
const WAITS = new Set(["parabolicSar", "pivots", "zigZag"]);

describe("the warm-up is exact", () => {
  it.each(CATALOGUE.filter(({ name }) => !WAITS.has(name)).map((entry) => [entry.name, entry] as const))("%s", (_name, entry) => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 0, max: 1_000 }), (n, start) => {
        const settings = settingsFor(entry, n);
        const closes = Array.from({ length: 120 }, (_, index) => 100 + 10 * Math.sin((start + index) * 1.7) + (index % 5));
        const columns = Object.values(computeColumns(entry, inputOf(barTableOf(place, toBars(closes))), settings));
        const firsts = columns.map((column) => column.findIndex((value) => !Number.isNaN(value)));
        expect(Math.max(...firsts)).toBe(warmupOf(entry, settings) - 1);
        for (const [index, column] of columns.entries()) expect(column.subarray(firsts[index]).some(Number.isNaN)).toBe(false);
      }),
      { ...runs, numRuns: 20 },
    );
  });

  it("those that wait for an event have no value before it could be known", () => {
    for (const name of WAITS) {
      const entry = indicatorNamed(name)!;
      const still = barTableOf(place, toBars(Array.from({ length: 50 }, (_, index) => 100 + index)));
      const known = settingsFor(entry, 5);
      const columns = Object.values(computeColumns(entry, inputOf(still), known));
      for (const column of columns) expect(column.subarray(0, warmupOf(entry, known) - 1).every(Number.isNaN)).toBe(true);
    }
  });
});

describe("rolling windows equal windows computed afresh", () => {
  const window = (values: Float64Array, end: number, n: number) => values.subarray(end - n + 1, end + 1);
  const close = (a: number, b: number, scale: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * scale);

  it("mean, weighted mean, deviation and channel, however long the stream", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 40, maxLength: 400 }), length, (list, n) => {
        const values = Float64Array.from(list);
        const [means, weighted, deviations] = [sma.column(values, n), wma.column(values, n), standardDeviation.column(values, n)];
        const channel = donchian.column({ high: values, low: values, close: values }, n);
        for (let end = n; end < values.length; end++) {
          const part = window(values, end, n);
          const mean = part.reduce((sum, value) => sum + value, 0) / n;
          const largest = Math.max(...part);
          close(means[end]!, mean, largest);
          close(weighted[end]!, part.reduce((sum, value, index) => sum + value * (index + 1), 0) / ((n * (n + 1)) / 2), largest);
          close(deviations[end]!, Math.sqrt(part.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n), largest);
          const before = window(values, end - 1, n);
          expect([channel.upper[end], channel.lower[end]]).toEqual([Math.max(...before), Math.min(...before)]);
        }
      }),
      runs,
    );
  });

  it("correlation and regression, however long the stream", () => {
    const moves = fc.array(fc.double({ min: 1, max: 2, noNaN: true }), { minLength: 60, maxLength: 300 });
    fc.assert(
      fc.property(moves, fc.integer({ min: 2, max: 30 }), (list, n) => {
        const first = Float64Array.from(list);
        const second = Float64Array.from(list, (value, index) => value * ((index % 3) - 1) + (list[index - 1] ?? 1));
        const correlated = correlation.column({ first, second }, n);
        const line = linearRegression.column(first, n);
        const rows = Float64Array.from({ length: n }, (_, index) => index);
        for (let end = n - 1; end < list.length; end++) {
          const [x, y] = [window(first, end, n), window(second, end, n)];
          const scale = Math.sqrt(covarianceOf(x, x) * covarianceOf(y, y));
          // Of a window that hardly moves, the moments themselves are rounding.
          if (scale > 1e-6) close(correlated[end]!, covarianceOf(x, y) / scale, 1e3);
          close(line.slope[end]!, covarianceOf(rows, x) / covarianceOf(rows, rows), 1e1);
        }
      }),
      runs,
    );
  });

  it("a value 10 orders of magnitude larger leaves nothing behind once it is out of the window", () => {
    const values = new Float64Array(100).fill(0.1);
    values[50] = 1e15;
    expect(
      sma
        .column(values, 10)
        .slice(60)
        .every((mean) => Math.abs(mean - 0.1) < 1e-16),
    ).toBe(true);
    expect(
      standardDeviation
        .column(values, 10)
        .slice(60)
        .every((deviation) => deviation < 1e-16),
    ).toBe(true);
  });
});

describe("no look-ahead", () => {
  it.each(CATALOGUE.map((entry) => [entry.name, entry] as const))(
    "%s: the past does not change with what comes after it",
    (_name, entry) => {
      fc.assert(
        fc.property(prices, prices, fc.integer({ min: 1, max: 30 }), (past, future, n) => {
          const settings = settingsFor(entry, n);
          const all = barTableOf(place, toBars([...past, ...future]));
          const alone = computeColumns(entry, inputOf(sliceBarTable(all, 0, past.length)), settings);
          const more = computeColumns(entry, inputOf(all), settings);
          for (const output of entry.outputs) expect(more[output]!.slice(0, past.length)).toEqual(alone[output]!.slice());
        }),
        { ...runs, numRuns: 25 },
      );
    },
  );
});

describe("bounds", () => {
  const bounds: readonly (readonly [name: string, output: string, low: number, high: number])[] = [
    ["rsi", "value", 0, 100],
    ["stochRsi", "k", 0, 100],
    ["stochastic", "k", 0, 100],
    ["mfi", "value", 0, 100],
    ["adx", "value", 0, 100],
    ["aroon", "up", 0, 100],
    ["williamsR", "value", -100, 0],
    ["cmf", "value", -1, 1],
    ["correlation", "value", -1, 1],
    ["linearRegression", "rSquared", 0, 1],
    ["efficiencyRatio", "value", 0, 1],
    ["ulcerIndex", "value", 0, 100],
  ];

  it.each(bounds)("%s %s from %d to %d", (name, output, low, high) => {
    const entry = indicatorNamed(name)!;
    const slack = 1e-9 * (high - low);
    fc.assert(
      fc.property(prices, fc.integer({ min: 2, max: 20 }), (closes, n) => {
        const column = computeColumns(entry, inputOf(barTableOf(place, toBars(closes))), settingsFor(entry, n))[output]!;
        expect(column.every((value) => Number.isNaN(value) || (value >= low - slack && value <= high + slack))).toBe(true);
      }),
      { ...runs, numRuns: 60 },
    );
  });
});
