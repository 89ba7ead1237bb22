/** The flags that all verbs of research jobs share: threads, the run's folder, where the report goes. */
import { type Command, InvalidArgumentError } from "commander";
import type { RunFolderOptions } from "./run-folder.ts";

export interface JobOptions extends RunFolderOptions {
  readonly workers?: number;
  readonly json?: boolean;
  readonly report?: string;
}

export function withJobOptions(command: Command): Command {
  return command
    .option("--workers <count>", "threads (default: one a core)", parseWorkers)
    .option("--run <folder>", "folder of the run (default: one in the data folder, named by what is asked)")
    .option("--json", "print the report as JSON")
    .option("--report <file>", "write the report, .html or .pdf");
}

/** Of verbs whose parts are kept as they finish. */
export function withResumeOptions(command: Command): Command {
  return command
    .option("--resume", "go on with the run that was stopped; its finished trials are not run again")
    .option("--fresh", "start over although an unfinished run is there");
}

function parseWorkers(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text) || Number(text) > 256) throw new InvalidArgumentError("expected 1 to 256");
  return Number(text);
}
