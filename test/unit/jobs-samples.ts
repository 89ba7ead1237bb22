/** Records of trials for the tests of research jobs. */
import type { RunIdentity } from "../../research/jobs/identity.ts";
import type { TrialRecord } from "../../research/jobs/job.ts";

export const identity: RunIdentity = { specHash: "5bec", dataHash: "da7a", codeVersion: "0.1.0" };

export function record(trial: number, more: Partial<TrialRecord> = {}): TrialRecord {
  return {
    trial,
    fold: null,
    part: "train",
    params: { fast: trial },
    state: "done",
    reason: null,
    metrics: { sharpe: trial / 10, trades: 40 },
    blocks: [[2, 0.1, 0.01]],
    hash: `h${trial}`,
    partial: [],
    ...more,
  };
}
