/**
 * Cash of the account in its currency: what was started with, plus what spot trading brought in, plus what perpetuals
 * realised, less the fees charged in quote. A perpetual's notional is not cash: only its result is.
 *
 * Equity = cash + Σ spot quantity · mark + Σ unrealised P&L of perpetuals − fees in third assets; exact while every quote
 * asset is the account's currency.
 */
import { type Decimal, add, mul, sub, ZERO } from "../kernel/decimal.ts";
import type { PositionsBook } from "./positions-book.ts";

/** Positions whose quote asset has no rate are left out. */
export function accountCash(book: PositionsBook): Decimal {
  let cash = book.terms.startEquity;
  for (const { assets, position } of book.entries()) {
    const rate = book.rateOf(assets.quote);
    if (rate === null) continue;
    const received = assets.kind === "spot" ? position.cashFlow : position.realisedPnl;
    cash = add(cash, mul(sub(received, position.feesByAsset.get(assets.quote) ?? ZERO), rate));
  }
  return cash;
}
