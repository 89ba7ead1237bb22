/** What a backtest says when it is over: counts, curves, fills and round trips, those still open at the last mark. */
import type { Decimal } from "../../kernel/decimal.ts";
import type { Owner, SimulatedAccount } from "./account.ts";
import type { BacktestRecord } from "./record.ts";
import type { Seat } from "./seat.ts";
import type { BacktestOutcome } from "./types.ts";

export interface Ended {
  readonly record: BacktestRecord;
  readonly account: SimulatedAccount;
  readonly seats: readonly Seat[];
  readonly bars: number;
  /** Funding payments due. */
  readonly paid: number;
  readonly stopped: boolean;
  /** Rows passed, by market. */
  readonly rows: readonly number[];
}

export function outcomeOf({ record, account, seats, bars, paid, stopped, rows }: Ended, mark: (owner: Owner) => Decimal): BacktestOutcome {
  const finalEquity = account.equity(mark);
  const open = seats.flatMap(({ trades, owner, marketIndex }) => {
    const trade = trades.openAt(mark(owner), rows[marketIndex]!);
    return trade === null ? [] : [trade];
  });
  const closed = seats.flatMap(({ trades }) => trades.closed);
  return {
    bars,
    events: 2 * bars + record.submitted + record.fillCount + paid,
    fills: record.fills,
    trades: [...closed, ...open].sort((a, b) => a.entryMs - b.entryMs),
    equity: record.equity(),
    finalEquity,
    fees: account.fees,
    funding: account.funding,
    slippage: record.slippage,
    turnover: account.turnover,
    exposureRatio: record.points === 0 ? 0 : record.heldTimes / record.points,
    orders: { submitted: record.submitted, filled: record.filledOrders, canceled: record.canceled, refused: record.refusedOrders },
    refusals: record.refusals(),
    liquidations: record.liquidations,
    notes: record.notes,
    stopped,
    hash: record.hash(finalEquity),
  };
}
