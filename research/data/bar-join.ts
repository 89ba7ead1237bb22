/**
 * Parts of one symbol to one table in order of time. Rows of a later part whose time is taken are duplicates: the earlier
 * part's row stays. The interval is the commonest distance of neighbours; a part that never has it is of another
 * interval and refused, for its bars would overlap.
 */
import { BAR_COLUMNS, type BarTable, newBarTable, rowsOf } from "../../domain/market/bar-table.ts";
import type { BarPart } from "./bar-part.ts";
import { dataBad } from "./data-errors.ts";
import type { FindingLog } from "./findings.ts";

/** @param givenMs the interval of a single bar, which has no neighbour. @throws {DstaError} DATA_BAD */
export function joinParts(venue: string, parts: readonly BarPart[], givenMs: number | undefined, log: FindingLog): BarTable {
  const ordered = parts.toSorted((a, b) => a.columns[0]![0]! - b.columns[0]![0]!);
  const [first] = ordered;
  const symbol = first!.symbol;
  let rows = columnsOf(first!);
  for (const part of ordered.slice(1)) rows = mergeRows(rows, part, log);
  const times = rows[0]!;
  const intervalMs = commonestDistance(times, times.length) ?? givenMs;
  if (intervalMs === undefined) throw dataBad(first!.file, `expected at least two bars of ${symbol}, to tell their interval`);
  for (const part of ordered) refuseOtherInterval(part, intervalMs);
  const table = newBarTable({ venue, symbol, intervalMs }, times.length);
  for (const [index, name] of BAR_COLUMNS.entries()) table[name].set(rows[index]!);
  return table;
}

/** The commonest distance of neighbours in ms, the shorter of two as common; null below two rows. */
export function commonestDistance(timeMs: Float64Array, rows: number): number | null {
  const votes = new Map<number, number>();
  let best: number | null = null;
  let most = 0;
  for (let row = 1; row < rows; row++) {
    const distance = timeMs[row]! - timeMs[row - 1]!;
    const count = (votes.get(distance) ?? 0) + 1;
    votes.set(distance, count);
    if (count > most || (count === most && distance < best!)) [best, most] = [distance, count];
  }
  return best;
}

/** Counts holes, bars off the grid and bars without volume of a joined table. */
export function inspectTable(table: BarTable, file: string, log: FindingLog): void {
  const { symbol, openTimeMs, intervalMs } = table;
  const gaps = gapsOf(table);
  if (gaps.length > 0) {
    const missing = gaps.reduce((sum, gap) => sum + gap.missingBars, 0);
    const [gap] = gaps;
    const first = `the first after ${iso(gap!.lastBeforeMs)}, up to ${iso(gap!.firstAfterMs)} (${gap!.missingBars})`;
    const example = `${missing} bars missing; ${first}`;
    log.add({ kind: "gap", symbol, file, count: gaps.length, firstMs: gap!.lastBeforeMs + intervalMs, example });
  }
  countRows(
    table,
    (row) => row > 0 && (openTimeMs[row]! - openTimeMs[row - 1]!) % intervalMs !== 0,
    (count, firstMs) => {
      const example = `the bar of ${iso(firstMs)} is no multiple of ${intervalMs} ms after the one before it`;
      log.add({ kind: "off-grid", symbol, file, count, firstMs, example });
    },
  );
  countRows(
    table,
    (row) => table.volume[row] === 0,
    (count, firstMs) => {
      if (count === rowsOf(table)) return;
      log.add({ kind: "zero-volume", symbol, file, count, firstMs, example: `the bar of ${iso(firstMs)} has volume 0` });
    },
  );
}

export interface Gap {
  readonly lastBeforeMs: number;
  readonly firstAfterMs: number;
  readonly missingBars: number;
}

/** Every hole of at least one bar, oldest first. */
export function gapsOf({ openTimeMs, intervalMs }: Pick<BarTable, "openTimeMs" | "intervalMs">): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let row = 1; row < openTimeMs.length; row++) {
    const lastBeforeMs = openTimeMs[row - 1]!;
    const firstAfterMs = openTimeMs[row]!;
    const missingBars = Math.ceil((firstAfterMs - lastBeforeMs) / intervalMs) - 1;
    if (missingBars > 0) gaps.push({ lastBeforeMs, firstAfterMs, missingBars });
  }
  return gaps;
}

/** In a thin market a few bars may never be neighbours; this many that never are belong to another interval. */
const TELLING_ROWS = 20;

function refuseOtherInterval({ file, symbol, columns, rows }: BarPart, intervalMs: number): void {
  const times = columns[0]!;
  if (rows < TELLING_ROWS) return;
  for (let row = 1; row < rows; row++) if (times[row]! - times[row - 1]! === intervalMs) return;
  const got = commonestDistance(times, rows);
  throw dataBad(file, `expected bars of ${symbol} every ${intervalMs} ms as in the other files, got every ${got} ms`);
}

type Rows = readonly Float64Array[];

function columnsOf(part: BarPart): Rows {
  return part.columns.map((column) => column.subarray(0, part.rows));
}

function mergeRows(left: Rows, part: BarPart, log: FindingLog): Rows {
  const right = columnsOf(part);
  const leftTimes = left[0]!;
  const rightTimes = right[0]!;
  const merged = left.map((column) => new Float64Array(column.length + part.rows));
  let rows = 0;
  let row = 0;
  for (let index = 0; index <= part.rows; index++) {
    const untilMs = index < part.rows ? rightTimes[index]! : Infinity;
    const start = row;
    while (row < leftTimes.length && leftTimes[row]! < untilMs) row++;
    for (let column = 0; column < merged.length; column++) merged[column]!.set(left[column]!.subarray(start, row), rows);
    rows += row - start;
    if (index === part.rows) break;
    if (leftTimes[row] === untilMs) {
      reportDuplicate(left, row, part, index, log);
      continue;
    }
    for (let column = 0; column < merged.length; column++) merged[column]![rows] = right[column]![index]!;
    rows++;
  }
  return merged.map((column) => column.subarray(0, rows));
}

function reportDuplicate(left: Rows, row: number, part: BarPart, index: number, log: FindingLog): void {
  const timeMs = left[0]![row]!;
  const isSame = left.every((column, at) => column[row] === part.columns[at]![index]);
  const place = { symbol: part.symbol, file: part.file, line: part.lineOf(index) };
  const where = `${iso(timeMs)} is in an earlier file already`;
  if (isSame) log.row("duplicate", "identical", place, timeMs, () => `${where}, identical`);
  else log.row("duplicate", "differing", place, timeMs, () => `${where}, with other values; the first stays`);
}

function countRows(table: BarTable, isAtFault: (row: number) => boolean, report: (count: number, firstMs: number) => void): void {
  let count = 0;
  let firstMs = 0;
  for (let row = 0; row < rowsOf(table); row++) {
    if (!isAtFault(row)) continue;
    if (count === 0) firstMs = table.openTimeMs[row]!;
    count++;
  }
  if (count > 0) report(count, firstMs);
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
