/** What a Monte Carlo says in sentences: losses that were only a matter of luck, ruin, and how deep falls may go. */
import { drawdownSummary } from "../analytics/drawdown.ts";
import type { MonteCarloReport, ResearchWarning } from "../contract/views/research.ts";
import { toNumber } from "../kernel/decimal.ts";
import type { BacktestOutcome } from "../simulation/backtest/types.ts";
import type { PathSummary } from "./monte-carlo-paths.ts";
import { warning } from "./warning/input.ts";
import { counted, percent } from "./warning/sentence.ts";

const RUIN_ALARM = 0.01;
const FEW_TRADES = 30;

export function monteCarloWarnings(
  method: MonteCarloReport["method"],
  summary: PathSummary,
  outcome: BacktestOutcome,
  cash: number,
): ResearchWarning[] {
  const found: ResearchWarning[] = [];
  const at = (share: number) => summary.quantiles.find(({ quantile }) => quantile === share);
  const closed = outcome.trades.filter(({ exitMs }) => exitMs !== null).length;
  if (summary.ruinShare !== null && summary.ruinShare >= RUIN_ALARM) {
    found.push(warning("RUIN", "critical", `${percent(summary.ruinShare)} of the paths lose half of the capital.`));
  }
  if (method !== "trade-order" && toNumber(outcome.finalEquity) > cash) {
    const median = at(0.5);
    const low = at(0.05);
    if (median !== undefined && median.finalEquity <= cash) {
      found.push(warning("MEDIAN_LOSES", "warn", "More than half of the paths lose: the backtest's profit needed its own order of days."));
    } else if (low !== undefined && low.finalEquity < cash) {
      found.push(warning("MAY_LOSE", "info", `One path in 20 ends at ${percent(low.finalEquity / cash - 1)} or worse.`));
    }
  }
  const deep = at(0.95);
  const own = drawdownSummary(outcome.equity).maxDepth;
  if (deep !== undefined && deep.maxDrawdown > own * 1.5 && deep.maxDrawdown - own > 0.01) {
    const text = `One path in 20 falls by ${percent(deep.maxDrawdown)} or more; the backtest fell by ${percent(own)}.`;
    found.push(warning("DEEPER_DRAWDOWN", "warn", text));
  }
  if (closed < FEW_TRADES) found.push(warning("FEW_TRADES", "warn", `${counted(closed, "closed trade")}: the paths repeat very little.`));
  return found;
}
