/**
 * Reads a Parquet table as rows of times and numbers, as pandas, polars and this program write them: timestamps, dates or
 * whole numbers for times, floats, decimals or whole numbers for values, text for symbols. Only the columns that matter
 * are decoded. Refuses columns of other types with their name.
 */
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema, type SchemaElement } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { readTime } from "../../venues/replay/candle-row.ts";
import { readNumberText } from "./cell-bytes.ts";
import { dataBad, type DataFile, dataEmpty, dataUnreadable } from "./data-errors.ts";
import type { Planner, TablePlan, TableSink } from "./table.ts";

/** Timestamps and dates as UTC ms. */
const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  timestampFromMicroseconds: (us: bigint) => Number(us / 1_000n),
  timestampFromNanoseconds: (ns: bigint) => Number(ns / 1_000_000n),
  dateFromDays: (days: number) => days * 86_400_000,
};

interface Columns {
  readonly timeMs: Float64Array;
  /** In the order of the plan. */
  readonly values: readonly Float64Array[];
  readonly spellings: string[];
}

/** @throws {DstaError} DATA_UNREADABLE, DATA_EMPTY or DATA_BAD naming file, row and column. */
export async function readParquet(file: DataFile, planner: Planner, sink: TableSink): Promise<void> {
  try {
    const source = await asyncBufferFromFile(file.path);
    const metadata = await parquetMetadataAsync(source);
    const elements = parquetSchema(metadata).children.map(({ element }) => element);
    const plan = planner(elements.map(({ name }) => name));
    if (typeof plan === "string") throw dataUnreadable(file.name, plan);
    if (Number(metadata.num_rows) === 0) throw dataEmpty(file.name, "the table has no rows");
    sink.start(plan);
    passRows(await readColumns(file, source, metadata, plan, elements), plan, sink);
  } catch (error) {
    if (isExpected(error) && error.type.startsWith("DATA_")) throw error;
    throw dataUnreadable(file.name, `expected a whole Parquet file (${messageOf(error)})`, { cause: error });
  }
}

async function readColumns(
  file: DataFile,
  source: Awaited<ReturnType<typeof asyncBufferFromFile>>,
  metadata: FileMetaData,
  plan: TablePlan,
  elements: readonly SchemaElement[],
): Promise<Columns> {
  const rows = Number(metadata.num_rows);
  const columns: Columns = {
    timeMs: new Float64Array(rows),
    values: plan.values.map((_, index) => new Float64Array(rows).fill(plan.absent[index]!)),
    spellings: [],
  };
  // Thrown where the reader calls back, an error would also be an unhandled rejection: it is kept and thrown at the end.
  let fault: Error | null = null;
  const refuse = (what: string, cell: unknown, row: number): void => {
    fault ??= dataBad(file.name, `${what}, got ${shown(cell)}`, { line: row + 1 });
  };
  const takers = new Map<string, (cell: unknown, row: number) => void>();
  const time = elements[plan.time]!;
  const isStamp = isTimestamp(time);
  takers.set(time.name, (cell, row) => {
    const timeMs = timeOf(cell, isStamp);
    if (timeMs === null) refuse("time: expected a time", cell, row);
    else columns.timeMs[row] = timeMs;
  });
  for (const [index, at] of plan.values.entries()) {
    const element = elements[at];
    if (element === undefined) continue;
    const column = columns.values[index]!;
    takers.set(element.name, (cell, row) => {
      const value = numberOf(cell, element);
      if (Number.isNaN(value)) refuse(`${plan.names[index]}: expected a number`, cell, row);
      else if (value !== null) column[row] = value;
    });
  }
  const symbol = elements[plan.symbol];
  if (symbol) takers.set(symbol.name, (cell, row) => (columns.spellings[row] = String(cell)));
  await parquetRead({
    file: source,
    metadata,
    columns: [...takers.keys()],
    compressors,
    parsers: PARSERS,
    onChunk: ({ columnName, columnData, rowStart, rowEnd }) => {
      const take = takers.get(columnName);
      if (!take) return;
      for (let row = rowStart; row < rowEnd; row++) take(columnData[row - rowStart], row);
    },
  });
  if (fault !== null) throw fault as Error;
  return columns;
}

function passRows({ timeMs, values, spellings }: Columns, plan: TablePlan, sink: TableSink): void {
  const row = new Float64Array(values.length);
  for (let index = 0; index < timeMs.length; index++) {
    for (let column = 0; column < row.length; column++) row[column] = values[column]![index]!;
    sink.row(plan.symbol === -1 ? null : spellings[index]!, timeMs[index]!, row, index + 1);
  }
}

/** The number; null when it is missing; NaN when it is none. */
function numberOf(cell: unknown, element: SchemaElement): number | null {
  if (typeof cell === "number") {
    if (Number.isNaN(cell)) return null;
    // The reader scales decimals in floats: 1.1 of 110 units comes back as 1.1000000000000001.
    return element.converted_type === "DECIMAL" ? Number(cell.toFixed(element.scale ?? 0)) : cell;
  }
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string") return Number.NaN;
  const value = readNumberText(cell);
  if (value === null) return Number.NaN;
  return Number.isNaN(value) ? null : value;
}

function timeOf(cell: unknown, isStamp: boolean): number | null {
  if (typeof cell === "number" && isStamp) return Number.isFinite(cell) ? cell : null;
  if (typeof cell === "bigint") {
    const value = Number(cell);
    return value >= 1e11 && value < 1e14 ? value : readTime(String(cell));
  }
  if (typeof cell === "number") return readTime(String(cell));
  return typeof cell === "string" ? readTime(cell) : null;
}

function isTimestamp({ type, converted_type, logical_type }: SchemaElement): boolean {
  const logical = logical_type?.type ?? "";
  return type === "INT96" || /^(DATE$|TIMESTAMP)/.test(converted_type ?? "") || logical === "TIMESTAMP" || logical === "DATE";
}

function shown(cell: unknown): string {
  return JSON.stringify(typeof cell === "bigint" ? cell.toString() : (cell ?? null)).slice(0, 40);
}
