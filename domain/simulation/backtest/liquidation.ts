/**
 * Liquidation of contracts: when, at the worst price of a bar, the account's equity is below the maintenance margin of
 * what it holds, everything in this market is closed at the price where that begins, as a taker. Other markets count at
 * their newest close. Errs: a bar's extremes of several markets need not be of one moment, so each is looked at alone;
 * the price is never worse than the bar's own extreme (no gap through it, no insurance fund).
 */
import type { BarTable } from "../../market/bar-table.ts";
import type { SimulatedAccount } from "./account.ts";
import { exact } from "./bar-fills.ts";
import type { Desk } from "./desk.ts";
import type { BacktestRecord } from "./record.ts";
import type { Seat } from "./seat.ts";

export interface MarginCall {
  readonly seats: readonly Seat[];
  readonly account: SimulatedAccount;
  readonly desk: Desk;
  readonly record: BacktestRecord;
  readonly closes: Float64Array;
  readonly marketIndex: number;
  readonly row: number;
}

/** A market that moved no more than this inside a bar cannot have taken an account that was far from a call to one. */
const MOVED_MAX = 0.1;

/**
 * The quick look at every bar: true when one holder's equity at the bar's worst price covers twice what it must; with
 * several, when the equity marked last covers twice that even if everything held had moved by a tenth, and this has not.
 */
export function isFarFromLiquidation(account: SimulatedAccount, bars: BarTable, row: number, rateMax: number): boolean {
  const { onlyHolder, floatBase, lastEquity, lastGross } = account;
  if (onlyHolder === null) {
    const range = bars.high[row]! - bars.low[row]!;
    return range < MOVED_MAX * bars.low[row]! && lastEquity - MOVED_MAX * lastGross > 2 * rateMax * (1 + MOVED_MAX) * lastGross;
  }
  const { market, held, isInverse } = onlyHolder;
  if (market.kind === "spot" || market.bars !== bars) return true;
  const extreme = held > 0 !== isInverse ? bars.low[row]! : bars.high[row]!;
  const worth = held * (isInverse ? 1 / extreme : extreme);
  return floatBase + worth > 2 * Math.abs(worth) * market.maintenanceRate;
}

export function liquidate(call: MarginCall): void {
  const { seats, account, desk, record, closes, marketIndex, row } = call;
  let held = 0;
  let elsewhere = account.floatBase;
  let maintenance = 0;
  const here: Seat[] = [];
  for (const seat of seats) {
    const { owner } = seat;
    if (owner.held === 0) continue;
    if (seat.marketIndex === marketIndex) {
      held += owner.held;
      here.push(seat);
      continue;
    }
    const close = closes[seat.marketIndex]!;
    const worth = owner.held * (owner.isInverse ? 1 / close : close);
    elsewhere += worth;
    if (owner.market.kind !== "spot") maintenance += Math.abs(worth) * owner.market.maintenanceRate;
  }
  if (held === 0) return;
  const { market } = here[0]!.owner;
  const { bars, instrument, maintenanceRate } = market;
  const isInverse = market.kind === "inverse";
  const falls = held > 0 !== isInverse;
  const extreme = falls ? bars.low[row]! : bars.high[row]!;
  const worst = isInverse ? 1 / extreme : extreme;
  const equity = elsewhere + held * worst;
  if (equity >= maintenance + Math.abs(held) * worst * maintenanceRate) return;
  // Where equity meets maintenance: elsewhere + held·p = maintenance + |held|·rate·p.
  const meets = (maintenance - elsewhere) / (held - Math.abs(held) * maintenanceRate);
  const quoted = isInverse ? 1 / meets : meets;
  const inBar = Math.min(bars.high[row]!, Math.max(bars.low[row]!, Number.isFinite(quoted) && quoted > 0 ? quoted : extreme));
  const price = exact(inBar, instrument.priceDecimals);
  const atMs = bars.openTimeMs[row]! + bars.intervalMs;
  for (const seat of here) {
    record.liquidations++;
    desk.closeOut(seat, price, "liquidated: equity below the maintenance margin", { atMs, row: row + 1, costRow: row });
  }
}
