/**
 * Plain-language warnings about a backtest: what a careful colleague would say on seeing it. Each has a stable `code`, a
 * severity and one sentence with its numbers. Judgements only: nothing here changes a result. Worst first, then in the
 * order of the questions: enough trades, source of the profit, curve, market, data, parameters.
 */
import type { ResearchWarning } from "../contract/views/research.ts";
import type { Severity, WarningInput } from "./warning/input.ts";
import { curveWarnings } from "./warning/of-curve.ts";
import { dataWarnings } from "./warning/of-data.ts";
import { marketWarnings } from "./warning/of-market.ts";
import { paramWarnings } from "./warning/of-params.ts";
import { profitWarnings } from "./warning/of-profit.ts";
import { sampleWarnings } from "./warning/of-sample.ts";

const RANKS: Readonly<Record<Severity, number>> = { critical: 0, warn: 1, info: 2 };

export function warningsOf(given: WarningInput): ResearchWarning[] {
  const parts = [sampleWarnings, profitWarnings, curveWarnings, marketWarnings, dataWarnings, paramWarnings];
  return parts.flatMap((part) => part(given)).sort((a, b) => RANKS[a.severity] - RANKS[b.severity]);
}
