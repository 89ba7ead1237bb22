/**
 * The stretch of a backtest in which nothing happens: one market, one strategy on its own bars, no order at the venue, no
 * funding due, no price near a stop or a margin call. Then a bar is its close, the strategy, and a point of equity; the
 * rest of a step would find nothing to do. Ends at the first bar of which that is not certain, and leaves it untouched.
 * Invariant: with and without gliding the outcome is the same to the last bit (test/property/backtest.test.ts).
 */
import type { BarTable } from "../../market/bar-table.ts";
import type { Decision } from "../../strategy/decision.ts";
import { EMPTY } from "../../strategy/decision.ts";
import type { Owner, SimulatedAccount } from "./account.ts";
import type { Clockwork } from "./clockwork.ts";
import type { FundingClock } from "./funding.ts";
import type { BacktestRecord } from "./record.ts";
import { endOf, type Seat } from "./seat.ts";
import type { Working } from "./working.ts";

export interface GlideParts {
  readonly bars: BarTable;
  readonly seat: Seat;
  readonly clockwork: Clockwork;
  readonly account: SimulatedAccount;
  readonly funding: FundingClock;
  readonly record: BacktestRecord;
  readonly closes: Float64Array;
  readonly working: readonly Working[];
  /** The strategy decided something on the close at `nowMs`. */
  readonly onDecision: (seat: Seat, decision: Decision, nowMs: number) => void;
}

/** Prices between which neither a stop nor a margin call is near: at most `low` or at least `high` is for a whole step. */
interface Alarm {
  readonly low: number;
  readonly high: number;
}

const QUIET: Alarm = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export class Glide {
  /** Close of the last bar passed, and how many this stretch has passed: also when a strategy fails on one. */
  nowMs = 0;
  passed = 0;
  readonly #parts: GlideParts;

  constructor(parts: GlideParts) {
    this.#parts = parts;
  }

  /** Passes at most `barsMax` bars; the clockwork stands where a whole step goes on. */
  run(barsMax: number): void {
    this.passed = 0;
    const { bars, seat, clockwork, account, funding, record, closes, working } = this.#parts;
    const market = clockwork.markets[0]!;
    if (!market.isOpen || working.length > 0) return;
    const { low, high, close, openTimeMs, intervalMs } = bars;
    const { runner, owner } = seat;
    const feed = seat.feeds[0]!;
    // Until something is decided nothing changes what is held, what is due and what is near.
    const alarm = alarmOf(owner, account, runner.stopPrice);
    const { held, isInverse } = owner;
    const { floatBase } = account;
    const dueMs = funding.nextMs;
    const first = market.row;
    const last = Math.min(market.rows, first + barsMax);
    let row = first;
    let isOpen = true;
    let decision = EMPTY;
    try {
      while (row < last) {
        const endMs = openTimeMs[row]! + intervalMs;
        if (low[row]! <= alarm.low || high[row]! >= alarm.high || dueMs <= endMs) break;
        const price = close[row]!;
        closes[0] = price;
        decision = runner.onRow(feed.bars, row++, endMs);
        if (decision !== EMPTY) break;
        record.equityAt(endMs, held === 0 ? floatBase : floatBase + held * (isInverse ? 1 / price : price));
        isOpen = row < market.rows && dueMs > openTimeMs[row]!;
        if (!isOpen) break;
      }
    } finally {
      this.passed = row - first;
      if (row > first) this.nowMs = openTimeMs[row - 1]! + intervalMs;
    }
    if (row === first) return;
    clockwork.stand(market, row, isOpen && decision === EMPTY);
    feed.next = row;
    feed.endMs = endOf(feed);
    if (held !== 0) record.heldTimes += row - first - (decision === EMPTY ? 0 : 1);
    if (decision !== EMPTY) this.#decided(decision);
  }

  /** The bar on whose close something was decided ends as a whole step would end it. */
  #decided(decision: Decision): void {
    const { seat, account, record, closes, onDecision } = this.#parts;
    onDecision(seat, decision, this.nowMs);
    const { held, isInverse } = seat.owner;
    const price = closes[0]!;
    if (held !== 0) record.heldTimes++;
    record.equityAt(this.nowMs, held === 0 ? account.floatBase : account.floatBase + held * (isInverse ? 1 / price : price));
  }
}

/** Far from a margin call is twice the maintenance margin: what lies nearer is looked at exactly. */
function alarmOf({ held, isInverse, market }: Owner, { floatBase }: SimulatedAccount, stop: number): Alarm {
  if (held === 0) return QUIET;
  const isLong = held > 0 !== isInverse;
  const call = market.kind === "spot" ? Number.NaN : callPrice(held, floatBase, 2 * market.maintenanceRate, isInverse);
  if (isLong) return { low: Math.max(orElse(stop, QUIET.low), orElse(call, QUIET.low)), high: QUIET.high };
  return { low: QUIET.low, high: Math.min(orElse(stop, QUIET.high), orElse(call, QUIET.high)) };
}

function orElse(price: number, otherwise: number): number {
  return Number.isNaN(price) ? otherwise : price;
}

/** Where base + held·v = rate·|held|·v, v being the price or, inverse, one over it; NaN when at no price. */
function callPrice(held: number, base: number, rate: number, isInverse: boolean): number {
  const valued = base / (rate * Math.abs(held) - held);
  if (!(valued > 0)) return Number.NaN;
  return isInverse ? 1 / valued : valued;
}
