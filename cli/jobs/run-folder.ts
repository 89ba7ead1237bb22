/**
 * Where a run of the command line keeps its files: what was asked, the finished trials, the report. A run is named by what
 * it is asked, so the same command finds its own. Refuses to write over a run that was not finished unless told to.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
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
}

const TRIALS = "trials.jsonl";
const REPORT = "report.json";

/** @throws {CliError} wrong usage when an unfinished run is there and neither --resume nor --fresh was given */
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
  const trialsFile = join(path, TRIALS);
  const isUnfinished = existsSync(trialsFile) && !existsSync(join(path, REPORT));
  if (isUnfinished && !options.resume && !options.fresh) {
    throw usage(`${path} holds a run that did not finish: --resume goes on with it, --fresh starts over`);
  }
  await mkdir(path, { recursive: true });
  if (!options.resume) await Promise.all([trialsFile, join(path, REPORT)].map((file) => rm(file, { force: true })));
  await writeFile(join(path, "spec.json"), `${JSON.stringify(job, null, 2)}\n`);
  return { id, path, trialsFile };
}

/** Whole or not at all. */
export async function saveReport({ path }: RunFolder, report: ResearchReport): Promise<void> {
  const file = join(path, REPORT);
  await writeFile(`${file}.new`, `${JSON.stringify(report)}\n`);
  await rename(`${file}.new`, file);
}
