/**
 * Is the timing worth anything? The strategy's own closed trades, as many and as long and on the same side, are thrown
 * into the same bars at random times, again and again; where the real ones lie among them is the p-value. The market's
 * drift and the share of time in it are the same in all, so only the choice of moments is judged.
 * An approximation: every trade, the real ones too, is taken from open to open of its bars with the costs of one unit
 * (fee and slippage of both sides), without sizes, limits and funding; trades of one strategy and symbol never overlap.
 * Source: Aronson 2006, "Evidence-Based Technical Analysis", ch. 6 (permutation of positions).
 */
import type { TradeResult } from "../analytics/inputs.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { type BarTable, rowAt, rowsOf } from "../market/bar-table.ts";
import type { BacktestInput, BacktestOutcome } from "../simulation/backtest/types.ts";
import { slippageRate, takerFeeRate } from "./costs.ts";

export const FEWEST_RUNS = 200;

export interface RandomEntryResult {
  /** Closed trades that were compared. */
  readonly trades: number;
  readonly runs: number;
  /** Mean return of a trade, costs paid, as a share: the strategy's, and that of random times. */
  readonly own: number;
  readonly random: number;
  /** Share of random runs that did as well or better, the real one counted among them: (1 + better) / (runs + 1). */
  readonly pValue: number;
}

interface Placed {
  readonly bars: BarTable;
  /** Rows from entry to exit, in order of entry, and ±1. */
  readonly lengths: readonly number[];
  readonly starts: readonly number[];
  readonly sides: readonly number[];
  readonly firstRow: number;
  readonly cost: number;
}

/** Null without a closed trade. `runs` below 200 are 200. */
export function checkRandomEntry(input: BacktestInput, outcome: BacktestOutcome, seed: string, runs = 1_000): RandomEntryResult | null {
  const groups = placedTrades(input, outcome);
  const trades = groups.reduce((sum, { lengths }) => sum + lengths.length, 0);
  if (trades === 0) return null;
  const own = groups.reduce((sum, group) => sum + total(group, group.starts, group.sides, group.lengths), 0) / trades;
  const random = seededRandom(`${seed}:random-entry`);
  const count = Math.max(FEWEST_RUNS, Math.floor(runs));
  let better = 0;
  let sum = 0;
  for (let run = 0; run < count; run++) {
    const mean = groups.reduce((sumOf, group) => sumOf + randomTotal(group, random), 0) / trades;
    sum += mean;
    if (mean >= own) better++;
  }
  return { trades, runs: count, own, random: sum / count, pValue: (1 + better) / (count + 1) };
}

function placedTrades(input: BacktestInput, outcome: BacktestOutcome): readonly Placed[] {
  const groups = new Map<string, TradeResult[]>();
  for (const trade of outcome.trades) {
    if (trade.exitMs === null) continue;
    const key = `${trade.strategyId} ${trade.symbol}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trade]);
    else group.push(trade);
  }
  return [...groups.values()].flatMap((trades) => {
    const bars = input.markets.find((market) => market.bars.symbol === trades[0]!.symbol)?.bars;
    return bars === undefined
      ? []
      : [
          placed(
            input,
            bars,
            trades.toSorted((a, b) => a.entryMs - b.entryMs),
          ),
        ];
  });
}

function placed(input: BacktestInput, bars: BarTable, trades: readonly TradeResult[]): Placed {
  const last = rowsOf(bars) - 1;
  const rowOf = (timeMs: number) => Math.min(last, rowAt(bars, timeMs));
  const starts = trades.map(({ entryMs }) => rowOf(entryMs));
  const lengths = trades.map(({ exitMs }, index) => Math.max(1, rowOf(exitMs!) - starts[index]!));
  const rate = starts.reduce((sum, row, index) => sum + slippageRate(input.costs.slippage, bars, row, trades[index]!.quantity), 0);
  return {
    bars,
    lengths,
    starts: starts.map((row, index) => Math.min(row, last - lengths[index]!)),
    sides: trades.map(({ side }) => (side === "long" ? 1 : -1)),
    firstRow: input.tradeFromMs === undefined ? 0 : rowOf(input.tradeFromMs),
    cost: 2 * (takerFeeRate(input.costs) + rate / trades.length),
  };
}

function total({ bars, cost }: Placed, starts: readonly number[], sides: readonly number[], lengths: readonly number[]): number {
  const last = bars.open.length - 1;
  let sum = 0;
  for (let index = 0; index < starts.length; index++) {
    // Trades that fill the data leave no room: what is over its end is taken at its end.
    const row = Math.min(last, Math.max(0, starts[index]!));
    const exit = Math.min(last, row + lengths[index]!);
    sum += sides[index]! * (bars.open[exit]! / bars.open[row]! - 1) - cost;
  }
  return sum;
}

/** The trades in a random order, the free bars between them shared out at random: every placement is as likely. */
function randomTotal(group: Placed, random: Random): number {
  const count = group.lengths.length;
  const held = group.lengths.reduce((sum, length) => sum + length, 0);
  const free = Math.max(0, rowsOf(group.bars) - 1 - group.firstRow - held);
  const order = group.lengths.map((_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = random.integer(0, at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  const offsets = Float64Array.from({ length: count }, () => random.integer(0, free)).sort();
  let before = group.firstRow;
  const starts = order.map((index, at) => {
    const start = before + offsets[at]!;
    before += group.lengths[index]!;
    return start;
  });
  return total(
    group,
    starts,
    order.map((index) => group.sides[index]!),
    order.map((index) => group.lengths[index]!),
  );
}
