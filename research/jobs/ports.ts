/** What a job needs of whoever runs it; see job.ts. */
import type { Clock } from "../../domain/kernel/clock.ts";
import type { LoadedData } from "../data/load.ts";
import type { Catalogue } from "../../strategies/catalogue.ts";
import type { RunIdentity } from "./identity.ts";
import type { CheckpointLog, JobProgress } from "./job.ts";
import type { ResearchPool } from "./pool.ts";
import type { RunHead } from "./run-row.ts";

export interface JobPorts {
  readonly pool: ResearchPool;
  /** Of searches only, once the data is known. @throws {DstaError} CHECKPOINT_OTHER when what is there is of another run. */
  readonly checkpoint: (identity: RunIdentity) => Promise<CheckpointLog> | CheckpointLog;
  /** The machine's clock: progress and times of the report, never results. */
  readonly clock: Clock;
  /** Path of a file or data set named in the spec. @throws {DstaError} DATA_NOT_FOUND */
  readonly resolve: (name: string) => string;
  /** The job's data, when the caller has read it already. */
  readonly data?: LoadedData;
  readonly catalogue: Catalogue;
  readonly head: RunHead;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Ends the job at once as CANCELLED; finished trials are kept. */
  readonly signal?: AbortSignal;
}
