/**
 * Reads one row of a candle table: which columns matter, how times are written, which values are sound, what symbol a
 * spelling or a file's name means. One place for replay and research: both read the same file the same way.
 * Times: numbers in s, ms, µs or ns since the epoch (told by size), or ISO 8601; without a zone it is UTC.
 */
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { parseSymbol } from "../../domain/instrument/symbol.ts";

export interface CandleColumns {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** -1 when the table has none. */
  readonly volume: number;
  /** -1 when the table has none. */
  readonly symbol: number;
}

export interface CandleRow {
  readonly symbol: string;
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const PRICES = ["open", "high", "low", "close"] as const;
const TIME_NAMES = ["timestamp", "time", "date", "datetime", "opentime", "ts", "unix", "unixtime", "opentimems", "timestampms", "timems"];
/** What pandas makes of an index without a name: an empty header, `Unnamed: 0`, `__index_level_0__` in Parquet. */
const INDEX_NAMES = ["", "unnamed0", "indexlevel0", "index"];
const SYMBOL_NAMES = ["symbol", "pair", "ticker", "instrument", "market"];
export const DELIMITERS = [",", ";", "\t"];
const VOLUME_NAMES = ["volume", "vol", "basevolume"];
const QUOTES = ["USDT", "USDC", "FDUSD", "BUSD", "USD", "EUR", "BTC", "ETH"];

/** Where times, symbols and any column called one of `wanted` (lower case, letters and digits) stand; -1: nowhere. */
export function findNamed(header: readonly string[]): {
  readonly time: number;
  readonly symbol: number;
  readonly find: (wanted: readonly string[]) => number;
} {
  const names = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
  const find = (wanted: readonly string[]): number => names.findIndex((name) => wanted.includes(name));
  const named = find(TIME_NAMES);
  return { time: named === -1 ? find(INDEX_NAMES) : named, symbol: find(SYMBOL_NAMES), find };
}

/** Finds the columns by name, in any case; the text names the first one that is missing. */
export function findColumns(header: readonly string[]): CandleColumns | string {
  const { time, symbol, find } = findNamed(header);
  const columns: CandleColumns = {
    time,
    open: find(["open", "o"]),
    high: find(["high", "h"]),
    low: find(["low", "l"]),
    close: find(["close", "c"]),
    volume: find(VOLUME_NAMES),
    symbol,
  };
  for (const name of ["time", ...PRICES] as const) {
    if (columns[name] === -1) return `the header has no ${name} column (found ${header.join(", ")})`;
  }
  return columns;
}

/** The row, or why it is unusable. */
export function readRow(cells: readonly string[], columns: CandleColumns, symbol: string): CandleRow | string {
  const openTimeMs = readTime(cells[columns.time] ?? "");
  if (openTimeMs === null) return `time: expected s, ms or ISO 8601, got ${JSON.stringify(cells[columns.time] ?? "")}`;
  const [open, high, low, close] = PRICES.map((name) => Number(cells[columns[name]] || Number.NaN)) as [number, number, number, number];
  const bad = [open, high, low, close].findIndex((value) => !(Number.isFinite(value) && value > 0));
  if (bad !== -1) return `${PRICES[bad]}: expected a positive number, got ${JSON.stringify(cells[columns[PRICES[bad]!]] ?? "")}`;
  if (high < Math.max(open, close) || low > Math.min(open, close)) return "expected low ≤ open, close ≤ high";
  const volume = columns.volume === -1 ? 0 : Number(cells[columns.volume] ?? "");
  if (!(Number.isFinite(volume) && volume >= 0))
    return `volume: expected a number of at least 0, got ${JSON.stringify(cells[columns.volume] ?? "")}`;
  return { symbol, openTimeMs, open, high, low, close, volume };
}

/** `BTC/USDT`, `BTC-USDT`, `BTC_USDT` and `BTCUSDT` to `BTC/USDT`; a bare `BTC` is taken as quoted in USDT; null: no symbol. */
export function unifySymbol(text: string): string | null {
  const spelled = text.trim().toUpperCase().replace(/[_-]/, "/");
  if (/^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?$/.test(spelled)) return parseSymbol(spelled);
  if (!/^[A-Z0-9]{1,30}$/.test(spelled)) return null;
  // WBTC and STETH are assets, ADABTC and XRPETH pairs: a coin counts as the quote only after three letters.
  const quote = QUOTES.find(
    (asset) => spelled.endsWith(asset) && spelled.length >= asset.length + (asset === "BTC" || asset === "ETH" ? 3 : 1),
  );
  return quote === undefined
    ? parseSymbol(`${spelled.slice(0, 20)}/USDT`)
    : parseSymbol(`${spelled.slice(0, -quote.length).slice(0, 20)}/${quote}`);
}

/** `binance-btcusdt-1m-2025.csv.gz` is BTC/USDT; null for a name without a pair: a guess would trade the wrong market. */
export function symbolOfName(file: string): string | null {
  const words = basename(file)
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
  const pair = words.find((word) => /^[A-Z0-9]{2,10}(USDT|USDC|FDUSD|BUSD|USD|EUR|BTC|ETH)$/.test(word));
  return pair === undefined ? null : unifySymbol(pair);
}

/** The cells of one line, trimmed. Most tables have no quotes; then a split says the same as the parser, ten times faster. */
export function cellsOfLine(line: string, delimiter: string): readonly string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const [cells = []] = parse(line, { delimiter, relax_column_count: true, relax_quotes: true, trim: true });
  return cells;
}

/** UTC ms, or null. */
export function readTime(text: string): number | null {
  const cell = text.trim();
  // By its digits, not as a float: 19 digits of ns are more than a float holds.
  if (/^[1-9]\d{8,18}$/.test(cell)) {
    if (cell.length >= 18) return Number(cell.slice(0, -6));
    if (cell.length >= 15) return Number(cell.slice(0, -3));
    return cell.length >= 12 ? Number(cell) : Number(cell) * 1_000;
  }
  if (/^\d+(\.\d+)?$/.test(cell)) {
    const value = Number(cell);
    if (value >= 1e17) return Math.floor(value / 1e6);
    if (value >= 1e14) return Math.floor(value / 1e3);
    if (value >= 1e11) return Math.floor(value);
    return value >= 1e8 ? Math.round(value * 1_000) : null;
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(cell)) return null;
  const hasTime = cell.length > 10;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(cell.slice(10)) || / UTC$/i.test(cell);
  const iso = cell.replace(/ UTC$/i, "Z").replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T");
  const parsed = Date.parse(hasTime && !hasZone ? `${iso}Z` : iso);
  return Number.isNaN(parsed) ? null : parsed;
}
