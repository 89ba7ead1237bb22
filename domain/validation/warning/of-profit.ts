/**
 * Where does the profit come from? A result that rests on a few trades, one symbol, one side or one month is a story
 * about those; so is one that a little more cost would have eaten. Shares are of the net profit; a loss has no sources
 * to name, and nothing is said then.
 */
import type { EquitySeries, TradeResult } from "../../analytics/inputs.ts";
import type { ResearchWarning } from "../../contract/views/research.ts";
import { toNumber } from "../../kernel/decimal.ts";
import { type WarningInput, warning } from "./input.ts";
import { counted, percent } from "./sentence.ts";

const ONE_TRADE_SHARE = 0.5;
const TOP_TRADES = 4;
const TOP_TRADES_SHARE = 0.6;
/** With fewer trades the top four are most of them anyway; FEW_TRADES says so. */
const TOP_TRADES_AMONG = 16;
const ONE_SOURCE_SHARE = 0.8;
const ONE_MONTH_SHARE = 0.6;
const MONTHS_TO_JUDGE = 6;
const MORE_COST_BPS = 2;

export function profitWarnings({ input, outcome }: WarningInput): readonly ResearchWarning[] {
  const profit = toNumber(outcome.finalEquity) - toNumber(input.cash);
  const found: ResearchWarning[] = [];
  if (profit <= 0 || outcome.trades.length === 0) return found;
  found.push(...ofFewTrades(outcome.trades, profit));
  const symbols = pnlBy(outcome.trades, ({ symbol }) => symbol);
  const symbol = largest(symbols);
  if (symbols.size > 1 && symbol.pnl >= profit * ONE_SOURCE_SHARE) {
    const text = `${percent(symbol.pnl / profit)} of the profit comes from ${symbol.name}, 1 of ${counted(symbols.size, "symbol")}.`;
    found.push(warning("ONE_SYMBOL", "warn", text));
  }
  const sides = pnlBy(outcome.trades, ({ side }) => side);
  const side = largest(sides);
  if (sides.size > 1 && side.pnl >= profit * ONE_SOURCE_SHARE) {
    found.push(warning("ONE_SIDE", "info", `${percent(side.pnl / profit)} of the profit comes from the ${side.name} side.`));
  }
  const month = bestMonth(outcome.equity, toNumber(input.cash));
  if (month.months >= MONTHS_TO_JUDGE && month.gain >= profit * ONE_MONTH_SHARE) {
    const text = `${percent(month.gain / profit)} of the profit comes from ${month.name}, 1 of ${month.months} months.`;
    found.push(warning("ONE_MONTH", "warn", text));
  }
  const more = (toNumber(outcome.turnover) * MORE_COST_BPS) / 10_000;
  if (more > profit) {
    found.push(
      warning("COST_SENSITIVE", "warn", `Costs +${MORE_COST_BPS} bp turn the result negative: ${bpsLeft(profit, outcome)} bp are left.`),
    );
  }
  return found;
}

function bpsLeft(profit: number, outcome: WarningInput["outcome"]): string {
  return ((profit / toNumber(outcome.turnover)) * 10_000).toFixed(1);
}

function ofFewTrades(trades: readonly TradeResult[], profit: number): readonly ResearchWarning[] {
  const largestFirst = trades.map(({ pnl }) => pnl).sort((a, b) => b - a);
  const top = largestFirst[0]!;
  const of = `of ${counted(trades.length, "trade")}`;
  if (trades.length > 1 && top >= profit * ONE_TRADE_SHARE) {
    const without = top >= profit ? " Without it the run loses." : "";
    return [warning("ONE_TRADE", "warn", `${percent(top / profit)} of the profit comes from 1 ${of}.${without}`)];
  }
  const four = largestFirst.slice(0, TOP_TRADES).reduce((sum, pnl) => sum + pnl, 0);
  if (trades.length < TOP_TRADES_AMONG || four < profit * TOP_TRADES_SHARE) return [];
  return [warning("FEW_BIG_TRADES", "warn", `${percent(four / profit)} of the profit comes from ${TOP_TRADES} ${of}.`)];
}

function pnlBy(trades: readonly TradeResult[], key: (trade: TradeResult) => string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const trade of trades) sums.set(key(trade), (sums.get(key(trade)) ?? 0) + trade.pnl);
  return sums;
}

function largest(sums: ReadonlyMap<string, number>): { readonly name: string; readonly pnl: number } {
  let best = { name: "", pnl: Number.NEGATIVE_INFINITY };
  for (const [name, pnl] of sums) if (pnl > best.pnl) best = { name, pnl };
  return best;
}

/** Largest gain of a UTC calendar month, in money: from the last value before it to the last value in it. */
function bestMonth(equity: EquitySeries, cash: number): { readonly name: string; readonly gain: number; readonly months: number } {
  let best = { name: "", gain: Number.NEGATIVE_INFINITY };
  let months = 0;
  let before = cash;
  let at = 0;
  while (at < equity.timeMs.length) {
    // A value at midnight of the first is the close of the month that ended.
    const date = new Date(equity.timeMs[at]! - 1);
    const name = date.toISOString().slice(0, 7);
    const nextMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
    while (at < equity.timeMs.length && equity.timeMs[at]! <= nextMs) at++;
    const last = equity.value[at - 1]!;
    if (last - before > best.gain) best = { name, gain: last - before };
    before = last;
    months++;
  }
  return { ...best, months };
}
