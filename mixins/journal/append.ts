/** One caller's append as it waits for its batch: checked, its data already JSON text. */
import type { NewEvent } from "../../domain/journal/journal.ts";

export interface Append {
  readonly stream: string;
  readonly epoch: bigint;
  /** Version of the stream before this append. */
  readonly base: number;
  readonly events: readonly NewEvent[];
  /** `data` of each event as JSON. */
  readonly texts: readonly string[];
  readonly sizeBytes: number;
}
