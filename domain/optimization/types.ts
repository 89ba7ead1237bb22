/**
 * The shapes of a search: what it asks to be run, what it is told back, and the ask/tell face that every method has.
 * Owns shapes only. Scores are oriented: larger is better, whatever the metric (see objective.ts); null is the worst.
 */
import type { ParamValues } from "../contract/views/strategy.ts";

/** One set of parameters to run. */
export interface Candidate {
  /** From 0, in the order of asking, without holes. */
  readonly trial: number;
  /** Of the searched dimensions only; `Space.complete` adds the fixed ones. */
  readonly params: ParamValues;
  /** By checkpoint: end the trial when its first score there lies below; null never. Empty without pruning. */
  readonly stopBelow: readonly (number | null)[];
}

export interface TrialResult {
  readonly state: "done" | "pruned" | "failed" | "skipped";
  /** In the order of the objectives. Read of finished trials only. */
  readonly objectives: readonly (number | null)[];
  readonly feasible: boolean;
  /** How far outside its constraints, 0 when inside; see `Judge`. Default 0 when feasible, 1 when not. */
  readonly violation?: number;
  /** Nearest distance to a constraint's bound: positive inside, negative outside; see `Judge`. A guess without it. */
  readonly margin?: number;
  /** First score at each checkpoint passed. Needed of finished trials when the search prunes. */
  readonly steps?: readonly (number | null)[];
}

/** A trial and what became of it. */
export interface Told {
  readonly trial: number;
  readonly params: ParamValues;
  readonly result: TrialResult;
}

/** A combination that the strategy's own check refuses: no trial. */
export interface SkippedPoint {
  readonly params: ParamValues;
  readonly reason: string;
}

/**
 * A search as a state machine. What is asked depends on the spec, the seed and results by trial number only: never on
 * the order in which results arrive or on how many are asked at once. A new search with the same spec and seed that is
 * told the results so far, in the order of their trial numbers, goes on with the same candidates: that is how a killed
 * process resumes.
 */
export interface Search {
  /** At most `count` new candidates; fewer, or none, while results of earlier ones are needed first. */
  ask(count: number): Candidate[];
  /**
   * Takes the result of a trial, in any order; also of one not asked yet whose batch can be worked out (a resume), which
   * is then not asked any more.
   * @throws {DstaError} VALIDATION_ERROR field `trial` when it cannot be, or was told before.
   */
  tell(trial: number, result: TrialResult): void;
  /** Everything that will be asked has been asked and told. May turn true in a call of `ask` that gives nothing. */
  readonly finished: boolean;
  /** How many trials there will be at most; exact for a grid, and once the search is finished. */
  readonly total: number;
  /** Results told so far. */
  readonly told: number;
  /** Combinations of a grid that are no trials; the first of them in `skips` (≤ 10,000). */
  readonly skipped: number;
  readonly skips: readonly SkippedPoint[];
}

/** A method: makes one batch from all results of the batches before it. */
export interface Proposer {
  /** Batches that may be asked beyond the last one whose results the method needs. */
  readonly ahead: number;
  readonly total: number;
  readonly skipped: number;
  readonly skips: readonly SkippedPoint[];
  /**
   * The next batch; empty when there is nothing left to try.
   * @param known results in the order of their trial numbers; the same ones on every machine.
   */
  propose(batch: number, known: readonly Told[]): readonly ParamValues[];
}
