/**
 * What a worker of the pool is asked and answers, by structured clone. Columns travel as shared memory: a worker is sent
 * the data once, when it answers that it does not hold it, and afterwards by its hash only. Trials send numbers back,
 * never fills or whole curves.
 */
import type { BlockMoments } from "../../domain/analytics/block-moments.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { MetricValues } from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";
import type { ErrorRecord } from "../../domain/kernel/error-record.ts";
import type { Objective } from "../../domain/optimization/objective.ts";
import type { CheckName } from "../../domain/validation/validate.ts";
import type { LoadedData } from "../data/load.ts";
import type { MonteCarloSpec } from "./job.ts";

/** Rows from `fromMs` up to, not including, `toMs`; before `tradeFromMs` they only warm indicators up. Null: no bound. */
export interface TimeWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly tradeFromMs: number | null;
}

/** Where a trial is measured before its end, and what it must reach there to go on. */
export interface PruneRule {
  /** Of the equity curve so far. */
  readonly objective: Objective;
  /** Shares of the rows, ascending. */
  readonly checkpoints: readonly number[];
  /** One a checkpoint; null lets every trial pass. */
  readonly stopBelow: readonly (number | null)[];
}

export interface TrialRequest {
  readonly params: ParamValues;
  readonly window: TimeWindow;
  readonly prune: PruneRule | null;
  /** Points of the equity curve that come back; 0 for none. */
  readonly curvePoints: number;
}

export interface CurvePoint {
  readonly time: number;
  readonly value: number;
}

export interface TrialResult {
  readonly state: "done" | "pruned" | "skipped" | "failed";
  readonly reason: string | null;
  readonly metrics: MetricValues;
  readonly blocks: readonly BlockMoments[];
  readonly hash: string | null;
  /** Score of the first objective at each checkpoint that was reached: larger is better. */
  readonly partial: readonly (number | null)[];
  readonly bars: number;
  readonly curve: readonly CurvePoint[];
}

/** The data's columns and what belongs to them, or its hash alone for a worker that may hold it. */
export interface DataRef {
  readonly hash: string;
  readonly data: LoadedData | null;
}

export interface TrialTask {
  readonly data: DataRef;
  readonly spec: BacktestSpec;
  readonly trials: readonly TrialRequest[];
}

/** Numbers of paths: from, up to but not including to. */
export interface PathRange {
  readonly from: number;
  readonly to: number;
}

export interface PathTask {
  readonly data: DataRef;
  readonly spec: MonteCarloSpec;
  readonly range: PathRange;
}

export interface CheckTask {
  readonly data: DataRef;
  readonly spec: BacktestSpec;
  readonly names: readonly CheckName[];
  /** Of the messages about how far it is. */
  readonly id: number;
}

export type WorkerAnswer<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "needs-data" }
  | { readonly kind: "failed"; readonly error: ErrorRecord };

/** What every worker is given when it starts. */
export interface WorkerSettings {
  /** URL of the user's own strategies; null for none. */
  readonly ownModule: string | null;
}

/** Said by a worker between a task and its answer. */
export interface WorkerProgress {
  readonly task: number;
  readonly done: number;
  readonly total: number;
}
