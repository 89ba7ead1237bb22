/**
 * Crossings over columns are those of the values themselves: at every row, also with equal values and where a series has
 * none yet. Columns take a way of their own through `crossedAbove`; this holds it to the definition.
 */
import { describe, expect, it } from "vitest";
import { ColumnBars, ColumnCache } from "../../domain/indicator/column-series.ts";
import { crossedAbove, crossedBelow } from "../../domain/indicator/crossing.ts";
import { newBarTable } from "../../domain/market/bar-table.ts";

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
