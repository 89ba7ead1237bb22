/** The reference results of indicators and the bars they are of, read in place; see SOURCES.md. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { parse } from "csv-parse/sync";
import { DATA } from "./candle-files.ts";

const FOLDER = `${DATA}indicators/stock-indicators/`;
/** Relative above 1, absolute below: of every number, unless a test says otherwise. */
const TOLERANCE = 1e-9;

type Row = Readonly<Record<string, number | string | boolean | null>>;

export interface Quotes {
  readonly openTimeMs: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export function quotesOf(file: string): Quotes {
  const rows: Record<string, string>[] = parse(readFileSync(`${FOLDER}quotes/${file}.csv`), {
    bom: true,
    columns: (names: string[]) => names.map((name) => name.toLowerCase()),
  });
  const column = (name: string) => Float64Array.from(rows, (row) => Number(row[name]));
  return {
    openTimeMs: Float64Array.from(rows, (row) => Date.parse(`${row["date"] ?? row["timestamp"]} UTC`)),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
  };
}

export function referenceRows(file: string): readonly Row[] {
  return JSON.parse(readFileSync(`${FOLDER}results/${file}.standard.json`, "utf8")) as Row[];
}

/** One field of a reference as a column, NaN where it says nothing. */
export function reference(file: string, field: string): Float64Array {
  return Float64Array.from(referenceRows(file), (row) => {
    const value = row[field] ?? null;
    return value === null ? Number.NaN : Number(value);
  });
}

/** Every row, what is undefined included. */
export function expectSame(ours: Float64Array, expected: Float64Array): void {
  expect(ours).toHaveLength(expected.length);
  const differing = Array.from(expected, (value, row) => ({ row, expected: value, value: ours[row]! })).filter(
    ({ expected: wanted, value }) =>
      !(Number.isNaN(wanted) ? Number.isNaN(value) : Math.abs(value - wanted) <= TOLERANCE * Math.max(1, Math.abs(wanted))),
  );
  expect({ count: differing.length, first: differing.slice(0, 3) }).toEqual({ count: 0, first: [] });
  expect(expected.some((value) => !Number.isNaN(value))).toBe(true);
}
