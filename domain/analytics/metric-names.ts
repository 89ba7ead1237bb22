/**
 * The metrics a run or an account is described by: their names, in the order of display, and the unit of each. Owns
 * names only. Every set of metrics holds all of them; an undefined one is null and says why, never 0 or infinity.
 *
 * Units: `share` 0.12 is 12 %; `number` has no unit; `money` is in the account's currency; the others say themselves.
 */

export type MetricUnit = "share" | "number" | "money" | "days" | "count" | "bars" | "ms";

export const METRIC_UNITS = {
  totalReturn: "share",
  cagr: "share",
  volatility: "share",
  sharpe: "number",
  sortino: "number",
  calmar: "number",
  omega: "number",
  tailRatio: "number",
  skew: "number",
  kurtosis: "number",
  valueAtRisk95: "share",
  expectedShortfall95: "share",
  maxDrawdown: "share",
  maxDrawdownDays: "days",
  averageDrawdown: "share",
  recoveryDays: "days",
  exposure: "share",
  turnover: "number",
  trades: "count",
  winRate: "share",
  profitFactor: "number",
  expectancy: "money",
  expectancyRatio: "number",
  sqn: "number",
  averageWin: "money",
  averageLoss: "money",
  bestTrade: "share",
  worstTrade: "share",
  averageMae: "share",
  averageMfe: "share",
  averageBars: "bars",
  averageHoldingMs: "ms",
  winStreak: "count",
  lossStreak: "count",
  finalEquity: "money",
  netProfit: "money",
  fees: "money",
  funding: "money",
  slippage: "money",
  days: "count",
  periodsPerYear: "number",
  riskFree: "share",
} as const satisfies Readonly<Record<string, MetricUnit>>;

export type MetricName = keyof typeof METRIC_UNITS;

export const METRIC_NAMES = Object.keys(METRIC_UNITS) as readonly MetricName[];

/** A value, or in words why there is none. */
export type Measured = number | string;

export type Measures<Name extends MetricName = MetricName> = Readonly<Record<Name, Measured>>;
