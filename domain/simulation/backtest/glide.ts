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
    const { bars, seat, clockwork, account, funding, record, closes, working, onDecision } = this.#parts;
    const market = clockwork.markets[0]!;
    if (!market.isOpen || working.length > 0) return;
    const { low, high, close, openTimeMs, intervalMs } = bars;
    const { runner, owner } = seat;
    const feed = seat.feeds[0]!;
    const alarm = alarmOf(owner, account, runner.stopPrice);
    while (this.passed < barsMax) {
      const { row } = market;
      const endMs = openTimeMs[row]! + intervalMs;
      if (low[row]! <= alarm.low || high[row]! >= alarm.high || funding.nextMs <= endMs) break;
      closes[0] = close[row]!;
      clockwork.close(market);
      feed.next++;
      feed.endMs = endOf(feed);
      this.nowMs = endMs;
      this.passed++;
      const decision = runner.onRow(feed.bars, row, endMs);
      if (decision !== EMPTY) onDecision(seat, decision, endMs);
      const { held } = owner;
      if (held === 0) record.equityAt(endMs, account.floatBase);
      else {
        record.heldTimes++;
        record.equityAt(endMs, account.floatBase + held * (owner.isInverse ? 1 / close[row]! : close[row]!));
      }
      if (decision !== EMPTY || market.row >= market.rows || funding.nextMs <= market.nextMs) break;
      clockwork.open(market);
    }
  }
}

/** Far from a margin call is twice the maintenance margin: what lies nearer is looked at exactly. */
function alarmOf({ held, isInverse, market }: Owner, { floatBase }: SimulatedAccount, stop: number): Alarm {
  const quiet = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  if (held === 0) return quiet;
  const isLong = held > 0 !== isInverse;
  const call = market.kind === "spot" ? Number.NaN : callPrice(held, floatBase, 2 * market.maintenanceRate, isInverse);
  if (isLong) return { ...quiet, low: Math.max(quiet.low, ...[stop, call].filter((price) => !Number.isNaN(price))) };
  return { ...quiet, high: Math.min(quiet.high, ...[stop, call].filter((price) => !Number.isNaN(price))) };
}

/** Where base + held·v = rate·|held|·v, v being the price or, inverse, one over it; NaN when at no price. */
function callPrice(held: number, base: number, rate: number, isInverse: boolean): number {
  const valued = base / (rate * Math.abs(held) - held);
  if (!(valued > 0)) return Number.NaN;
  return isInverse ? 1 / valued : valued;
}
