/**
 * The bars and the series of `dsta indicator`, from files: one symbol's table, the price that is asked for, and for two-series
 * indicators the other file's, joined at the bars both have. Refuses files of several symbols unless one is named.
 */
import { existsSync } from "node:fs";
import { dataSpec, marketSpec } from "../../domain/contract/research/spec.ts";
import type { IndicatorInput } from "../../domain/indicator/catalogue.ts";
import { BAR_COLUMNS, type BarTable, newBarTable, rowsOf } from "../../domain/market/bar-table.ts";
import type { Interval } from "../../domain/market/events.ts";
import type { DataFinding } from "../../research/data/findings.ts";
import { usage } from "../terminal.ts";

export const PRICES = ["close", "open", "high", "low", "volume", "hl2", "hlc3", "ohlc4"] as const;
export type Price = (typeof PRICES)[number];

export interface SourceOptions {
  readonly data?: readonly string[];
  readonly data2?: readonly string[];
  readonly symbol?: string;
  readonly symbol2?: string;
  readonly interval?: Interval;
  readonly from?: number;
  readonly to?: number;
}

export interface Source extends IndicatorInput {
  readonly bars: BarTable;
  readonly findings: readonly DataFinding[];
}

/** @throws {CliError} wrong usage; {DstaError} DATA_* naming the file */
export async function readSource(options: SourceOptions, price: Price): Promise<Source> {
  const first = await read(["--data", "--symbol"], options.data ?? [], options.symbol, options);
  if (options.data2 === undefined) return { bars: first.table, values: priceOf(first.table, price), findings: first.findings };
  const second = await read(["--data2", "--symbol2"], options.data2, options.symbol2, options);
  if (first.table.intervalMs !== second.table.intervalMs)
    throw usage(`--data2: expected bars of ${first.table.intervalMs} ms, as --data has, got ${second.table.intervalMs} ms; see --interval`);
  const [bars, others] = joined(first.table, second.table);
  if (rowsOf(bars) === 0) throw usage("--data2: it has no bar at a time of --data's");
  return {
    bars,
    values: priceOf(bars, price),
    second: priceOf(others, price),
    findings: [...first.findings, ...second.findings],
  };
}

async function read(
  [flag, symbolFlag]: readonly [string, string],
  files: readonly string[],
  symbol: string | undefined,
  { interval, from, to }: SourceOptions,
) {
  for (const file of files) if (!existsSync(file)) throw usage(`${flag}: there is no file ${file}`);
  const { loadData } = await import("../../research/data/load.ts");
  const asked = {
    files: [...files],
    ...(symbol === undefined ? {} : { symbol }),
    ...(interval === undefined ? {} : { interval }),
    ...(from === undefined ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
  };
  const spec = dataSpec.safeParse(asked);
  if (!spec.success) throw usage(`${flag}: ${spec.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")}`);
  const data = await loadData(spec.data, { resolve: (name) => name, market: marketSpec.parse({}) });
  const [only, ...more] = data.tables;
  const table = more.length === 0 ? only : data.tables.find((one) => one.symbol === symbol);
  if (table === undefined)
    throw usage(`${symbolFlag}: ${flag} has several, expected one of ${data.tables.map((one) => one.symbol).join(", ")}`);
  return { table, findings: data.findings.filter((finding) => finding.symbol === table.symbol) };
}

/** The rows of both tables at the times that both have. */
function joined(first: BarTable, second: BarTable): readonly [BarTable, BarTable] {
  const pairs: (readonly [number, number])[] = [];
  for (let row = 0, other = 0; row < rowsOf(first) && other < rowsOf(second);) {
    const apartMs = first.openTimeMs[row]! - second.openTimeMs[other]!;
    if (apartMs === 0) pairs.push([row, other]);
    if (apartMs <= 0) row += 1;
    if (apartMs >= 0) other += 1;
  }
  return [
    picked(
      first,
      pairs.map(([row]) => row),
    ),
    picked(
      second,
      pairs.map(([, row]) => row),
    ),
  ];
}

function picked(table: BarTable, rows: readonly number[]): BarTable {
  const result = newBarTable(table, rows.length);
  for (const name of BAR_COLUMNS) for (const [to, from] of rows.entries()) result[name][to] = table[name][from]!;
  return result;
}

function priceOf(bars: BarTable, price: Price): Float64Array {
  const { open, high, low, close } = bars;
  switch (price) {
    case "hl2":
      return close.map((_, row) => (high[row]! + low[row]!) / 2);
    case "hlc3":
      return close.map((value, row) => (high[row]! + low[row]! + value) / 3);
    case "ohlc4":
      return close.map((value, row) => (open[row]! + high[row]! + low[row]! + value) / 4);
    default:
      return bars[price];
  }
}
