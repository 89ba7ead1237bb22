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

/** The quick look at every bar: true when a single holder's equity at the bar's worst price covers twice what it must. */
export function isFarFromLiquidation({ onlyHolder, floatBase }: SimulatedAccount, bars: BarTable, row: number): boolean {
  if (onlyHolder === null) return false;
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
