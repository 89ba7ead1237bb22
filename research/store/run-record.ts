/**
 * What is kept of a research run for good: a fold of its stream `research/<id>`. Says what was asked, by whom, with which
 * code, and what became of it; the finished trials are in the same stream and only counted here. JSON throughout, so a
 * snapshot is the record itself. A run whose record is neither ended, cancelled nor interrupted is to be carried on.
 */
import type { ResearchJobRow } from "../../domain/contract/actors/research.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { ResearchKind, ResearchRun } from "../../domain/contract/views/research.ts";
import type { NewEvent, StoredEvent } from "../../domain/journal/journal.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import type { TrialRecord } from "../jobs/job.ts";
import type { RunKey, RunSummary } from "./document.ts";

export type RunError = NonNullable<ResearchRun["error"]>;

/** How far a run had come when it ended early. */
export type Reached = Pick<ResearchRun, "done" | "total" | "skipped" | "bestParams" | "metrics">;

export type RunEvent =
  | {
      readonly type: "RunSubmitted";
      readonly id: string;
      readonly job: ResearchJobRow;
      readonly by: string;
      readonly strategyVersion: number;
      readonly codeVersion: string;
      /** The run whose numbers it has to repeat. */
      readonly rerunOf: string | null;
    }
  | { readonly type: "RunStarted"; readonly node: string; readonly workers: number }
  /** What trials are of; said again when nothing of an earlier one was finished. */
  | { readonly type: "RunIdentified"; readonly key: RunKey }
  | { readonly type: "TrialsFinished"; readonly records: readonly TrialRecord[] }
  /** With `cachedFrom` nothing was computed: that run's results are this one's. */
  | { readonly type: "RunEnded"; readonly summary: RunSummary; readonly cachedFrom: string | null }
  | { readonly type: "RunFailed"; readonly error: RunError; readonly reached: Reached }
  | { readonly type: "RunCancelled"; readonly by: string; readonly reached: Reached }
  | { readonly type: "RunInterrupted"; readonly error: RunError; readonly reached: Reached }
  | { readonly type: "RunResumed"; readonly by: string }
  /** Its node ends in order, or gives it to another: that start was not in vain. */
  | { readonly type: "RunLeft"; readonly node: string; readonly reached: Reached };

export interface RunRecord {
  readonly job: ResearchJobRow;
  readonly rerunOf: string | null;
  readonly cachedFrom: string | null;
  readonly key: RunKey | null;
  /** Starts since a trial finished or a person asked: a run that ends its process each time must not do so for ever. */
  readonly vainStarts: number;
  readonly trials: number;
  readonly run: ResearchRun;
}

/** Events that change what a list shows, trials aside. */
export const LIFE_EVENTS = [
  "RunSubmitted",
  "RunStarted",
  "RunEnded",
  "RunFailed",
  "RunCancelled",
  "RunInterrupted",
  "RunResumed",
  "RunLeft",
] as const satisfies readonly RunEvent["type"][];

export function runStream(id: string): string {
  return `research/${id}`;
}

export function encodeRunEvent({ type, ...data }: RunEvent, atMs: number): NewEvent {
  return { type, schema: 1, atMs, data };
}

export function foldRun(record: RunRecord | null, { type, data, atMs }: StoredEvent): RunRecord {
  return applyRunEvent(record, { ...data, type } as unknown as RunEvent, atMs);
}

export function applyRunEvent(record: RunRecord | null, event: RunEvent, atMs: number): RunRecord {
  if (event.type === "RunSubmitted") return submitted(event, atMs);
  invariant(record, `${event.type} in the stream of a run that was never submitted`);
  const become = (run: Partial<ResearchRun>, more: Partial<RunRecord> = {}): RunRecord => ({
    ...record,
    ...more,
    run: { ...record.run, ...run },
  });
  switch (event.type) {
    case "RunStarted":
      return become(
        { state: "running", node: event.node, workers: event.workers, startedAtMs: record.run.startedAtMs ?? atMs, error: null },
        { vainStarts: record.vainStarts + 1 },
      );
    case "RunIdentified":
      return become({ dataHash: event.key.dataHash, codeVersion: event.key.codeVersion }, { key: event.key });
    case "TrialsFinished": {
      const trials = record.trials + event.records.length;
      return become({ done: trials }, { trials, vainStarts: 0 });
    }
    case "RunEnded":
      return become({ ...event.summary, state: "done", ...STILL, endedAtMs: atMs }, { cachedFrom: event.cachedFrom });
    case "RunFailed":
      return become({ ...event.reached, state: "failed", error: event.error, ...STILL, endedAtMs: atMs });
    case "RunCancelled":
      return become({ ...event.reached, state: "cancelled", ...STILL, endedAtMs: atMs });
    case "RunInterrupted":
      return become({ ...event.reached, state: "interrupted", error: event.error, ...STILL, endedAtMs: atMs });
    case "RunResumed":
      return become({ state: "queued", error: null, endedAtMs: null }, { vainStarts: 0 });
    case "RunLeft":
      return become({ ...event.reached, state: "queued", ...STILL }, { vainStarts: Math.max(0, record.vainStarts - 1) });
  }
}

const STILL = { running: 0, etaMs: null } as const;

function submitted(event: Extract<RunEvent, { type: "RunSubmitted" }>, atMs: number): RunRecord {
  const { id, job, by, strategyVersion, codeVersion, rerunOf } = event;
  const kind = runKindOf(job);
  const backtest = backtestOf(job);
  const strategy = backtest.strategies.map((row) => row.strategy).join(" + ");
  const run: ResearchRun = {
    id,
    kind,
    state: "queued",
    title: titleOf(strategy, job),
    strategy,
    strategyVersion,
    symbols: [...new Set(backtest.strategies.flatMap(({ symbols }) => symbols ?? []))],
    fromMs: backtest.data.fromMs ?? null,
    toMs: backtest.data.toMs ?? null,
    submittedAtMs: atMs,
    startedAtMs: null,
    endedAtMs: null,
    by,
    done: 0,
    total: 0,
    skipped: 0,
    running: 0,
    etaMs: null,
    barsPerSecond: null,
    error: null,
    bestParams: null,
    metrics: null,
    heldOut: null,
    deflatedSharpe: null,
    dataHash: null,
    codeVersion,
    seed: job.spec.seed,
    hash: null,
    node: "",
    workers: 0,
  };
  return { job, rerunOf, cachedFrom: null, key: null, vainStarts: 0, trials: 0, run };
}

function titleOf(strategy: string, job: ResearchJobRow): string {
  if (job.kind === "backtest") return strategy;
  return `${strategy}, ${job.kind === "optimize" && job.spec.folds === null ? job.spec.method : runKindOf(job)}`;
}

export function runKindOf(job: ResearchJobRow): ResearchKind {
  return job.kind === "optimize" && job.spec.folds !== null ? "walk-forward" : job.kind;
}

/** The backtest that a job repeats, varies or judges. */
export function backtestOf(job: ResearchJobRow): BacktestSpec {
  return job.kind === "optimize" || job.kind === "monte-carlo" ? job.spec.backtest : job.spec;
}

export function hasEnded(run: Pick<ResearchRun, "state">): boolean {
  return run.state !== "queued" && run.state !== "running";
}
