/**
 * Reads one row of a candle table: which columns matter, how times are written, which values are sound.
 * Times: numbers in s, ms, µs or ns since the epoch (told by size), or ISO 8601; without a zone it is UTC.
 */
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
const TIME_NAMES = ["timestamp", "time", "date", "datetime", "opentime", "ts", "unix", "unixtime"];
const SYMBOL_NAMES = ["symbol", "pair", "ticker", "instrument", "market"];
const VOLUME_NAMES = ["volume", "vol", "basevolume"];
const QUOTES = ["USDT", "USDC", "FDUSD", "BUSD", "USD", "EUR", "BTC", "ETH"];

/** Finds the columns by name, in any case; the text names the first one that is missing. */
export function findColumns(header: readonly string[]): CandleColumns | string {
  const names = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
  const find = (wanted: readonly string[]): number => names.findIndex((name) => wanted.includes(name));
  const columns: CandleColumns = {
    time: find(TIME_NAMES),
    open: find(["open", "o"]),
    high: find(["high", "h"]),
    low: find(["low", "l"]),
    close: find(["close", "c"]),
    volume: find(VOLUME_NAMES),
    symbol: find(SYMBOL_NAMES),
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

/** UTC ms, or null. */
function readTime(text: string): number | null {
  const cell = text.trim();
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
