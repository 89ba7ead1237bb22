/**
 * Positions as people see them: rows by owner, rows netted over owners, the account's P&L, a strategy's result.
 * Rows are in the symbol's quote asset, the account's P&L and strategy results in the account's currency. A position
 * without a mark shows `markPrice` null, its notional at cost and no unrealised P&L, and is listed in `unpriced`.
 */
import type { PortfolioPnl, PositionRow, StrategyPerformance } from "../contract/views.ts";
import { type Decimal, abs, add, div, format, mul, sub, toNumber, ZERO } from "../kernel/decimal.ts";
import { profitFactor, winRatio } from "./performance.ts";
import { averagePrice, thirdAssetFees, unrealisedPnl } from "./position.ts";
import type { PositionsBook } from "./positions-book.ts";
import type { PositionEntry } from "./positions-state.ts";

/** The part of one owner. */
export function positionRow(book: PositionsBook, entry: PositionEntry): PositionRow {
  const { position } = entry;
  return rowOf(book, entry, {
    strategyId: entry.strategyId,
    quantity: position.quantity,
    costBasis: position.costBasis,
    averagePrice: averagePrice(position),
    parts: [entry],
  });
}

/** Newest state of every position, open and closed; one strategy's when `strategyId` is given. */
export function positionRows(book: PositionsBook, strategyId?: string): PositionRow[] {
  const wanted = strategyId === undefined ? Array.from(book.entries()) : entriesOf(book, strategyId);
  return wanted.map((entry) => positionRow(book, entry));
}

/** One symbol netted over its owners, or null when it was never traded. Owners on opposite sides have no common average. */
export function netRow(book: PositionsBook, venue: string, symbol: string): PositionRow | null {
  const parts = book.market(venue, symbol);
  const [first] = parts;
  if (!first) return null;
  const quantity = parts.reduce((sum, { position }) => add(sum, position.quantity), ZERO);
  const costBasis = parts.reduce((sum, { position }) => add(sum, position.costBasis), ZERO);
  const opposed = parts.some(({ position }) => position.quantity > ZERO) && parts.some(({ position }) => position.quantity < ZERO);
  return rowOf(book, first, {
    strategyId: null,
    quantity,
    costBasis,
    averagePrice: opposed || quantity === ZERO ? null : div(costBasis, quantity),
    parts,
  });
}

export function portfolioPnl(book: PositionsBook): PortfolioPnl {
  const { account, currency, simulated, startEquity } = book.terms;
  const { realisedPnl, unrealisedPnl: unrealised, feesPaid, netPnl, unpriced } = book.totals;
  const startOfDay = toNumber(book.dayStartEquity);
  return {
    account,
    currency,
    simulated,
    equity: format(book.equity),
    startEquity: format(startEquity),
    realisedPnl: format(realisedPnl),
    unrealisedPnl: format(unrealised),
    feesPaid: format(feesPaid),
    netPnl: format(netPnl),
    dayPnl: format(book.dayPnl),
    dayPnlRatio: startOfDay > 0 ? toNumber(book.dayPnl) / startOfDay : 0,
    peakEquity: format(book.peakEquity),
    drawdownRatio: book.drawdownRatio,
    byStrategy: strategyIds(book).map((strategyId) => {
      const sum = totalOf(entriesOf(book, strategyId));
      return {
        strategyId,
        realisedPnl: format(sum.realisedPnl),
        unrealisedPnl: format(sum.unrealisedPnl),
        feesPaid: format(sum.feesPaid),
        netPnl: format(sum.netPnl),
      };
    }),
    unpriced: [...unpriced],
  };
}

/** A strategy's result from its fills; zeros when it has none. Positions whose quote asset has no rate are left out. */
export function strategyPerformance(book: PositionsBook, strategyId: string): StrategyPerformance {
  const entries = entriesOf(book, strategyId);
  const sum = totalOf(entries);
  let [volume, grossProfit, grossLoss, wins, closedTrades] = [ZERO, ZERO, ZERO, 0, 0];
  for (const { assets, position, performance } of entries) {
    wins += performance.wins;
    closedTrades += performance.closedTrades;
    const rate = book.rateOf(assets.quote);
    if (rate === null) continue;
    volume = add(volume, mul(position.volume, rate));
    grossProfit = add(grossProfit, mul(performance.grossProfit, rate));
    grossLoss = add(grossLoss, mul(performance.grossLoss, rate));
  }
  return {
    strategyId,
    realisedPnl: format(sum.realisedPnl),
    unrealisedPnl: format(sum.unrealisedPnl),
    feesPaid: format(sum.feesPaid),
    netPnl: format(sum.netPnl),
    dayPnl: format(entries.reduce((day, entry) => add(day, book.dayPnlOf(entry)), ZERO)),
    fills: entries.reduce((count, { position }) => count + position.fills, 0),
    closedTrades,
    winRatio: winRatio({ closedTrades, wins }),
    profitFactor: profitFactor({ grossProfit, grossLoss }),
    volume: format(volume),
  };
}

interface RowNumbers {
  readonly strategyId: string | null;
  readonly quantity: Decimal;
  readonly costBasis: Decimal;
  readonly averagePrice: Decimal | null;
  readonly parts: readonly PositionEntry[];
}

function rowOf(book: PositionsBook, { venue, symbol, assets }: PositionEntry, row: RowNumbers): PositionRow {
  const mark = book.markOf(venue, symbol);
  const rate = book.rateOf(assets.quote);
  const sumOf = (value: (entry: PositionEntry) => Decimal) => row.parts.reduce((sum, entry) => add(sum, value(entry)), ZERO);
  const inQuote = (amount: Decimal) => (rate === null ? ZERO : div(amount, rate));
  const unrealised = mark === null ? ZERO : sumOf(({ position }) => unrealisedPnl(position, mark));
  return {
    account: book.terms.account,
    venue,
    symbol,
    strategyId: row.strategyId,
    quantity: format(row.quantity),
    averagePrice: row.averagePrice === null ? null : format(row.averagePrice),
    markPrice: mark === null ? null : format(mark),
    notional: format(abs(mark === null ? row.costBasis : mul(mark, row.quantity))),
    unrealisedPnl: format(unrealised),
    realisedPnl: format(sumOf(({ position }) => position.realisedPnl)),
    feesPaid: format(sumOf((entry) => add(entry.position.feesInQuote, inQuote(thirdAssetFeesValue(book, entry))))),
    dayPnl: format(inQuote(sumOf((entry) => book.dayPnlOf(entry)))),
  };
}

/** In the account's currency; assets without a price are left out and named in `unpriced`. */
function thirdAssetFeesValue(book: PositionsBook, { position, assets }: PositionEntry): Decimal {
  return thirdAssetFees(position, assets).reduce((sum, [asset, amount]) => add(sum, mul(amount, book.rateOf(asset) ?? ZERO)), ZERO);
}

function strategyIds(book: PositionsBook): string[] {
  return [...new Set(Array.from(book.entries(), ({ strategyId }) => strategyId))];
}

function entriesOf(book: PositionsBook, strategyId: string): PositionEntry[] {
  return Array.from(book.entries()).filter((entry) => entry.strategyId === strategyId);
}

function totalOf(entries: readonly PositionEntry[]) {
  const sum = (part: "realisedPnl" | "unrealisedPnl" | "feesPaid") =>
    entries.reduce((total, { valuation }) => add(total, valuation[part]), ZERO);
  const [realisedPnl, unrealised, feesPaid] = [sum("realisedPnl"), sum("unrealisedPnl"), sum("feesPaid")];
  return { realisedPnl, unrealisedPnl: unrealised, feesPaid, netPnl: sub(add(realisedPnl, unrealised), feesPaid) };
}
