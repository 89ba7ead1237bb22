/**
 * Tables of times and numbers, whatever file they lie in: which columns matter (`TablePlan`) and who takes the rows
 * (`TableSink`). Bars and funding rates are two plans over the same readers.
 */
import { findColumns, findNamed, readTime } from "../../venues/replay/candle-row.ts";
import { readNumberText } from "./cell-bytes.ts";

export interface TablePlan {
  readonly time: number;
  /** -1: the table names no symbols. */
  readonly symbol: number;
  /** Column of each value; -1: the table has none, every row has the value in `absent`. */
  readonly values: readonly number[];
  readonly names: readonly string[];
  /** Of a column the table lacks and of an empty cell; NaN: such a row is malformed. */
  readonly absent: readonly number[];
  /** False when the first row is data already. */
  readonly hasHeader: boolean;
  /** Cells every row must have. */
  readonly width: number;
}

export interface TableSink {
  /** The plan, once, before the first row. */
  start(plan: TablePlan): void;
  /** `values` is reused for the next row. The symbol is as spelled in the row; null when the table names none. */
  row(spelling: string | null, timeMs: number, values: Float64Array, line: number): void;
  /** A row that cannot be a row of this table: too few cells. */
  malformed(spelling: string | null, line: number, why: string): void;
}

/** Finds its columns in the first row of a table, or says which one is missing. */
export type Planner = (firstRow: readonly string[]) => TablePlan | string;

export const BAR_VALUES = ["open", "high", "low", "close", "volume"] as const;
const BAR_ABSENT = [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0];
const RATE_NAMES = ["fundingrate", "rate", "lastfundingrate", "funding"];

/** time, open, high, low, close and, when there are, volume and symbol; by name in any case, or in that order without a header. */
export const planBars: Planner = (firstRow) => {
  if (isBarRow(firstRow)) {
    const values = [1, 2, 3, 4, firstRow.length > 5 ? 5 : -1];
    return planOf(firstRow, { time: 0, symbol: -1, values, names: BAR_VALUES, absent: BAR_ABSENT, hasHeader: false });
  }
  const found = findColumns(firstRow);
  if (typeof found === "string") return found;
  const values = BAR_VALUES.map((name) => found[name]);
  const twice = values.find(
    (column) => column !== -1 && firstRow.some((name, index) => index !== column && isSame(name, firstRow[column]!)),
  );
  if (twice !== undefined) return `the header has two columns named ${firstRow[twice]} (found ${firstRow.join(", ")})`;
  return planOf(firstRow, { time: found.time, symbol: found.symbol, values, names: BAR_VALUES, absent: BAR_ABSENT, hasHeader: true });
};

function isSame(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** time and funding rate (a share of the notional), by name in any case. */
export const planFunding: Planner = (firstRow) => {
  const { time, symbol, find } = findNamed(firstRow);
  const rate = find(RATE_NAMES);
  if (time === -1 || rate === -1) return `the header has no ${time === -1 ? "time" : "funding rate"} column (found ${firstRow.join(", ")})`;
  return planOf(firstRow, { time, symbol, values: [rate], names: ["funding rate"], absent: [Number.NaN], hasHeader: true });
};

function planOf(firstRow: readonly string[], plan: Omit<TablePlan, "width">): TablePlan {
  const width = plan.hasHeader ? Math.max(plan.time, plan.symbol, ...plan.values) + 1 : Math.min(firstRow.length, 6);
  return { ...plan, width };
}

function isBarRow(cells: readonly string[]): boolean {
  const numbers = cells.slice(1, 5).map(readNumberText);
  return readTime(cells[0] ?? "") !== null && numbers.length === 4 && numbers.every((value) => value !== null && Number.isFinite(value));
}
