/**
 * A symbol as the last token of a subject, where "." parts tokens and "/" and ":" are better left out:
 * BTC/USDT is BTC-USDT, the perpetual ETH/USDT:USDT is ETH-USDT_USDT. Reversible: a base currency has no "-", and no
 * currency has "_".
 */
import { invalid } from "../../kernel/errors.ts";

export const SYMBOL = /^[^./:_\s*>-]+\/[^./:_\s*>-]+(?::[^./:_\s*>]+)?$/;
const TOKEN = /^[^./:_\s*>-]+-[^./:_\s*>-]+(?:_[^./:_\s*>]+)?$/;

/** @throws {DstaError} VALIDATION_ERROR for a text that is no symbol */
export function symbolToken(symbol: string): string {
  if (!SYMBOL.test(symbol)) throw invalid("symbol", "a symbol such as BTC/USDT or ETH/USDT:USDT", symbol);
  return symbol.replace("/", "-").replace(":", "_");
}

/** @throws {DstaError} VALIDATION_ERROR for a token that `symbolToken` does not make */
export function symbolOfToken(token: string): string {
  if (!TOKEN.test(token)) throw invalid("token", "a symbol's token such as BTC-USDT or ETH-USDT_USDT", token);
  return token.replace("-", "/").replace("_", ":");
}
