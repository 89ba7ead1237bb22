/** What a search found, and what it was asked: what its report and the trust in it are made of. Owns shapes only. */
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { Judge } from "../../domain/optimization/objective.ts";
import type { Space } from "../../domain/optimization/space.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import type { LoadedData } from "../data/load.ts";
import type { TrialRecord } from "./job.ts";
import type { RunHead, RunOutcome } from "./run-row.ts";
import type { FoldPlan } from "./search-plan.ts";
import type { SearchOutcome } from "./search-run.ts";
import type { TrialKeeper } from "./trial-keeper.ts";
import type { CurvePoint } from "./worker-task.ts";

export interface OutOfSample {
  readonly record: TrialRecord;
  readonly curve: readonly CurvePoint[];
}

export interface FoldOutcome {
  readonly plan: FoldPlan;
  /** Null when no trial of the training window was within the constraints. */
  readonly chosen: TrialRecord | null;
  readonly tested: OutOfSample | null;
}

export interface SearchFindings {
  readonly searched: SearchOutcome;
  readonly folds: readonly FoldOutcome[];
  readonly heldOut: OutOfSample | null;
  /** Of the winner, over all of the data. */
  readonly curve: readonly CurvePoint[];
}

export interface SearchContext {
  readonly spec: SearchSpec;
  readonly data: LoadedData;
  readonly space: Space;
  readonly judge: Judge;
  readonly keeper: TrialKeeper;
  readonly head: RunHead;
  readonly strategyNamed: (name: string) => AnyStrategy;
  readonly outcome: Pick<RunOutcome, "startedAtMs" | "endedAtMs" | "workers" | "progress">;
}
