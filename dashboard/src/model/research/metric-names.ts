/** Metrics as people read them, in the order they are shown everywhere. Shares are written as percent. */
import { compact, DASH, number, percent } from "../format.ts";
import { duration } from "./runs.ts";

type Kind = "share" | "signed-share" | "ratio" | "count" | "money" | "signed-money" | "duration" | "price-share";

/** Name → what it is called and how it is written; the order is the order of display. */
const METRICS: Readonly<Record<string, readonly [label: string, kind: Kind]>> = {
  totalReturn: ["Total return", "signed-share"],
  cagr: ["CAGR", "signed-share"],
  volatility: ["Volatility, yearly", "share"],
  sharpe: ["Sharpe", "ratio"],
  sortino: ["Sortino", "ratio"],
  calmar: ["Calmar", "ratio"],
  omega: ["Omega", "ratio"],
  tailRatio: ["Tail ratio", "ratio"],
  skew: ["Skew", "ratio"],
  kurtosis: ["Kurtosis", "ratio"],
  valueAtRisk95: ["Value at risk 95 %, daily", "share"],
  expectedShortfall95: ["Expected shortfall 95 %, daily", "share"],
  maxDrawdown: ["Max drawdown", "share"],
  maxDrawdownDays: ["Longest drawdown, days", "count"],
  averageDrawdown: ["Average drawdown", "share"],
  recoveryDays: ["Recovery, days", "count"],
  exposure: ["Exposure", "share"],
  turnover: ["Turnover a year, × equity", "ratio"],
  trades: ["Trades", "count"],
  winRate: ["Win rate", "share"],
  profitFactor: ["Profit factor", "ratio"],
  expectancy: ["Expectancy", "signed-money"],
  expectancyRatio: ["Expectancy ratio", "ratio"],
  sqn: ["SQN", "ratio"],
  averageWin: ["Average win", "signed-money"],
  averageLoss: ["Average loss", "signed-money"],
  bestTrade: ["Best trade", "signed-share"],
  worstTrade: ["Worst trade", "signed-share"],
  averageMae: ["Average MAE", "price-share"],
  averageMfe: ["Average MFE", "price-share"],
  averageBars: ["Average bars held", "ratio"],
  averageHoldingMs: ["Average time held", "duration"],
  winStreak: ["Longest win streak", "count"],
  lossStreak: ["Longest loss streak", "count"],
  finalEquity: ["Final equity", "money"],
  netProfit: ["Net profit", "signed-money"],
  fees: ["Fees", "money"],
  funding: ["Funding", "signed-money"],
  slippage: ["Slippage", "money"],
  days: ["Days", "count"],
  periodsPerYear: ["Periods a year", "count"],
  riskFree: ["Risk-free rate", "share"],
};

export function metricLabel(name: string): string {
  const plain = name.replace(/^-/, "");
  return `${name.startsWith("-") ? "−" : ""}${METRICS[plain]?.[0] ?? plain}`;
}

/** Known metrics in their order, then whatever else came, by name. */
export function metricOrder(names: readonly string[]): string[] {
  const place = new Map(Object.keys(METRICS).map((name, at) => [name, at]));
  return [...names].sort((a, b) => (place.get(a) ?? 1e3) - (place.get(b) ?? 1e3) || a.localeCompare(b));
}

export function metricText(name: string, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  switch (METRICS[name.replace(/^-/, "")]?.[1]) {
    case "share":
      return percent(value, 1);
    case "signed-share":
      return percent(value, 1, true);
    case "price-share":
      return percent(value, 2);
    case "count":
      return number(value, Number.isInteger(value) ? 0 : 1);
    case "money":
      return number(value, 2);
    case "signed-money":
      return number(value, 2, true);
    case "duration":
      return duration(value);
    case "ratio":
      return number(value, 2);
    default:
      return compact(value);
  }
}
