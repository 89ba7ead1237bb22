/**
 * The numbers that say how far a search's winner can be trusted, from its trials: what luck shows among so many, how
 * often the best in sample fails out of sample, whether it stands alone, what is left of it on data nobody searched.
 * Owns where each number comes from; what they are worth together is judged in domain/optimization/trust.ts.
 */
import { deflatedSharpe, type DeflatedSharpe, sharpeVariance } from "../../domain/analytics/deflated-sharpe.ts";
import { pbo } from "../../domain/analytics/pbo.ts";
import type { MetricValues } from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";
import type { Space } from "../../domain/optimization/space.ts";
import { bestPlateau, edgesOf, liesIn, type Plateau, type ScoredPoint, stabilityOf } from "../../domain/optimization/stability.ts";
import { judgeTrust, type Trust } from "../../domain/optimization/trust.ts";
import type { TrialRecord } from "./job.ts";
import type { FoldOutcome, SearchContext, SearchFindings } from "./search-findings.ts";
import { told } from "./search-run.ts";

/** The kurtosis of a normal distribution, which the metric leaves out. */
const NORMAL_KURTOSIS = 3;
const DAYS_PER_YEAR = 365;

export function trustOf(
  { searched, folds, heldOut }: Omit<SearchFindings, "curve">,
  { spec, space, judge, keeper }: Pick<SearchContext, "spec" | "space" | "judge" | "keeper">,
): Trust {
  const { best, trials } = searched;
  const tried = trials.filter(({ state }) => state === "done" || state === "pruned");
  const done = tried.filter(({ state }) => state === "done");
  const placed = trials.filter(({ state }) => state !== "skipped");
  const points = placed.map((kept): ScoredPoint => {
    const { objectives } = told(kept.state, keeper.metricsOf(kept), judge);
    return { params: kept.params, score: objectives[0] ?? null };
  });
  const winner = placed.findIndex(({ trial }) => trial === best?.trial);
  const around = winner < 0 ? null : stabilityOf(points, winner, space);
  const luck =
    best === null
      ? null
      : luckOf(
          best,
          done.map((kept) => perDay(keeper.metricsOf(kept))),
          tried.length,
        );
  const outside = heldOut?.record.state === "done" ? heldOut.record.metrics : null;
  return judgeTrust({
    trials: tried.length,
    deflatedSharpe: luck?.probability ?? null,
    luckSharpe: luck === null ? null : luck.luckSharpe * Math.sqrt(DAYS_PER_YEAR),
    pbo: pbo(done.map((kept) => keeper.blocksOf(kept))),
    stability: around?.ratio ?? null,
    sharpe: { searched: best?.metrics["sharpe"] ?? null, walkForward: walkForwardSharpe(folds), heldOut: outside?.["sharpe"] ?? null },
    heldOutTrades: outside?.["trades"] ?? null,
    winner: best === null ? null : shownPoint(best.params),
    objective: spec.objectives[0]!,
    neighbourMean: around?.neighbourMean ?? null,
    edges: best === null ? [] : edgesOf(best.params, space),
    plateau: plateauOf(points, folds, space),
  });
}

/** Null when the winner's returns do not define a Sharpe ratio. @param sharpes of all finished trials, per day */
function luckOf(best: TrialRecord, sharpes: readonly (number | null)[], trials: number): DeflatedSharpe | null {
  const sharpe = perDay(best.metrics);
  const { days, skew, kurtosis } = best.metrics;
  if (sharpe === null || !isNumber(days) || !isNumber(skew) || !isNumber(kurtosis)) return null;
  return deflatedSharpe({ sharpe, count: days, skew, kurtosis: kurtosis + NORMAL_KURTOSIS }, trials, sharpeVariance(sharpes));
}

function perDay({ sharpe, periodsPerYear }: MetricValues): number | null {
  return isNumber(sharpe) && isNumber(periodsPerYear) ? sharpe / Math.sqrt(periodsPerYear) : null;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}

/** Yearly, of the daily returns of all test windows together; null without any or without deviation. */
function walkForwardSharpe(folds: readonly FoldOutcome[]): number | null {
  let [count, sum, squares] = [0, 0, 0];
  for (const { tested } of folds) {
    for (const block of tested?.record.blocks ?? []) {
      count += block[0];
      sum += block[1];
      squares += block[2];
    }
  }
  if (count < 2) return null;
  const mean = sum / count;
  const variance = (squares - count * mean * mean) / (count - 1);
  return variance > 0 ? (mean / Math.sqrt(variance)) * Math.sqrt(DAYS_PER_YEAR) : null;
}

function plateauOf(points: readonly ScoredPoint[], folds: readonly FoldOutcome[], space: Space) {
  const plateau = folds.length === 0 ? null : bestPlateau(points, space);
  if (plateau === null) return null;
  const held = folds.filter(({ chosen }) => chosen !== null && liesIn(chosen.params, plateau)).length;
  return { text: shownPlateau(plateau), held, folds: folds.length };
}

function shownPoint(params: ParamValues): string {
  return Object.values(params).map(String).join(" / ");
}

function shownPlateau({ ranges }: Plateau): string {
  return Object.values(ranges)
    .map(([low, high]) => (low === high ? String(low) : `${low}–${high}`))
    .join(" / ");
}
