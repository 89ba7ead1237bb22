/**
 * Is there enough to judge by? Number of trades, positions still open, orders that were refused, a run that was ended.
 * Below 30 trades the mean of a trade is not told from zero by anything; 100 is what a hold-out is wanted to have.
 */
import type { ResearchWarning } from "../../contract/views/research.ts";
import { type WarningInput, warning } from "./input.ts";
import { counted, money, some } from "./sentence.ts";

const FEW_TRADES = 30;
const ENOUGH_TRADES = 100;

export function sampleWarnings({ outcome }: WarningInput): readonly ResearchWarning[] {
  const found: ResearchWarning[] = [];
  const trades = outcome.trades.length;
  if (outcome.liquidations > 0) {
    found.push(warning("LIQUIDATED", "critical", `The account was liquidated ${counted(outcome.liquidations, "time")}.`));
  }
  if (outcome.stopped) found.push(warning("STOPPED_EARLY", "warn", "The run was ended before its data: the rest is not judged."));
  if (trades === 0) found.push(warning("NO_TRADES", "critical", "It never traded: there is nothing to judge."));
  else if (trades < FEW_TRADES) {
    found.push(warning("FEW_TRADES", "warn", `${counted(trades, "trade")}: too few to tell skill from luck, wanted ≥ ${ENOUGH_TRADES}.`));
  } else if (trades < ENOUGH_TRADES) {
    found.push(warning("FEW_TRADES", "info", `${counted(trades, "trade")}: a thin sample, wanted ≥ ${ENOUGH_TRADES}.`));
  }
  const open = outcome.trades.filter(({ exitMs }) => exitMs === null);
  if (open.length > 0) {
    const pnl = open.reduce((sum, trade) => sum + trade.pnl, 0);
    const symbols = some(open.map(({ symbol }) => symbol));
    const what = `${counted(open.length, "position is", "positions are")} still open at the end (${symbols})`;
    found.push(warning("OPEN_AT_END", "info", `${what}: ${money(pnl)} of the result is not realised.`));
  }
  if (outcome.orders.refused > 0) found.push(refused(outcome));
  return found;
}

function refused({ orders, refusals }: WarningInput["outcome"]): ResearchWarning {
  const total = orders.submitted + orders.refused;
  const most = refusals.toSorted((a, b) => b.count - a.count)[0];
  const why = most === undefined ? "" : `; mostly ${most.code}: ${most.example}`;
  const severity = orders.refused * 10 > total ? "warn" : "info";
  return warning("REFUSED_ORDERS", severity, `${counted(orders.refused, "order was", "orders were")} refused${why}`);
}
