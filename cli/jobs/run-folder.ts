/**
 * Where a run of the command line keeps its files: what was asked, the finished trials, the report. A run is named by what
 * it is asked, so the same command finds its own. Refuses to write over a run that was not finished unless told to, and
 * one that another process is at: two writers would leave every trial there twice.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { takeFolderLock } from "../../brokers/postgres/folder-lock.ts";
import { runIdOf } from "../../domain/contract/actors/research.ts";
import type { ResearchKind } from "../../domain/contract/views/research.ts";
import { specHash } from "../../research/jobs/identity.ts";
import type { ResearchJob, ResearchReport } from "../../research/jobs/job.ts";
import { dataFolderWith } from "../data-folder.ts";
import { usage } from "../terminal.ts";

export interface RunFolderOptions {
  readonly run?: string;
  readonly resume?: boolean;
  readonly fresh?: boolean;
}

export interface RunFolder {
  readonly id: string;
  readonly path: string;
  readonly trialsFile: string;
  /** Gives the folder to the next process. */
  release(): Promise<void>;
}

const TRIALS = "trials.jsonl";
const REPORT = "report.json";

/** @throws {CliError} wrong usage when another process has it, or an unfinished run is there and neither --resume nor --fresh was given */
export async function openRunFolder(
  job: ResearchJob,
  kind: ResearchKind,
  files: readonly string[],
  options: RunFolderOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunFolder> {
  const places = files.map((file) => resolve(file));
  const id = runIdOf(
    kind,
    createHash("sha256")
      .update(JSON.stringify([specHash(job.spec), places]))
      .digest("hex")
      .slice(0, 12),
  );
  const path = options.run === undefined ? join(dataFolderWith("research", undefined, env), "research", id) : resolve(options.run);
  const lock = await takeFolderLock(join(path, "lock"));
  if (!lock.taken) throw usage(`${path}: process ${lock.holder.pid} is at this run; wait for it, stop it, or give another --run`);
  try {
    await prepare(path, job, options);
  } catch (error) {
    await lock.release();
    throw error;
  }
  return { id, path, trialsFile: join(path, TRIALS), release: lock.release };
}

async function prepare(path: string, job: ResearchJob, options: RunFolderOptions): Promise<void> {
  const [trials, report] = [join(path, TRIALS), join(path, REPORT)];
  if (existsSync(trials) && !existsSync(report) && !options.resume && !options.fresh) {
    throw usage(`${path} holds a run that did not finish: --resume goes on with it, --fresh starts over`);
  }
  if (!options.resume) await Promise.all([trials, report].map((file) => rm(file, { force: true })));
  await writeFile(join(path, "spec.json"), `${JSON.stringify(job, null, 2)}\n`);
}

/** Whole or not at all. */
export async function saveReport({ path }: RunFolder, report: ResearchReport): Promise<void> {
  const file = join(path, REPORT);
  await writeFile(`${file}.new`, `${JSON.stringify(report)}\n`);
  await rename(`${file}.new`, file);
}
