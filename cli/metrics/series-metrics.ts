/**
 * Metrics of series that come from files. Owns what the rows mean: rows of returns are periods, as are rows of equity
 * unless they have times and no period was given; those are measured by days, as a run is. The curve is the equity that
 * was given, else what the returns compound to from 1. Rows without times are 1 / periods of a 365-day year apart.
 */
import { DAY_MS, dailyReturns } from "../../domain/analytics/daily-returns.ts";
import type { EquitySeries } from "../../domain/analytics/inputs.ts";
import { type Metrics, seriesMetrics } from "../../domain/analytics/metrics.ts";
import type { ReturnConvention } from "../../domain/analytics/return-measures.ts";
import type { SeriesFile } from "./series-file.ts";

export const DAYS_PER_YEAR = 365;
const YEAR_MS = DAYS_PER_YEAR * DAY_MS;
const NO_TRADES = "a series has no trades";
const NO_MONEY = "returns are no amounts: give the equity, too";

export interface GivenSeries {
  readonly returns: SeriesFile | null;
  readonly equity: SeriesFile | null;
  /** Null: not given. */
  readonly periods: number | null;
  readonly riskFree: number;
}

export interface SeriesResult extends Metrics {
  readonly convention: ReturnConvention & { readonly n: number };
  /** What the metrics are of; times are made up when the file has none. */
  readonly returns: { readonly timeMs: Float64Array; readonly value: Float64Array };
  /** True when `returns` has the times of a file. */
  readonly isTimed: boolean;
}

/** Of one of the two series, or of both. */
export function metricsOfSeries({ returns: file, equity, periods, riskFree }: GivenSeries): SeriesResult {
  const periodsPerYear = periods ?? DAYS_PER_YEAR;
  const stepMs = YEAR_MS / periodsPerYear;
  const own = equity === null ? null : { timeMs: equity.timeMs ?? steps(equity.value.length, stepMs), value: equity.value };
  const returns = file !== null ? timed(file, stepMs) : returnsOf(own!, equity!.timeMs !== null && periods === null);
  const curve = own ?? compounded(returns);
  const convention = { periodsPerYear, riskFree };
  const metrics = seriesMetrics(returns.value, curve, convention, { noTrades: NO_TRADES, noMoney: own === null ? NO_MONEY : null });
  const isTimed = (file ?? equity)?.timeMs !== null;
  return { ...metrics, convention: { ...convention, n: returns.value.length }, returns, isTimed };
}

/** In words, when rows are much closer or further apart than the periods they are taken for; else null. */
export function mismatch({ returns, isTimed, convention }: SeriesResult): string | null {
  const span = returns.timeMs.length - 1;
  if (!isTimed || span < 2) return null;
  const gapMs = (returns.timeMs[span]! - returns.timeMs[0]!) / span;
  const perYear = YEAR_MS / gapMs;
  const ratio = perYear / convention.periodsPerYear;
  if (ratio > 0.5 && ratio < 2) return null;
  return `rows are ${(gapMs / DAY_MS).toPrecision(3)} days apart, but were taken as ${convention.periodsPerYear} a year: see --periods`;
}

function timed({ timeMs, value }: SeriesFile, stepMs: number) {
  // The first return ends one step after the start.
  return { timeMs: timeMs ?? steps(value.length + 1, stepMs).subarray(1), value };
}

function returnsOf(curve: EquitySeries, isDaily: boolean) {
  if (isDaily) {
    const { dayMs, returns } = dailyReturns(curve);
    return { timeMs: Float64Array.from(dayMs), value: returns };
  }
  const { timeMs, value } = curve;
  return {
    timeMs: timeMs.subarray(1),
    value: value.subarray(1).map((now, row) => (value[row]! > 0 ? now / value[row]! - 1 : 0)),
  };
}

function compounded({ timeMs, value }: { timeMs: Float64Array; value: Float64Array }): EquitySeries {
  const curve = { timeMs: new Float64Array(value.length + 1), value: new Float64Array(value.length + 1).fill(1) };
  curve.timeMs[0] = timeMs[0]! - (value.length > 1 ? timeMs[1]! - timeMs[0]! : DAY_MS);
  for (const [row, share] of value.entries()) {
    curve.timeMs[row + 1] = timeMs[row]!;
    curve.value[row + 1] = curve.value[row]! * (1 + share);
  }
  return curve;
}

function steps(count: number, stepMs: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => row * stepMs);
}
