/**
 * Columns as one Parquet file that pandas, DuckDB and our own reader open: times as UTC timestamps in milliseconds,
 * numbers as doubles, counts as 32-bit integers, texts as UTF-8. Snappy, 100,000 rows a group. The same columns give the
 * same bytes.
 */
import { parquetWriteBuffer } from "hyparquet-writer";
import type { DataColumn } from "./columns.ts";

const TYPES = { time: "TIMESTAMP", number: "DOUBLE", count: "INT32", text: "STRING" } as const;

export function toParquet(columns: readonly DataColumn[]): Buffer {
  const columnData = columns.map(({ name, type, values }) => ({
    name,
    type: TYPES[type],
    nullable: true,
    data: type === "time" ? values.map((value) => (value === null ? null : new Date(value))) : [...values],
  }));
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100_000, createdBy: "dsta" }));
}
