/**
 * A finished run as it is kept: what was asked, of which data, by which code, and the report without its long series,
 * which lie beside it as files. Small on purpose: a file-backed store holds its documents in memory.
 */
import type { ResearchJobRow } from "../../domain/contract/actors/research.ts";
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import type { RunIdentity } from "../jobs/identity.ts";

/** Equal keys give equal results; files and the number of workers are no part of them. */
export type RunKey = RunIdentity;

/** What an ended run says of itself in lists; everything else is in its document. */
export type RunSummary = Pick<
  ResearchRun,
  | "symbols"
  | "fromMs"
  | "toMs"
  | "done"
  | "total"
  | "skipped"
  | "barsPerSecond"
  | "bestParams"
  | "metrics"
  | "heldOut"
  | "deflatedSharpe"
  | "dataHash"
  | "hash"
>;

export interface RunDocument extends RunKey {
  /** The run's id. */
  readonly id: string;
  readonly job: ResearchJobRow;
  readonly seed: string;
  readonly savedAtMs: number;
  readonly node: string;
  /** Name of the folder with its files: the run's own, or that of the run which computed the same before. */
  readonly folder: string;
  readonly summary: RunSummary;
  /** JSON of the report without its series (see `run-files.ts`); text, because stores refuse fields with a dot in their name. */
  readonly report: string;
}

export function sameKey(a: RunKey, b: RunKey): boolean {
  return a.specHash === b.specHash && a.dataHash === b.dataHash && a.codeVersion === b.codeVersion;
}
