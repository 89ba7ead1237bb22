/**
 * All metrics of a run or an account, by one convention: daily UTC mark-to-market equity net of fees and funding, 365
 * days a year, risk-free 0 unless given; drawdowns on every point of the curve. Owns how the parts make the whole.
 * Invariant: every name of `metric-names.ts` has a finite value, or null and a reason; never NaN, 0 or ∞ in its place.
 *
 * A year is 365 daily returns: `cagr`, `turnover` and the yearly ratios can be worked out from `days`, `periodsPerYear`
 * and `riskFree`, which stand beside them.
 */
import type { MetricValues } from "../contract/views/research.ts";
import { dailyReturns } from "./daily-returns.ts";
import { drawdownSummary } from "./drawdown.ts";
import type { EquitySeries, TradeResult } from "./inputs.ts";
import { METRIC_NAMES, type Measured, type Measures, type MetricName } from "./metric-names.ts";
import { mean } from "./moments.ts";
import { returnMeasures, type ReturnConvention } from "./return-measures.ts";
import { tradeMeasures } from "./trade-measures.ts";

const DAYS_PER_YEAR = 365;

export interface MetricsInput {
  readonly equity: EquitySeries;
  readonly trades: readonly TradeResult[];
  /** Σ notional of all fills. The metric of this name is per year and unit of mean equity. */
  readonly turnover: number;
  readonly exposureRatio: number;
  readonly fees: number;
  readonly funding: number;
  readonly slippage: number;
  /** A year, as a share. Default 0. */
  readonly riskFree?: number;
}

export interface Metrics {
  readonly values: MetricValues;
  /** Why a value is null, by name. */
  readonly why: Record<string, string>;
}

type CurveMetric =
  | "totalReturn"
  | "maxDrawdown"
  | "maxDrawdownDays"
  | "averageDrawdown"
  | "recoveryDays"
  | "calmar"
  | "finalEquity"
  | "netProfit";

type AccountMetric = "exposure" | "turnover" | "fees" | "funding" | "slippage";

/** @throws {DstaError} VALIDATION_ERROR for an equity with times out of order or values that are not finite. */
export function metricsOf(input: MetricsInput): Metrics {
  const { returns } = dailyReturns(input.equity);
  const convention = { periodsPerYear: DAYS_PER_YEAR, riskFree: input.riskFree ?? 0 };
  const account: Measures<AccountMetric> = {
    exposure: input.exposureRatio,
    turnover: turnoverPerYear(input.turnover, input.equity, returns.length / DAYS_PER_YEAR),
    fees: input.fees,
    funding: input.funding,
    slippage: input.slippage,
  };
  return toMetrics({ ...seriesMeasures(returns, input.equity, convention), ...tradeMeasures(input.trades), ...account });
}

/**
 * Metrics of a series of returns of equal periods and the curve they make, without trades.
 * @param noTrades why there are none of those, and
 * @param noMoney why the curve's values are not money; null when they are.
 */
export function seriesMetrics(
  returns: Float64Array,
  equity: EquitySeries,
  convention: ReturnConvention,
  { noTrades, noMoney }: { noTrades: string; noMoney: string | null },
): Metrics {
  const measures = seriesMeasures(returns, equity, convention);
  const without = Object.fromEntries(METRIC_NAMES.map((name) => [name, noTrades])) as Measures;
  return toMetrics({ ...without, ...measures, ...(noMoney === null ? {} : { finalEquity: noMoney, netProfit: noMoney }) });
}

function seriesMeasures(returns: Float64Array, equity: EquitySeries, convention: ReturnConvention) {
  const { value } = equity;
  const first = value[0];
  const last = value.at(-1);
  const growth = first === undefined || last === undefined || first <= 0 ? null : last / first;
  const measures = returnMeasures(returns, growth, convention);
  return { ...measures, ...curveMeasures(equity, growth, measures.cagr) };
}

function curveMeasures(equity: EquitySeries, growth: number | null, cagr: Measured): Measures<CurveMetric> {
  const { value } = equity;
  const falls = drawdownSummary(equity);
  const noShares = value.length === 0 ? "there is no equity" : "the equity starts at 0 or below";
  const neverFell = "the equity never fell below its peak";
  const unrecovered = falls.count === 0 ? neverFell : "the deepest drawdown has not recovered";
  const calmar = typeof cagr === "string" ? cagr : falls.maxDepth === 0 ? neverFell : cagr / falls.maxDepth;
  return {
    totalReturn: growth === null ? noShares : growth - 1,
    maxDrawdown: growth === null ? noShares : falls.maxDepth,
    maxDrawdownDays: growth === null ? noShares : falls.longestDays,
    averageDrawdown: growth === null ? noShares : (falls.averageDepth ?? neverFell),
    recoveryDays: growth === null ? noShares : (falls.recoveryDays ?? unrecovered),
    calmar: growth === null ? noShares : calmar,
    finalEquity: value.at(-1) ?? noShares,
    netProfit: value.length === 0 ? noShares : value.at(-1)! - value[0]!,
  };
}

function turnoverPerYear(notional: number, { value }: EquitySeries, years: number): Measured {
  const average = mean(value);
  if (years === 0) return "needs 1 return at least, has 0";
  return average === null || average <= 0 ? "the mean equity is 0 or below" : notional / average / years;
}

function toMetrics(measures: Measures): Metrics {
  const values: Record<string, number | null> = {};
  const why: Record<string, string> = {};
  for (const name of METRIC_NAMES) {
    const measured: Measured = measures[name satisfies MetricName];
    const isDefined = typeof measured === "number" && Number.isFinite(measured);
    values[name] = isDefined ? measured : null;
    if (!isDefined) why[name] = typeof measured === "string" ? measured : "is not a finite number";
  }
  return { values, why };
}
