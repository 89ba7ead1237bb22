/**
 * What the verbs that run research jobs share: workers, the run's folder, progress, Ctrl-C, and where the report goes.
 * Ctrl-C ends the workers at once; finished trials are on the disk already, and the message says how to go on.
 */
import { availableParallelism } from "node:os";
import { systemClock } from "../../brokers/system-ports.ts";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { ResearchKind } from "../../domain/contract/views/research.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import { openCheckpointFile } from "../../research/jobs/checkpoint-file.ts";
import type { ResearchJob, ResearchReport } from "../../research/jobs/job.ts";
import { createPool } from "../../research/jobs/pool.ts";
import { runJob } from "../../research/jobs/run-job.ts";
import { codeVersion } from "../../research/run/code-version.ts";
import type { Catalogue } from "../../strategies/catalogue.ts";
import { reportFormat, writeReport } from "../research/write-report.ts";
import { CliError, EXIT, type Terminal } from "../terminal.ts";
import { ProgressLine } from "./progress-line.ts";
import type { JobOptions } from "./job-options.ts";
import { openRunFolder, type RunFolder, saveReport } from "./run-folder.ts";

export interface JobRequest {
  readonly job: ResearchJob;
  readonly kind: ResearchKind;
  readonly backtest: BacktestSpec;
  readonly catalogue: Catalogue;
  /** What progress counts; "" for a share. */
  readonly unit: string;
}

/** @throws {CliError} 130 when it was stopped, 1 when every trial failed; {DstaError} what the job throws */
export async function runJobVerb<Report extends ResearchReport>(
  terminal: Terminal,
  request: JobRequest,
  options: JobOptions,
  show: (report: Report) => string,
): Promise<void> {
  const format = options.report === undefined ? null : reportFormat("--report", options.report);
  const { job, kind, backtest } = request;
  const folder = await openRunFolder(job, kind, backtest.data.files, options, terminal.env);
  let report: Report;
  try {
    report = (await carryOut(terminal, request, options, folder)) as Report;
    await saveReport(folder, report);
  } finally {
    await folder.release();
  }
  if (options.report !== undefined && format !== null) await writeReport(options.report, report, format);
  if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
  else {
    terminal.out(show(report));
    terminal.out(`\nSaved in ${folder.path}${options.report === undefined ? "" : `, report in ${options.report}`}\n`);
  }
  refuseAllFailed(report);
}

/** @throws {CliError} when a search has nothing to show for its trials but failures: a script has to notice */
export function refuseAllFailed(report: ResearchReport): void {
  if (!("trials" in report) || report.trials.length === 0) return;
  const failed = report.trials.filter(({ state }) => state === "failed");
  if (failed.length < report.trials.length) return;
  throw new CliError(EXIT.failed, `all ${failed.length} trials failed, the first with: ${failed[0]!.reason ?? "no reason"}`);
}

async function carryOut(
  terminal: Terminal,
  { job, catalogue, unit }: JobRequest,
  options: JobOptions,
  folder: RunFolder,
): Promise<ResearchReport> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const line = new ProgressLine(terminal, systemClock, unit);
  const pool = createPool({ workers: options.workers ?? availableParallelism(), ownModule: catalogue.ownModule, clock: systemClock });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, onSignal);
  try {
    const version = await codeVersion(catalogue.ownModule);
    return await runJob(job, {
      pool,
      catalogue,
      clock: systemClock,
      resolve: (name) => name,
      checkpoint: (identity) => openCheckpointFile(folder.trialsFile, identity),
      head: { id: folder.id, by: "cli", node: "cli", codeVersion: version, submittedAtMs: systemClock.now() },
      onProgress: (progress) => line.show(progress),
      signal: stop.signal,
    });
  } catch (error) {
    line.end();
    if (!isExpected(error) || error.type !== "CANCELLED") throw error;
    const how = job.kind === "optimize" ? `: what finished is in ${folder.path}, the same command with --resume goes on` : "";
    throw new CliError(EXIT.interrupted, `stopped${how}`);
  } finally {
    line.end();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, onSignal);
    await pool.close();
  }
}
