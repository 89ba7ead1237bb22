/**
 * Binance writes BTCUSDT where we write BTC/USDT (spot) or BTC/USDT:USDT (linear perpetual). The split is found by the
 * known quote assets, longest first; a symbol that ends in none of them is refused, never guessed.
 * Dated futures (BTCUSDT_240927) are not perpetuals and are refused too.
 * Source: the quoteAsset values of Binance exchangeInfo, spot and USD-M.
 */
import { parseSymbol } from "../../domain/instrument/symbol.ts";
import { invalid } from "../../domain/kernel/errors.ts";

const SPOT_QUOTES: readonly string[] = [
  "FDUSD",
  "USDT",
  "USDC",
  "BUSD",
  "TUSD",
  "USD1",
  "USDP",
  "USDS",
  "BIDR",
  "IDRT",
  "DOGE",
  "BVND",
  "EURI",
  "AEUR",
  "PAX",
  "DAI",
  "BTC",
  "ETH",
  "BNB",
  "XRP",
  "TRX",
  "SOL",
  "DOT",
  "EUR",
  "TRY",
  "GBP",
  "AUD",
  "BRL",
  "RUB",
  "UAH",
  "NGN",
  "ZAR",
  "PLN",
  "RON",
  "ARS",
  "JPY",
  "MXN",
  "CZK",
  "COP",
  "IDR",
];
const LINEAR_QUOTES: readonly string[] = ["USDT", "USDC", "BUSD", "BTC"];

export interface SymbolParts {
  readonly base: string;
  readonly quote: string;
  /** Unified: `BTC/USDT`, or `ETH/USDT:USDT` for a linear perpetual. */
  readonly symbol: string;
}

/** @throws {DstaError} VALIDATION_ERROR when the symbol has no known quote asset. Case is ignored. */
export function splitBinanceSymbol(venueSymbol: string, kind: "spot" | "linear"): SymbolParts {
  const text = venueSymbol.toUpperCase();
  const quotes = kind === "spot" ? SPOT_QUOTES : LINEAR_QUOTES;
  const quote = quotes.find((asset) => text.length > asset.length && text.endsWith(asset));
  if (quote === undefined || !/^[A-Z0-9]+$/.test(text)) {
    throw invalid("venueSymbol", `a Binance ${kind} symbol such as BTCUSDT, ending in one of ${quotes.join(", ")}`, venueSymbol);
  }
  const base = text.slice(0, -quote.length);
  const pair = `${base}/${quote}`;
  return { base, quote, symbol: parseSymbol(kind === "spot" ? pair : `${pair}:${quote}`, "venueSymbol") };
}

/** `BTC/USDT` and `BTC/USDT:USDT` to `BTCUSDT`. @throws {DstaError} VALIDATION_ERROR on text that is no symbol. */
export function binanceSymbol(symbol: string): string {
  const [pair = ""] = parseSymbol(symbol).split(":");
  return pair.replace("/", "");
}
