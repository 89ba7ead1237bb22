/**
 * What a research job is, and what it needs of whoever runs it: the command line, in its own process, or the floor's
 * actors. Owns shapes only. A job's finished trials go to its checkpoint before they count; a job that is run again with
 * the same checkpoint goes on where it stopped and ends with the result it would have had.
 */
import type { BlockMoments } from "../../domain/analytics/block-moments.ts";
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type {
  BacktestReport,
  MetricValues,
  MonteCarloReport,
  SearchReport,
  ValidationReport,
} from "../../domain/contract/views/research.ts";
import type { ParamValues } from "../../domain/contract/views/strategy.ts";

export interface MonteCarloSpec {
  readonly backtest: BacktestSpec;
  readonly method: "trade-order" | "block-bootstrap" | "candle-bootstrap";
  readonly paths: number;
  readonly seed: string;
}

export type ResearchJob =
  | { readonly kind: "backtest"; readonly spec: BacktestSpec }
  /** With folds: a walk-forward. */
  | { readonly kind: "optimize"; readonly spec: SearchSpec }
  | { readonly kind: "monte-carlo"; readonly spec: MonteCarloSpec }
  | { readonly kind: "validate"; readonly spec: BacktestSpec };

export type ResearchReport = BacktestReport | SearchReport | MonteCarloReport | ValidationReport;

/** One finished trial, as it is written to the checkpoint: JSON. */
export interface TrialRecord {
  /** From 0, in the order the search asked for them. */
  readonly trial: number;
  /** Fold of a walk-forward, from 0; null for the search over the whole searched range. */
  readonly fold: number | null;
  /** Which part of the fold: trials are of `train`; `test` is the chosen one out of sample; `hold-out` the last check. */
  readonly part: "train" | "test" | "hold-out";
  readonly params: ParamValues;
  readonly state: "done" | "pruned" | "skipped" | "failed";
  readonly reason: string | null;
  readonly metrics: MetricValues;
  /** Of the daily returns: 16 blocks in order of time; empty unless done. */
  readonly blocks: readonly BlockMoments[];
  /** Of the outcome; null unless done. */
  readonly hash: string | null;
  /** First objective at the checkpoints of pruning that were reached, larger is better; empty without pruning. */
  readonly partial: readonly (number | null)[];
}

/** Appends are in the order of the calls; one that resolved survives a kill of the process. */
export interface CheckpointLog {
  /** What was appended before, oldest first. @throws {DstaError} CHECKPOINT_DAMAGED; a torn last line is dropped. */
  load(): Promise<readonly TrialRecord[]>;
  append(records: readonly TrialRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface JobProgress {
  readonly done: number;
  readonly total: number;
  readonly running: number;
  readonly skipped: number;
  /** Milliseconds left by the pace so far; null before there is a pace. */
  readonly etaMs: number | null;
  readonly barsPerSecond: number | null;
  readonly bestParams: ParamValues | null;
  readonly bestMetrics: MetricValues | null;
}
