/**
 * Crossings over columns are those of the values themselves: at every row, also with equal values and where a series has
 * none yet. Columns take a way of their own through `crossedAbove`; this holds it to the definition.
 */
import { describe, expect, it } from "vitest";
import { RecordedBars } from "../../domain/indicator/bar-series.ts";
import { ColumnBars, ColumnCache } from "../../domain/indicator/column-series.ts";
import { crossedAbove, crossedBelow } from "../../domain/indicator/crossing.ts";
import { sma } from "../../domain/indicator/sma.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { barAt, newBarTable } from "../../domain/market/bar-table.ts";

const OPENS = [2, 2, 3, 3, 1, Number.NaN, 5, 1, 4, 4];
const CLOSES = [1, 3, 3, 4, 1, 2, 4, 4, Number.NaN, 5];

describe("crossings over columns", () => {
  const table = newBarTable({ venue: "sim", symbol: "BTC/USDT", intervalMs: 60_000 }, OPENS.length);
  table.open.set(OPENS);
  table.close.set(CLOSES);
  const bars = new ColumnBars(table, new ColumnCache());

  it.each([-1, ...OPENS.keys()])("at row %i", (row) => {
    bars.timeline.row = row;
    const [a, b, beforeA, beforeB] = [CLOSES[row], OPENS[row], CLOSES[row - 1], OPENS[row - 1]].map((value) => value ?? Number.NaN);
    expect(crossedAbove(bars.close, bars.open)).toBe(beforeA! <= beforeB! && a! > b!);
    expect(crossedBelow(bars.close, bars.open)).toBe(beforeA! >= beforeB! && a! < b!);
    expect(crossedAbove(bars.close, 3)).toBe(beforeA! <= 3 && a! > 3);
    expect(crossedBelow(bars.close, 3)).toBe(beforeA! >= 3 && a! < 3);
  });
});

describe("ties of averages", () => {
  it("are no crossings: coarse prices cross where exact sums do, in every form", () => {
    const random = seededRandom("ties");
    const rows = 20_000;
    const ticks = Array.from({ length: rows }, () => random.integer(80, 90));
    const table = newBarTable({ venue: "sim", symbol: "BTC/USDT", intervalMs: 60_000 }, rows);
    for (const [row, tick] of ticks.entries()) {
      table.openTimeMs[row] = row * 60_000;
      for (const name of ["open", "high", "low", "close"] as const) table[name][row] = tick / 1_000;
    }
    const columns = new ColumnBars(table, new ColumnCache());
    const live = new RecordedBars(60_000);
    const [fast, slow, liveFast, liveSlow] = [sma(columns.close, 10), sma(columns.close, 30), sma(live.close, 10), sma(live.close, 30)];
    const found: number[][] = [[], [], []];
    for (let row = 0; row < rows; row++) {
      columns.timeline.row = row;
      live.push(barAt(table, row));
      if (crossedAbove(fast, slow)) found[0]!.push(row);
      if (crossedAbove(liveFast, liveSlow)) found[1]!.push(row);
      // Whole numbers: three times the sum of ten against the sum of thirty.
      const apart = (end: number) => 3 * sumOf(ticks, end, 10) - sumOf(ticks, end, 30);
      if (row >= 30 && apart(row) > 0 && apart(row - 1) <= 0) found[2]!.push(row);
    }
    expect(found[2]!.length).toBeGreaterThan(1_000);
    expect(found[0]).toEqual(found[2]);
    expect(found[1]).toEqual(found[2]);
  });
});

function sumOf(values: readonly number[], end: number, length: number): number {
  return values.slice(end - length + 1, end + 1).reduce((sum, value) => sum + value, 0);
}
