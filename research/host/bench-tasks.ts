/**
 * What a thread of research answers: one run at a time, and questions about finished ones. Lives in the thread: reading
 * data, the search itself and drawing a report may hold its loop as long as they like.
 */
import { join } from "node:path";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import { loadCatalogue } from "../../strategies/catalogue.ts";
import { resolveIn } from "../data/data-sets.ts";
import { loadData } from "../data/load.ts";
import { specHash } from "../jobs/identity.ts";
import type { CheckpointLog, JobProgress, ResearchReport, TrialRecord } from "../jobs/job.ts";
import { createPool, type ResearchPool } from "../jobs/pool.ts";
import type { JobPorts } from "../jobs/ports.ts";
import { runJob } from "../jobs/run-job.ts";
import type { RunDocument, RunKey, RunSummary } from "../store/document.ts";
import { putSeries } from "../store/run-files.ts";
import { backtestOf } from "../store/run-record.ts";
import type { RunResult, RunTask } from "./bench.ts";
import type { Rpc } from "./rpc.ts";
import type { ThreadSettings } from "./run-thread.ts";

export interface TaskWithTrials extends RunTask {
  /** What was finished before. */
  readonly records: readonly TrialRecord[];
}

/** Four a second. */
const PROGRESS_EVERY_MS = 250;

export class BenchTasks {
  readonly #settings: ThreadSettings;
  readonly #clock: Clock;
  readonly #home: Rpc;
  #pool: ResearchPool | null = null;
  #running: { readonly id: string; readonly controller: AbortController } | null = null;

  constructor(settings: ThreadSettings, clock: Clock, home: Rpc) {
    this.#settings = settings;
    this.#clock = clock;
    this.#home = home;
  }

  cancel(id: string): void {
    if (this.#running?.id === id) this.#running.controller.abort();
  }

  /** @throws {DstaError} what the job refuses; CANCELLED; CHECKPOINT_OTHER */
  async run(task: TaskWithTrials): Promise<RunResult> {
    const { job, head, fresh } = task;
    const controller = new AbortController();
    this.#running = { id: head.id, controller };
    try {
      const backtest = backtestOf(job);
      const resolve = resolveIn(this.#settings.dataFolder);
      const data = await loadData(backtest.data, { resolve, market: backtest.market });
      const key: RunKey = { specHash: specHash(job), dataHash: data.hash, codeVersion: head.codeVersion };
      const found = fresh ? null : await this.#home.ask<RunDocument | null>("find", key);
      if (found !== null) return { document: { ...found, id: head.id, job, summary: found.summary }, cachedFrom: found.id };
      await this.#home.ask("identify", key);
      const report = await runJob(job, { ...(await this.#ports(task, controller.signal)), data });
      return { document: await this.#documentOf(task, key, report), cachedFrom: null };
    } finally {
      this.#running = null;
    }
  }

  async #documentOf({ job, head }: RunTask, key: RunKey, report: ResearchReport): Promise<RunDocument> {
    const slim = await putSeries(join(this.#settings.root, head.id), report);
    const seed = job.spec.seed;
    return {
      ...key,
      id: head.id,
      job,
      seed,
      savedAtMs: 0,
      node: head.node,
      folder: head.id,
      summary: summaryOf(report),
      report: JSON.stringify(slim),
    };
  }

  async #ports({ head, records }: TaskWithTrials, signal: AbortSignal): Promise<JobPorts> {
    const { workers, ownModule, dataFolder } = this.#settings;
    this.#pool ??= createPool({ workers, ownModule, clock: this.#clock });
    let toldAtMs = 0;
    return {
      pool: this.#pool,
      checkpoint: () => checkpointAt(this.#home, records),
      clock: this.#clock,
      resolve: resolveIn(dataFolder),
      catalogue: await loadCatalogue(ownModule),
      head,
      signal,
      onProgress: (progress: JobProgress) => {
        const nowMs = this.#clock.now();
        if (nowMs - toldAtMs < PROGRESS_EVERY_MS) return;
        toldAtMs = nowMs;
        this.#home.tell("progress", progress);
      },
    };
  }
}

/** Trials are written down by the run's actor, in the journal. */
function checkpointAt(home: Rpc, records: readonly TrialRecord[]): CheckpointLog {
  return {
    load: () => Promise.resolve(records),
    append: (finished) => home.ask<void>("append", finished),
    close: () => Promise.resolve(),
  };
}

function summaryOf({ run }: ResearchReport): RunSummary {
  if (run.hash === null) throw new DstaError("RESEARCH_FAILED", `${run.id} ended without a hash of its results`, { code: 500 });
  const { symbols, fromMs, toMs, done, total, skipped, barsPerSecond, bestParams, metrics, heldOut, deflatedSharpe, dataHash, hash } = run;
  return { symbols, fromMs, toMs, done, total, skipped, barsPerSecond, bestParams, metrics, heldOut, deflatedSharpe, dataHash, hash };
}
