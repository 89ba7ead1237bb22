/**
 * Files to columns: reads, checks and joins the data of a run, slices it to the asked times, resamples it, and says what is
 * wrong with it before anything runs. The hash is of what the run sees, whatever the files' format, names or order.
 * Holes stay holes and faulty rows are left out and reported: nothing is made up.
 */
import { createHash } from "node:crypto";
import type { DataSpec, MarketSpec } from "../../domain/contract/research/spec.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { invalid } from "../../domain/kernel/errors.ts";
import { BAR_COLUMNS, type BarTable, resampleTable, rowAt, rowsOf, sliceBarTable } from "../../domain/market/bar-table.ts";
import { INTERVALS } from "../../domain/market/events.ts";
import type { L2Table } from "../../domain/simulation/l2/l2-table.ts";
import type { FundingTable } from "../../domain/simulation/backtest/types.ts";
import { readBarFile } from "./bar-file.ts";
import { gapsOf, inspectTable, joinParts } from "./bar-join.ts";
import type { BarPart } from "./bar-part.ts";
import { type DataFile, dataBad, dataEmpty } from "./data-errors.ts";
import { isRecording } from "./data-survey.ts";
import { factsOf } from "./file-bytes.ts";
import { type DataFinding, FindingLog } from "./findings.ts";
import { readFunding } from "./funding.ts";
import { instrumentOf } from "./instrument.ts";
import { loadRecording } from "./l2.ts";
import { MAX_SYMBOLS, venueOfFile } from "./symbols.ts";

/** Of files whose name starts with no known venue. */
const NO_VENUE = "csv";

export interface LoadOptions {
  /** Name in the spec to path. @throws {DstaError} DATA_NOT_FOUND */
  readonly resolve: (name: string) => string;
  readonly market: MarketSpec;
  /** A row that would be left out is an error. Default false. */
  readonly strict?: boolean;
}

export interface LoadedData {
  /** One a symbol, in the order the files show them; on shared memory. */
  readonly tables: readonly BarTable[];
  /** One a table, in the same order. */
  readonly instruments: readonly Instrument[];
  readonly funding: ReadonlyMap<string, FundingTable>;
  readonly findings: readonly DataFinding[];
  /** SHA-256, hex, of symbols, intervals and columns, and of the funding when there is. */
  readonly hash: string;
  readonly rows: number;
  /** Of recorded frames: the order book, and its whole bars, which `tables` holds as long as nobody cuts them. */
  readonly recording?: { readonly table: L2Table; readonly bars: BarTable };
}

/**
 * Bars that open at or after `fromMs` and close by `toMs`.
 * @throws {DstaError} DATA_NOT_FOUND, DATA_EMPTY, DATA_UNREADABLE or DATA_BAD naming the file; VALIDATION_ERROR for an
 *   interval the data cannot be resampled to, or a `toMs` not after `fromMs`.
 */
export async function loadData(spec: DataSpec, options: LoadOptions): Promise<LoadedData> {
  const range = { fromMs: spec.fromMs ?? 0, toMs: spec.toMs ?? Number.POSITIVE_INFINITY };
  if (range.toMs <= range.fromMs) throw invalid("toMs", `a time after fromMs (${range.fromMs})`, range.toMs);
  const log = new FindingLog(options.strict ?? false);
  const files = spec.files.map((name): DataFile => ({ name, path: options.resolve(name) }));
  if (await isRecorded(files[0]!)) return ofRecording(files, spec, log);
  const partsBySymbol = new Map<string, BarPart[]>();
  for (const file of files) {
    for (const part of await readBarFile(file, spec.symbol, log)) {
      const parts = partsBySymbol.get(part.symbol);
      if (parts) parts.push(part);
      else partsBySymbol.set(part.symbol, [part]);
    }
    if (partsBySymbol.size > MAX_SYMBOLS) throw dataBad(file.name, `expected at most ${MAX_SYMBOLS} symbols in all files together`);
  }
  const tables: BarTable[] = [];
  for (const [symbol, parts] of partsBySymbol) {
    const table = tableOf(parts, spec, range, log);
    if (table !== null) tables.push(table);
    // Parts of other symbols are still waiting: those done give their memory back.
    partsBySymbol.set(symbol, []);
  }
  if (tables.length === 0) throw dataEmpty(files[0]!.name, `no bars between ${shownMs(range.fromMs)} and ${shownMs(range.toMs)}`);
  const rates = spec.funding.map((name): DataFile => ({ name, path: options.resolve(name) }));
  const symbols = tables.map(({ symbol }) => symbol);
  const funding = await readFunding(rates, symbols, range, log);
  return {
    tables,
    instruments: tables.map((table) => instrumentOf(table, options.market)),
    funding,
    findings: log.all(),
    hash: hashOf(tables, funding),
    rows: tables.reduce((sum, table) => sum + rowsOf(table), 0),
  };
}

async function isRecorded(file: DataFile): Promise<boolean> {
  const { form } = await factsOf(file);
  return form !== "parquet" && isRecording(file, form);
}

/** Frames and the bars of one second (or longer, when asked) that their trades make. */
async function ofRecording(files: readonly DataFile[], spec: DataSpec, log: FindingLog): Promise<LoadedData> {
  const range = { toMs: spec.toMs ?? Number.POSITIVE_INFINITY, intervalMs: INTERVALS[spec.interval ?? "1s"] };
  const { table, instrument, bars, findings, hash } = await loadRecording(files, range);
  const rows = rowsOf(bars);
  if (rows === 0) throw dataEmpty(files[0]!.name, "the recording has no whole bar");
  for (const finding of findings) log.add(finding);
  const recording = { table, bars };
  return { tables: [bars], instruments: [instrument], funding: new Map(), findings: log.all(), hash, rows, recording };
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Null when the symbol has no bars in the range; then a finding says so. */
function tableOf(parts: readonly BarPart[], spec: DataSpec, range: Range, log: FindingLog): BarTable | null {
  const file = parts[0]!.file;
  const venue = spec.venue ?? venueOfFile(file) ?? NO_VENUE;
  const wantedMs = spec.interval === undefined ? undefined : INTERVALS[spec.interval];
  const joined = joinParts(venue, parts, wantedMs, log);
  inspectTable(within(joined, range), file, log);
  const table = wantedMs === undefined ? joined : resampled(joined, wantedMs, file, log);
  const result = within(table, range);
  if (rowsOf(result) > 0) return result;
  const { symbol, openTimeMs } = joined;
  const covered = `${shownMs(openTimeMs[0]!)} to ${shownMs(openTimeMs.at(-1)!)}`;
  const example = `${file}: no bars of ${symbol} in the asked times, it is left out; the file has ${covered}`;
  log.add({ kind: "gap", symbol, file, count: 1, firstMs: range.fromMs, example });
  return null;
}

function within(table: BarTable, { fromMs, toMs }: Range): BarTable {
  const start = rowAt(table, fromMs);
  // The first bar that is still open at `toMs` is the end: nothing after it is seen.
  const end = rowAt(table, toMs - table.intervalMs + 0.5);
  return sliceBarTable(table, start, Math.max(start, end));
}

function resampled(table: BarTable, wantedMs: number, file: string, log: FindingLog): BarTable {
  const { intervalMs, symbol } = table;
  if (intervalMs === wantedMs) return table;
  if (wantedMs % intervalMs !== 0)
    throw invalid(
      "interval",
      `a multiple of the ${shownLength(intervalMs)} between the bars of ${symbol} in ${file}`,
      shownLength(wantedMs),
    );
  const result = resampleTable(table, wantedMs);
  const firstMs = table.openTimeMs[0]!;
  const partial = firstMs % wantedMs === 0 ? "" : "; the first one starts within its time";
  const holes = gapsOf(table).length === 0 ? "" : "; holes make bars of fewer";
  const endMs = table.openTimeMs.at(-1)! + intervalMs;
  const open = endMs % wantedMs === 0 ? "" : "; the last one is not over and left out";
  const lengths = `${rowsOf(table)} bars of ${shownLength(intervalMs)} to ${rowsOf(result)} of ${shownLength(wantedMs)}`;
  const example = `${lengths}${partial}${open}${holes}`;
  log.add({ kind: "resampled", symbol, file, count: rowsOf(result), firstMs, example });
  return result;
}

function hashOf(tables: readonly BarTable[], funding: ReadonlyMap<string, FundingTable>): string {
  const hash = createHash("sha256");
  const bySymbol = tables.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
  for (const table of bySymbol) {
    hash.update(`bars ${table.symbol} ${table.intervalMs} ${rowsOf(table)}\n`);
    for (const name of BAR_COLUMNS) hash.update(bytesOf(table[name]));
    const rates = funding.get(table.symbol);
    if (!rates) continue;
    hash.update(`funding ${table.symbol} ${rates.timeMs.length}\n`);
    hash.update(bytesOf(rates.timeMs)).update(bytesOf(rates.rate));
  }
  return hash.digest("hex");
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** By its name where it has one, such as 1h. */
function shownLength(intervalMs: number): string {
  const named = Object.entries(INTERVALS).find(([, ms]) => ms === intervalMs);
  return named?.[0] ?? `${intervalMs / 1_000} s`;
}

function shownMs(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : "the end";
}
