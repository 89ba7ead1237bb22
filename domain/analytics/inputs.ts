/**
 * What metrics are made of: an equity curve and round trips, of a backtest or of a live account alike. Floats: these are
 * statistics of money, never money that anything is decided with. Times are UTC milliseconds.
 * Costs are money: they are made of the exact numbers of fills.
 */
import type { Decimal } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";

/** Mark-to-market equity at the close of every bar time, net of fees and funding. */
export interface EquitySeries {
  readonly timeMs: Float64Array;
  readonly value: Float64Array;
}

/** The curve with one more point in front: what there was before anything was bought. */
export function startingAt(timeMs: number, value: number, equity: EquitySeries): EquitySeries {
  const points = equity.timeMs.length + 1;
  const started = { timeMs: new Float64Array(points), value: new Float64Array(points) };
  started.timeMs[0] = timeMs;
  started.value[0] = value;
  started.timeMs.set(equity.timeMs, 1);
  started.value.set(equity.value, 1);
  return started;
}

/** From flat to flat of one strategy in one symbol: adding and reducing in between are part of the same trade. */
export interface TradeResult {
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: "long" | "short";
  readonly entryMs: number;
  /** Volume-weighted over everything that opened or added. */
  readonly entryPrice: number;
  /** Null while open at the end: `pnl` is then at the last mark. */
  readonly exitMs: number | null;
  readonly exitPrice: number | null;
  /** The most that was held. */
  readonly quantity: number;
  readonly fee: number;
  readonly funding: number;
  /** Net of fees and funding. */
  readonly pnl: number;
  /** `pnl` over what the entry cost. */
  readonly returnRatio: number;
  readonly bars: number;
  /** Largest move against and for the position while it was held, as shares of the entry price. */
  readonly mae: number;
  readonly mfe: number;
  readonly why: string;
  readonly exitWhy: string | null;
}

/** What the analysis of costs needs of a fill. */
export interface CostFill {
  readonly atMs: number;
  readonly strategyId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** In the account's currency; a rebate is negative. */
  readonly fee: Decimal;
  /** Price when the order met the market, before slippage. */
  readonly referencePrice: Decimal;
  /** Price when it was decided: the arrival price. */
  readonly decisionPrice: Decimal;
}
