/**
 * Columns as CSV (RFC 4180, LF): a header, times as ISO 8601 in UTC, numbers as they are, an empty cell for an undefined
 * one. A text that a spreadsheet would run as a formula gets an apostrophe before it.
 */
import type { DataColumn } from "./columns.ts";

export function toCsv(columns: readonly DataColumn[]): string {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [columns.map(({ name }) => name).join(",")];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ type, values }) => cell(type, values[row] ?? null)).join(","));
  return `${lines.join("\n")}\n`;
}

function cell(type: DataColumn["type"], value: number | string | null): string {
  if (value === null) return "";
  if (typeof value === "number") return type === "time" ? new Date(value).toISOString() : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
