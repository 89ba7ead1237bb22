/**
 * A recording of candles: CSV files of one or several symbols, any grouping, played in order of time.
 *
 * A table with a symbol column is first read once to learn its symbols; then every symbol is read by its own pass over
 * the files and the passes are merged, so a file grouped by symbol needs no memory for its length (at most 64 symbols).
 * The interval is the most frequent distance of bars among a symbol's first rows, one for the whole recording.
 * Rows that are unsound, out of order or repeated are counted and skipped. Increments: decimals of the prices seen.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, format, fromNumber, fromUnits } from "../../domain/kernel/decimal.ts";
import type { Bar } from "../../domain/market/events.ts";
import {
  type CandleColumns,
  type CandleRow,
  cellsOfLine,
  DELIMITERS,
  findColumns,
  readRow,
  symbolOfName,
  unifySymbol,
} from "./candle-row.ts";
import { mergeByTime } from "./merge.ts";
import { type ReadMeter, readLines } from "./recorded-file.ts";
import { type CandleRecording, countMalformed, emptyReadState, type ReadState, type RecordingOptions } from "./recording.ts";
import { unreadable } from "./unreadable.ts";

const SAMPLE_ROWS = 1_000;
const MAX_SYMBOLS = 64;
const NO_SYMBOL = "expected a column of symbols, a pair such as btcusdt in the file's name, or the symbol given with --symbol";
const MAX_DECIMALS = 9;
const QUANTITY_DECIMALS = 8;

interface PlacedRow extends CandleRow {
  readonly file: string;
  readonly line: number;
}

/** What the first reading learns of a symbol. */
interface SymbolSurvey {
  rows: number;
  firstMs: number;
  lastMs: number;
  priceDecimals: number;
  readonly distances: Map<number, number>;
}

export async function openCandles(files: readonly string[], totalBytes: number, options: RecordingOptions): Promise<CandleRecording> {
  const { surveys, isComplete } = await survey(files, options);
  if (surveys.size === 0) throw unreadable(files[0]!, "the table has no usable row");
  const symbols = [...surveys.keys()];
  const intervalMs = commonInterval(surveys);
  if (intervalMs === null) throw unreadable(files[0]!, "expected at least two bars of one symbol, to tell their interval");
  const venue = options.venue ?? "csv";
  const passes = symbols.length;
  return {
    kind: "candles",
    files,
    venue,
    instruments: symbols.map((symbol) => instrumentOf(venue, symbol, surveys.get(symbol)!.priceDecimals)),
    startMs: Math.min(...Array.from(surveys.values(), ({ firstMs }) => firstMs)),
    endMs: isComplete ? Math.max(...Array.from(surveys.values(), ({ lastMs }) => lastMs)) + intervalMs : null,
    totalBytes: totalBytes * passes,
    intervalMs,
    bars: (state) => mergeByTime(symbols.map((symbol, index) => barsOf(files, options, symbol, index === 0, { venue, intervalMs }, state))),
  };
}

/** Reads until the first rows of the only symbol are known, or everything when there is a symbol column. */
async function survey(
  files: readonly string[],
  options: RecordingOptions,
): Promise<{ surveys: Map<string, SymbolSurvey>; isComplete: boolean }> {
  const surveys = new Map<string, SymbolSurvey>();
  const isWanted = (symbol: string | null): boolean => symbol !== null && (options.symbols?.includes(symbol) ?? true);
  for await (const row of rowsOf(files, options, emptyReadState(), isWanted)) {
    const known = surveys.get(row.symbol);
    if (!known) {
      if (surveys.size >= MAX_SYMBOLS)
        throw unreadable(row.file, `expected at most ${MAX_SYMBOLS} symbols, name the ones to play`, row.line);
      surveys.set(row.symbol, {
        rows: 1,
        firstMs: row.openTimeMs,
        lastMs: row.openTimeMs,
        priceDecimals: decimalsOf(row),
        distances: new Map(),
      });
      continue;
    }
    known.rows++;
    const distance = row.openTimeMs - known.lastMs;
    if (known.rows <= SAMPLE_ROWS) {
      if (distance > 0) known.distances.set(distance, (known.distances.get(distance) ?? 0) + 1);
      known.priceDecimals = Math.max(known.priceDecimals, decimalsOf(row));
    } else if (!row.hasSymbol) {
      return { surveys, isComplete: false };
    }
    known.firstMs = Math.min(known.firstMs, row.openTimeMs);
    known.lastMs = Math.max(known.lastMs, row.openTimeMs);
  }
  return { surveys, isComplete: true };
}

/** Bars of one symbol in order of time; only the `isFirst` pass counts rows that no symbol can claim. */
async function* barsOf(
  files: readonly string[],
  options: RecordingOptions,
  symbol: string,
  isFirst: boolean,
  target: { readonly venue: string; readonly intervalMs: number },
  state: ReadState,
): AsyncGenerator<Bar> {
  let lastMs = Number.NEGATIVE_INFINITY;
  for await (const row of rowsOf(files, options, state, (found) => found === symbol || (found === null && isFirst))) {
    const { openTimeMs, open, high, low, close, volume } = row;
    if (openTimeMs <= lastMs) {
      countMalformed(state, row.file, row.line, `bar of ${symbol} opens at ${openTimeMs} ms, not after the one before it`);
      continue;
    }
    lastMs = openTimeMs;
    yield { venue: target.venue, symbol, intervalMs: target.intervalMs, openTimeMs, open, high, low, close, volume };
  }
}

/** Every sound row of an accepted symbol; unsound ones are counted. A symbol that cannot be read is null. */
async function* rowsOf(
  files: readonly string[],
  options: RecordingOptions,
  state: ReadState,
  accepts: (symbol: string | null) => boolean,
): AsyncGenerator<PlacedRow & { readonly hasSymbol: boolean }> {
  for (const file of files) {
    const fallback = options.symbol ?? symbolOfName(file);
    const symbols = new Map<string, string | null>();
    let columns: CandleColumns | null = null;
    for await (const { cells, line } of cellsOf(file, state)) {
      if (columns === null) {
        const found = findColumns(cells);
        if (typeof found === "string") throw unreadable(file, found, line);
        if (found.symbol === -1 && fallback === null) throw unreadable(file, NO_SYMBOL);
        columns = found;
        continue;
      }
      const symbol = columns.symbol === -1 ? fallback : remembered(symbols, cells[columns.symbol] ?? "");
      if (!accepts(symbol)) continue;
      const row =
        symbol === null
          ? `symbol: expected one such as BTC/USDT, got ${JSON.stringify(cells[columns.symbol])}`
          : readRow(cells, columns, symbol);
      if (typeof row === "string") countMalformed(state, file, line, row);
      else yield { ...row, hasSymbol: columns.symbol !== -1, file, line };
    }
  }
}

/** Spellings repeat on every row; a table of nonsense does not grow the memory. */
function remembered(symbols: Map<string, string | null>, spelling: string): string | null {
  const known = symbols.get(spelling);
  if (known !== undefined) return known;
  const symbol = unifySymbol(spelling);
  if (symbols.size < 1_000) symbols.set(spelling, symbol);
  return symbol;
}

/** Rows as cells. A row is one line: quoted line breaks, which no candle table has, make a malformed row. */
async function* cellsOf(file: string, meter: ReadMeter): AsyncGenerator<{ readonly cells: readonly string[]; readonly line: number }> {
  let delimiter: string | null = null;
  for await (const { text, number } of readLines(file, meter)) {
    if (text === "") continue;
    const row = number === 1 ? text.replace(/^\uFEFF/, "") : text;
    delimiter ??= DELIMITERS.find((sign) => row.includes(sign)) ?? ",";
    yield { cells: cellsOfLine(row, delimiter), line: number };
  }
}

function commonInterval(surveys: ReadonlyMap<string, SymbolSurvey>): number | null {
  let best: number | null = null;
  let votes = 0;
  for (const { distances } of surveys.values()) {
    for (const [distance, count] of distances) {
      if (count > votes || (count === votes && best !== null && distance < best)) [best, votes] = [distance, count];
    }
  }
  return best;
}

function decimalsOf(row: CandleRow): number {
  let most = 0;
  for (const price of [row.open, row.high, row.low, row.close]) {
    const text = format(fromNumber(price));
    const point = text.indexOf(".");
    if (point !== -1) most = Math.max(most, text.length - point - 1);
  }
  return Math.min(MAX_DECIMALS, most);
}

function instrumentOf(venue: string, symbol: string, priceDecimals: number): Instrument {
  const [pair = symbol] = symbol.split(":");
  const [base = pair, quote = "USDT"] = pair.split("/");
  const isLinear = symbol.includes(":");
  return {
    venue,
    symbol,
    base,
    quote,
    kind: isLinear ? "linear" : "spot",
    priceDecimals,
    quantityDecimals: QUANTITY_DECIMALS,
    tickSize: fromUnits(1, priceDecimals),
    lotSize: fromUnits(1, QUANTITY_DECIMALS),
    minQuantity: fromUnits(1, QUANTITY_DECIMALS),
    maxQuantity: decimal("9000000"),
    minNotional: fromUnits(1, priceDecimals),
    makerFeeRate: decimal(isLinear ? "0.0002" : "0.001"),
    takerFeeRate: decimal(isLinear ? "0.0005" : "0.001"),
  };
}
