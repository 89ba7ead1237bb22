/**
 * Which market rows belong to: the table's own column, else what the caller says, else the file's name. Research labels
 * markets and never sends orders to one, so a name without a pair is taken as it is: `prices.csv` is PRICES/USD.
 */
import { basename } from "node:path";
import { symbolOfName, unifySymbol } from "../../venues/replay/candle-row.ts";
import { dataBad } from "./data-errors.ts";

/** More symbols than this in one run are refused. */
export const MAX_SYMBOLS = 1_000;
const QUOTES = ["USDT", "USDC", "FDUSD", "BUSD", "USD", "EUR"];
/** Words of a name that tell no market: kinds of file, intervals, years and parts. */
const NO_MARKET = /^(CSV|TSV|TXT|GZ|ZST|PARQUET|PQ|\d+[SMHDW]?|OHLCV?)$/;
const VENUES = [
  "binance",
  "binanceusdm",
  "bitfinex",
  "bitmex",
  "bitstamp",
  "bittrex",
  "bybit",
  "coinbase",
  "deribit",
  "gateio",
  "htx",
  "huobi",
  "kraken",
  "kucoin",
  "okx",
];

/** Of files that name no symbol inside. */
export function symbolOfFile(name: string, given?: string): string {
  if (given !== undefined) return given;
  const words = wordsOf(name);
  const quote = words.findIndex((word, index) => index > 0 && QUOTES.includes(word) && !VENUES.includes(words[index - 1]!.toLowerCase()));
  const stem = words.filter((word) => !NO_MARKET.test(word) && !VENUES.includes(word.toLowerCase())).join("");
  return symbolOfName(name) ?? (quote === -1 ? `${stem.slice(0, 20) || "DATA"}/USD` : `${words[quote - 1]!.slice(0, 20)}/${words[quote]!}`);
}

/** The venue a file's name starts with; null when it names none that is known. */
export function venueOfFile(name: string): string | null {
  const [first = ""] = wordsOf(name);
  return VENUES.includes(first.toLowerCase()) ? first.toLowerCase() : null;
}

/** Unified symbols by their spelling in one file. */
export class Spellings {
  readonly #file: string;
  readonly #known = new Map<string, string>();

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws {DstaError} DATA_BAD for a spelling that is no symbol, or for one symbol too many. */
  symbol(spelling: string, line: number): string {
    const known = this.#known.get(spelling);
    if (known !== undefined) return known;
    const symbol = unifySymbol(spelling);
    if (symbol === null)
      throw dataBad(this.#file, `symbol: expected one such as BTC/USDT, got ${JSON.stringify(spelling.slice(0, 40))}`, { line });
    if (this.#known.size >= MAX_SYMBOLS) throw dataBad(this.#file, `expected at most ${MAX_SYMBOLS} symbols`, { line });
    this.#known.set(spelling, symbol);
    return symbol;
  }
}

function wordsOf(name: string): readonly string[] {
  return basename(name)
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== "");
}
