/**
 * What a search found, put together: its trials with their front, the folds and their curve out of sample, the winner,
 * and how far to trust it. Decided by what was found; only the run's own times and pace differ between equal searches.
 */
import type { MetricValues, ResearchTrial, SearchReport } from "../../domain/contract/views/research.ts";
import { hypervolume, worstScores } from "../../domain/optimization/hypervolume.ts";
import type { Judge } from "../../domain/optimization/objective.ts";
import { paretoFront, rankedOf } from "../../domain/optimization/pareto.ts";
import type { TrialRecord } from "./job.ts";
import { finishedRun, resultHash } from "./run-row.ts";
import type { FoldOutcome, SearchContext, SearchFindings } from "./search-findings.ts";
import { type SearchOutcome, told } from "./search-run.ts";
import { trustOf } from "./search-trust.ts";
import type { KeptTrial } from "./trial-keeper.ts";
import type { CurvePoint } from "./worker-task.ts";

export function searchReport(found: SearchFindings, context: SearchContext): SearchReport {
  const { spec, data, judge, keeper, head, strategyNamed, outcome } = context;
  const { searched, folds, heldOut, curve } = found;
  const shown = searched.trials.map((kept) => shownTrial(kept, keeper.metricsOf(kept), judge));
  const ranked = shown.map((row) => rankedOf(row));
  const frontRows = paretoFront(ranked);
  for (const index of frontRows) shown[index]!.onFront = true;
  const front = frontRows.map((index) => shown[index]!.trial);
  const worst = spec.objectives.length > 1 ? worstScores(ranked) : null;
  const results = {
    best: bestRow(searched.best, judge, front),
    trials: [...shown, ...skippedRows(searched)],
    front,
    hypervolume:
      worst === null
        ? null
        : hypervolume(
            frontRows.map((index) => ranked[index]!.scores),
            worst,
          ).value,
    folds: folds.map(foldRow),
    stitched: stitched(folds),
    trust: trustOf(found, context),
    equity: [...curve],
  };
  const run = finishedRun(head, spec.backtest, data, strategyNamed, {
    ...outcome,
    kind: spec.folds === null ? "optimize" : "walk-forward",
    what: spec.method,
    seed: spec.seed,
    bestParams: searched.best?.params ?? null,
    metrics: searched.best?.metrics ?? null,
    heldOut: heldOut?.record.metrics ?? null,
    deflatedSharpe: results.trust.deflatedSharpe,
    hash: resultHash(results),
  });
  return { run, spec, ...results };
}

function shownTrial(kept: KeptTrial, metrics: MetricValues, judge: Judge): ResearchTrial {
  const { trial, fold, params, state, reason } = kept;
  const { objectives, feasible } = told(state, metrics, judge);
  return { trial, fold, params, state, reason, objectives: [...objectives], metrics, feasible, onFront: false };
}

/** With all of its metrics. */
function bestRow(best: TrialRecord | null, judge: Judge, front: readonly number[]): ResearchTrial | null {
  if (best === null) return null;
  const { trial, fold, params, state, reason, metrics } = best;
  const { objectives, feasible } = told(state, metrics, judge);
  return { trial, fold, params, state, reason, objectives: [...objectives], metrics, feasible, onFront: front.includes(trial) };
}

/** Combinations that the strategy's own check refuses; numbered behind the trials. */
function skippedRows({ trials, skips }: SearchOutcome): ResearchTrial[] {
  return skips.map(({ params, reason }, index) => ({
    trial: trials.length + index,
    fold: null,
    params,
    state: "skipped",
    reason,
    objectives: [],
    metrics: {},
    feasible: false,
    onFront: false,
  }));
}

function foldRow({ plan, chosen, tested }: FoldOutcome): SearchReport["folds"][number] {
  const { fold, train, test } = plan.ranges;
  return {
    fold,
    trainFromMs: train.fromMs,
    trainToMs: train.toMs,
    testFromMs: test.fromMs,
    testToMs: test.toMs,
    params: chosen?.params ?? null,
    inSample: chosen?.metrics ?? null,
    outOfSample: tested?.record.state === "done" ? tested.record.metrics : null,
  };
}

/** Each window goes on with what the one before it ended with; one without a run changes nothing. */
function stitched(folds: readonly FoldOutcome[]): CurvePoint[] {
  const points: CurvePoint[] = [];
  let equity: number | null = null;
  for (const { tested } of folds) {
    const curve = tested?.curve ?? [];
    const start = curve[0]?.value;
    if (start === undefined) continue;
    const scale: number = equity === null ? 1 : equity / start;
    for (const { time, value } of curve) {
      // The first point is the cash the window began with, at the end of the one before it.
      if (points.length > 0 && time <= points.at(-1)!.time) continue;
      points.push({ time, value: value * scale });
    }
    equity = points.at(-1)!.value;
  }
  return points;
}
