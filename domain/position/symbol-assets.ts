/**
 * Which assets a unified symbol (ccxt's form) moves: `BTC/USDT` is spot, `ETH/USDT:USDT` a linear perpetual settled in
 * USDT. Owns only the reading of the name, so that fills can be folded without looking an instrument up. Refuses inverse
 * contracts (settled in the base asset), whose P&L is another formula.
 */
import { DstaError, invalid } from "../kernel/errors.ts";

export interface SymbolAssets {
  readonly base: string;
  readonly quote: string;
  readonly kind: "spot" | "linear";
}

const SYMBOL = /^([^/:]+)\/([^/:]+)(?::([^/:]+))?$/;

/** The symbol read last: fills come in runs of one symbol. */
let last: { readonly symbol: string; readonly assets: SymbolAssets } | null = null;

/** @throws {DstaError} VALIDATION_ERROR; UNSUPPORTED_SYMBOL for a contract not settled in its quote asset. */
export function symbolAssets(symbol: string): SymbolAssets {
  if (last === null || last.symbol !== symbol) last = { symbol, assets: readSymbol(symbol) };
  return last.assets;
}

function readSymbol(symbol: string): SymbolAssets {
  const [, base, quote, settle] = SYMBOL.exec(symbol) ?? [];
  if (base === undefined || quote === undefined) throw invalid("symbol", "a symbol such as BTC/USDT or ETH/USDT:USDT", symbol);
  if (settle !== undefined && settle !== quote) {
    throw new DstaError("UNSUPPORTED_SYMBOL", `symbol: ${symbol} settles in ${settle}, only contracts settled in ${quote} are supported`, {
      data: { symbol },
    });
  }
  return { base, quote, kind: settle === undefined ? "spot" : "linear" };
}
