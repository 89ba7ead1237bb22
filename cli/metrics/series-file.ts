/**
 * One series of numbers from a CSV file, plain or compressed: returns or equity, with or without times, with or without a
 * header. Owns how the columns are found: by name, else the only column of numbers; times in a column of a known or no
 * name, or in the first one. Row numbers, as pandas writes them, are no times. Refuses, with file and line, what is not a
 * number, not a time or out of order; only the very first value of returns may be missing, as a percentage change leaves it.
 *
 * Bound: 256 MiB of text; a larger file is refused.
 */
import { chunksOf, factsOf } from "../../research/data/file-bytes.ts";
import { readNumberText } from "../../research/data/cell-bytes.ts";
import { dataBad, dataEmpty, type DataFile, dataUnreadable } from "../../research/data/data-errors.ts";
import { cellsOfLine, DELIMITERS, findNamed, readTime } from "../../venues/replay/candle-row.ts";

export type SeriesKind = "returns" | "equity";

export interface SeriesFile {
  readonly name: string;
  /** Null of a file without times. */
  readonly timeMs: Float64Array | null;
  readonly value: Float64Array;
}

interface Columns {
  /** -1: none. */
  readonly time: number;
  readonly value: number;
  readonly hasHeader: boolean;
}

interface Line {
  readonly number: number;
  readonly cells: readonly string[];
}

const MAX_BYTES = 268_435_456;
const NAMES: Readonly<Record<SeriesKind, readonly string[]>> = {
  returns: ["returns", "return", "ret", "value"],
  equity: ["equity", "value", "balance", "nav"],
};

/** @throws {DstaError} DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE or DATA_BAD, naming the file and the line. */
export async function readSeries(path: string, kind: SeriesKind): Promise<SeriesFile> {
  const file = { name: path, path };
  const lines = linesOf(await textOf(file));
  const [first, second] = lines;
  if (first === undefined) throw dataEmpty(path, `the file holds no rows, expected rows of ${kind}`);
  const columns = columnsOf(first, second, kind, path);
  const rows = columns.hasHeader ? lines.slice(1) : lines;
  const isStart = kind === "returns" && rows[0] !== undefined && Number.isNaN(readNumberText(rows[0].cells[columns.value] ?? ""));
  const kept = isStart ? rows.slice(1) : rows;
  if (kept.length === 0) throw dataEmpty(path, `the file holds no rows of ${kind}`);
  return {
    name: path,
    value: Float64Array.from(kept, (line) => valueOf(line, columns.value, kind, path)),
    timeMs: columns.time === -1 ? null : timesOf(kept, columns.time, path),
  };
}

async function textOf(file: DataFile): Promise<string> {
  const { form } = await factsOf(file);
  if (form === "parquet") throw dataUnreadable(file.name, "expected CSV (plain, gzip or zstd), got Parquet");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(file, form)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw dataUnreadable(file.name, `expected at most ${MAX_BYTES} bytes of text`);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
}

function linesOf(text: string): readonly Line[] {
  const lines = text.split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "") ?? "";
  const delimiter = DELIMITERS.find((sign) => first.includes(sign)) ?? ",";
  return lines.flatMap((line, index) => (line.trim() === "" ? [] : [{ number: index + 1, cells: cellsOfLine(line, delimiter) }]));
}

function columnsOf(first: Line, second: Line | undefined, kind: SeriesKind, file: string): Columns {
  const hasHeader = first.cells.some((cell) => readNumberText(cell) === null && readTime(cell) === null);
  const row = hasHeader ? second : first;
  if (row === undefined) throw dataEmpty(file, `the file holds a header only, expected rows of ${kind}`);
  const header = hasHeader ? findNamed(first.cells) : null;
  const isTime = (column: number) => readTime(row.cells[column] ?? "") !== null;
  const named = header?.find(NAMES[kind]) ?? -1;
  const unnamed = header?.time ?? -1;
  const time = unnamed !== -1 ? unnamed : row.cells.length > 1 && named !== 0 && (isTime(0) || isRowNumber(row, first)) ? 0 : -1;
  const value = named !== -1 ? named : onlyNumbers(row, time);
  const isOther = kind === "returns" && named === -1 && header !== null && header.find(["equity", "balance", "nav"]) !== -1;
  if (isOther) throw dataUnreadable(file, "expected returns, got a column of equity: give the file as --equity", { line: first.number });
  if (value === null) {
    const expected = `expected a column called ${NAMES[kind].join(" or ")}, or one column of numbers`;
    throw dataUnreadable(file, `${expected} (found ${first.cells.join(", ")})`, { line: first.number });
  }
  const counts = time !== -1 && !isTime(time) && readNumberText(row.cells[time] ?? "") !== null;
  return { time: counts ? -1 : time, value, hasHeader };
}

/** A table without a header whose first column counts from 0 or 1. */
function isRowNumber(row: Line, first: Line): boolean {
  return row === first && (row.cells[0] === "0" || row.cells[0] === "1") && row.cells.length === 2;
}

function onlyNumbers({ cells }: Line, time: number): number | null {
  const numbers = cells.flatMap((cell, column) => (column !== time && readNumberText(cell) !== null ? [column] : []));
  return numbers.length === 1 ? numbers[0]! : null;
}

function valueOf({ cells, number }: Line, column: number, kind: SeriesKind, file: string): number {
  const cell = cells[column];
  if (cell === undefined) throw dataBad(file, `expected ${column + 1} cells at least, got ${cells.length}`, { line: number });
  const value = readNumberText(cell);
  if (value === null || !Number.isFinite(value)) {
    throw dataBad(file, `${kind}: expected a number, got ${cell === "" ? "an empty cell" : JSON.stringify(cell.slice(0, 40))}`, {
      line: number,
    });
  }
  if (kind === "returns" && value < -1) {
    throw dataBad(file, `returns: expected shares of at least -1 (0.01 is 1 %), got ${cell}`, { line: number });
  }
  return value;
}

function timesOf(rows: readonly Line[], column: number, file: string): Float64Array {
  let before = Number.NEGATIVE_INFINITY;
  return Float64Array.from(rows, ({ cells, number }) => {
    const cell = cells[column] ?? "";
    const timeMs = readTime(cell);
    if (timeMs === null)
      throw dataBad(file, `time: expected s, ms, µs, ns or ISO 8601, got ${JSON.stringify(cell.slice(0, 40))}`, { line: number });
    if (timeMs <= before) throw dataBad(file, "time: expected times in order, each once", { line: number });
    before = timeMs;
    return timeMs;
  });
}
