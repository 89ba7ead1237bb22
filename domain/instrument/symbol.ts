/**
 * Symbols and the names built from them. Unified symbols follow ccxt: `BTC/USDT` is spot, `ETH/USDT:USDT` a linear
 * perpetual settled in USDT. In URL paths the slash is a dash: `BTC-USDT`, `ETH-USDT:USDT`.
 */
import { invalid } from "../kernel/errors.ts";

const SYMBOL = /^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?$/;

/** `BTC/USDT`, `BTC-USDT` or `btc/usdt` to `BTC/USDT`. @throws {DstaError} VALIDATION_ERROR */
export function parseSymbol(text: string, field = "symbol"): string {
  const symbol = text.toUpperCase().replace("-", "/");
  if (!SYMBOL.test(symbol)) throw invalid(field, "a symbol such as BTC/USDT or BTC-USDT", text);
  return symbol;
}

/** The form of a symbol that needs no escaping in a URL path. */
export function pathSymbol(symbol: string): string {
  return symbol.replace("/", "-");
}

/** Key of everything that exists once per venue and symbol: `sim:BTC/USDT`. */
export function marketKey(venue: string, symbol: string): string {
  return `${venue}:${symbol}`;
}
