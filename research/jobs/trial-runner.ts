/**
 * Trials on the pool. A worker that dies takes a batch along, and nothing says which of its trials was to blame: each of
 * them runs once more, alone, and fails when its worker dies again. Every trial so ends with a result, and no trial ends
 * the search.
 */
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { LoadedData } from "../data/load.ts";
import { isWorkerLoss, type ResearchPool } from "./pool.ts";
import type { TrialRequest, TrialResult } from "./worker-task.ts";

/** A trial that takes longer is taken for one that never ends. */
const TRIAL_LIMIT_MS = 600_000;

export interface TrialRunner {
  readonly pool: ResearchPool;
  readonly data: LoadedData;
  readonly spec: BacktestSpec;
  readonly signal: AbortSignal | undefined;
}

/** Results in the order of the requests. @throws {DstaError} CANCELLED, and what no trial of this spec can get past */
export async function runTrials(runner: TrialRunner, requests: readonly TrialRequest[]): Promise<readonly TrialResult[]> {
  try {
    return await attempt(runner, requests);
  } catch (error) {
    if (!isWorkerLoss(error)) throw error;
    return Promise.all(requests.map((request) => lastAttempt(runner, request)));
  }
}

function attempt({ pool, data, spec, signal }: TrialRunner, trials: readonly TrialRequest[]): Promise<readonly TrialResult[]> {
  return pool.runOn<readonly TrialResult[]>("trials", data, { spec, trials }, { signal, limitMs: TRIAL_LIMIT_MS * trials.length });
}

async function lastAttempt(runner: TrialRunner, request: TrialRequest): Promise<TrialResult> {
  try {
    return (await attempt(runner, [request]))[0]!;
  } catch (error) {
    if (!isWorkerLoss(error)) throw error;
    return lost(error.message);
  }
}

function lost(reason: string): TrialResult {
  return { state: "failed", reason: `twice: ${reason}`, metrics: {}, blocks: [], hash: null, partial: [], bars: 0, curve: [] };
}
