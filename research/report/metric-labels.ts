/**
 * The metrics of a run as people read them: a name, the text of a value, whether more is better. Names, order and units
 * are those of domain/analytics. A metric that is not known there is shown last under its own name, never left out.
 */
import { METRIC_NAMES, METRIC_UNITS, type MetricName, type MetricUnit } from "../../domain/analytics/metric-names.ts";
import type { MetricValues } from "../../domain/contract/views/research.ts";
import { countText, daysText, durationText, moneyText, NONE, ratioText, shareText } from "./number-text.ts";

const LABELS: Readonly<Record<MetricName, string>> = {
  totalReturn: "Total return",
  cagr: "Yearly return (CAGR)",
  volatility: "Volatility, yearly",
  sharpe: "Sharpe",
  sortino: "Sortino",
  calmar: "Calmar",
  omega: "Omega",
  tailRatio: "Tail ratio",
  skew: "Skew of daily returns",
  kurtosis: "Excess kurtosis",
  valueAtRisk95: "Value at risk 95 %, daily",
  expectedShortfall95: "Expected shortfall 95 %, daily",
  maxDrawdown: "Maximum drawdown",
  maxDrawdownDays: "Longest drawdown",
  averageDrawdown: "Average drawdown",
  recoveryDays: "Recovery from the deepest",
  exposure: "Time in the market",
  turnover: "Turnover, times equity a year",
  trades: "Trades",
  winRate: "Win rate",
  profitFactor: "Profit factor",
  expectancy: "Expectancy a trade",
  expectancyRatio: "Expectancy ratio",
  sqn: "System quality (SQN)",
  averageWin: "Average win",
  averageLoss: "Average loss",
  bestTrade: "Best trade",
  worstTrade: "Worst trade",
  averageMae: "Average adverse excursion",
  averageMfe: "Average favourable excursion",
  averageBars: "Average bars held",
  averageHoldingMs: "Average holding time",
  winStreak: "Longest winning streak",
  lossStreak: "Longest losing streak",
  finalEquity: "Final equity",
  netProfit: "Net profit",
  fees: "Fees",
  funding: "Funding",
  slippage: "Slippage",
  days: "Days measured",
  periodsPerYear: "Periods a year",
  riskFree: "Risk-free rate",
};

const MORE_IS_BETTER: ReadonlySet<string> = new Set<MetricName>([
  ...(["totalReturn", "cagr", "sharpe", "sortino", "calmar", "omega", "tailRatio", "winRate", "profitFactor"] as const),
  ...(["expectancy", "expectancyRatio", "sqn", "averageWin", "averageMfe", "finalEquity", "netProfit"] as const),
]);
const LESS_IS_BETTER: ReadonlySet<string> = new Set<MetricName>([
  ...(["volatility", "valueAtRisk95", "expectedShortfall95", "maxDrawdown", "maxDrawdownDays", "averageDrawdown"] as const),
  ...(["recoveryDays", "averageMae", "fees", "slippage"] as const),
]);

const isKnown = (name: string): name is MetricName => Object.hasOwn(METRIC_UNITS, name);

export function metricLabel(name: string): string {
  return isKnown(name) ? LABELS[name] : name;
}

/** The value of a metric in its unit; a dash for an undefined one. */
export function metricText(name: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  const unit: MetricUnit = isKnown(name) ? METRIC_UNITS[name] : "number";
  if (unit === "share") return shareText(value);
  if (unit === "money") return moneyText(value);
  if (unit === "count") return countText(value);
  if (unit === "days") return daysText(value);
  if (unit === "ms") return durationText(value);
  return ratioText(value);
}

/** The names that any of the results has, in the order of display, unknown ones last. */
export function orderedNames(results: readonly MetricValues[]): readonly string[] {
  const given = new Set(results.flatMap(Object.keys));
  return [...METRIC_NAMES.filter((name) => given.has(name)), ...[...given].filter((name) => !isKnown(name))];
}

/** The index of the best of several values of a metric; null where none is better, or all are equal. */
export function bestIndex(name: string, values: readonly (number | null)[]): number | null {
  const direction = MORE_IS_BETTER.has(name) ? 1 : LESS_IS_BETTER.has(name) ? -1 : 0;
  const there = values.filter((value) => value !== null);
  if (direction === 0 || there.length < 2 || new Set(there).size === 1) return null;
  const best = direction > 0 ? Math.max(...there) : Math.min(...there);
  return values.indexOf(best);
}
