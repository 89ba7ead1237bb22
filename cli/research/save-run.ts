/** Keeps a finished backtest on this machine, see saved-runs.ts: the same run again writes the same folder. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { CliError, EXIT } from "../terminal.ts";
import { type LocalRun, wholeReport } from "./local-run.ts";
import { type Env, runsFolder } from "./saved-runs.ts";
import { writeReport } from "./write-report.ts";

/** The folder it was written to. @throws {CliError} when it cannot be written */
export async function saveRun(local: LocalRun, env: Env): Promise<string> {
  const { report } = local;
  const folder = join(runsFolder(env), report.run.id);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "spec.json"), `${JSON.stringify(fromAnywhere(report.spec), null, 2)}\n`);
    await writeFile(join(folder, "report.json"), `${JSON.stringify(report)}\n`);
  } catch (error) {
    throw new CliError(EXIT.failed, `--save: ${folder} cannot be written: ${messageOf(error)}`, error);
  }
  await writeReport(join(folder, "equity.parquet"), wholeReport(local), "equity.parquet");
  return folder;
}

/** Run again from another folder, it has to find the same files. */
function fromAnywhere(spec: BacktestSpec): BacktestSpec {
  const { files, funding } = spec.data;
  return { ...spec, data: { ...spec.data, files: files.map((file) => resolve(file)), funding: funding.map((file) => resolve(file)) } };
}
