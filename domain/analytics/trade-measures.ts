/**
 * Metrics of closed round trips. A trade that is still open is not counted: its result is not known. Won is a net result
 * above 0, lost below; one of exactly 0 is neither and ends streaks of both. Sources: SQN = √N · mean / deviation of the
 * trades' results (Tharp); expectancy ratio = the mean result in units of the average loss, which is (1 + average win /
 * average loss) · win rate − 1 when no trade ended at exactly 0. Losses are shown below 0.
 */
import type { TradeResult } from "./inputs.ts";
import type { Measured, Measures } from "./metric-names.ts";
import { deviation, mean } from "./moments.ts";

type TradeMetric =
  | "trades"
  | "winRate"
  | "profitFactor"
  | "expectancy"
  | "expectancyRatio"
  | "sqn"
  | "averageWin"
  | "averageLoss"
  | "bestTrade"
  | "worstTrade"
  | "averageMae"
  | "averageMfe"
  | "averageBars"
  | "averageHoldingMs"
  | "winStreak"
  | "lossStreak";

type Closed = TradeResult & { readonly exitMs: number };

const NO_TRADES = "no trade was closed";
const NO_LOSS = "no trade lost";

export function tradeMeasures(all: readonly TradeResult[]): Measures<TradeMetric> {
  const trades = closedInOrder(all);
  const pnls = trades.map(({ pnl }) => pnl);
  const won = pnls.filter((pnl) => pnl > 0);
  const lost = pnls.filter((pnl) => pnl < 0);
  const averageWin = mean(won);
  const averageLoss = mean(lost);
  const winRate = trades.length === 0 ? null : won.length / trades.length;
  const lostTotal = lost.reduce((sum, pnl) => sum - pnl, 0);
  const shares = trades.map(({ returnRatio }) => returnRatio);
  return {
    trades: trades.length,
    winRate: winRate ?? NO_TRADES,
    profitFactor: lostTotal === 0 ? none(trades, NO_LOSS) : won.reduce((sum, pnl) => sum + pnl, 0) / lostTotal,
    expectancy: mean(pnls) ?? NO_TRADES,
    expectancyRatio: averageLoss === null ? none(trades, NO_LOSS) : mean(pnls)! / -averageLoss,
    sqn: systemQuality(pnls),
    averageWin: averageWin ?? none(trades, "no trade won"),
    averageLoss: averageLoss ?? none(trades, NO_LOSS),
    bestTrade: largest(shares, 1) ?? NO_TRADES,
    worstTrade: largest(shares, -1) ?? NO_TRADES,
    averageMae: mean(trades.map(({ mae }) => mae)) ?? NO_TRADES,
    averageMfe: mean(trades.map(({ mfe }) => mfe)) ?? NO_TRADES,
    averageBars: mean(trades.map(({ bars }) => bars)) ?? NO_TRADES,
    averageHoldingMs: mean(trades.map(({ entryMs, exitMs }) => exitMs - entryMs)) ?? NO_TRADES,
    winStreak: longestRun(pnls, (pnl) => pnl > 0),
    lossStreak: longestRun(pnls, (pnl) => pnl < 0),
  };
}

function closedInOrder(all: readonly TradeResult[]): readonly Closed[] {
  const closed = all.filter((trade): trade is Closed => trade.exitMs !== null);
  return closed.sort((a, b) => a.exitMs - b.exitMs);
}

function none(trades: readonly Closed[], why: string): string {
  return trades.length === 0 ? NO_TRADES : why;
}

function systemQuality(pnls: readonly number[]): Measured {
  const spread = deviation(pnls);
  if (spread === null) return `needs 2 closed trades at least, has ${pnls.length}`;
  if (spread === 0) return "all trades had the same result";
  return (Math.sqrt(pnls.length) * mean(pnls)!) / spread;
}

function largest(values: readonly number[], sign: 1 | -1): number | null {
  return values.reduce<number | null>((best, value) => (best === null || sign * value > sign * best ? value : best), null);
}

function longestRun(values: readonly number[], belongs: (value: number) => boolean): number {
  let run = 0;
  let longest = 0;
  for (const value of values) {
    run = belongs(value) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
