/** Messages of the relay that carries the journal's records to those outside; its key is its name (`main`). */
import { z } from "zod";
import { exposed } from "../message.ts";

export interface RelayView {
  readonly name: string;
  readonly epoch: string;
  /** Place in the journal's commit order that is published, digits. */
  readonly position: string;
  /** Events published since it was started here. */
  readonly published: number;
  /** Nothing was left to publish when it last looked. */
  readonly caughtUp: boolean;
  /** Time of the last record published, 0 before the first. */
  readonly lastEventAtMs: number;
  /** What it waits for; null while all is well. */
  readonly trouble: string | null;
}

const relayName = z.string().regex(/^[a-z0-9-]{1,32}$/, "expected the name of a relay, such as main");

export const relayMessages = {
  status: exposed<{ name: string }, RelayView>("relay", "status", z.object({ name: relayName })),
} as const;
