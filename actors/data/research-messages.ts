/** What a run's actor says to itself, besides what anybody may ask it. */
import { backtestMessages, optimizerMessages, type RunActor } from "../../domain/contract/actors/research.ts";
import { internal } from "../../domain/contract/message.ts";
import type { JobProgress, TrialRecord } from "../../research/jobs/job.ts";
import type { RunKey } from "../../research/store/document.ts";
import type { RunResult } from "../../research/host/bench.ts";
import type { RunError } from "../../research/store/run-record.ts";

/** How a try ended. */
export type RunEnd =
  | { readonly type: "done"; readonly result: RunResult }
  | { readonly type: "failed"; readonly error: RunError }
  /** Its thread is gone: may be tried again. */
  | { readonly type: "lost"; readonly error: RunError }
  /** Not tried again before a person says so. */
  | { readonly type: "interrupted"; readonly error: RunError };

function ownMessages(kind: RunActor) {
  return {
    /** Lasts as long as the run: an actor that is carrying on a run is not put to rest as idle. */
    carry: internal<null>(kind, "carry"),
    begin: internal<{ readonly workers: number }>(kind, "begin"),
    identify: internal<RunKey>(kind, "identify"),
    trials: internal<{ readonly records: readonly TrialRecord[] }>(kind, "trials"),
    progress: internal<JobProgress>(kind, "progress", "market"),
    ended: internal<RunEnd>(kind, "ended"),
  } as const;
}

export const backtestRunMessages = { ...backtestMessages, ...ownMessages("backtest") } as const;
export const optimizerRunMessages = { ...optimizerMessages, ...ownMessages("optimizer") } as const;

export type RunMessages = typeof backtestRunMessages;
