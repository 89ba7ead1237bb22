/** What a cell needs from the host that keeps it. */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Severity } from "../../domain/contract/views.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Directory } from "./directory.ts";
import type { RunQueue } from "./run-queue.ts";

export interface CellPorts {
  /** The clock decisions are made by: venue time in a replay, the machine's otherwise. */
  readonly tradingClock: Clock;
  /** The machine's clock: deadlines and restart delays. */
  readonly systemClock: Clock;
  readonly elapsedMs: () => number;
  readonly feed: Feed;
  readonly directory: Directory;
  readonly runQueue: RunQueue;
  readonly deadLetters: DeadLetters;
  readonly isUrgent: (kind: string) => boolean;
  /** Expected errors that still end an activation, because the actor no longer owns its state (FENCED, lost journal). */
  readonly isFatal: (error: unknown) => boolean;
  readonly ask: <P, R>(message: MessageContract<P, R>, id: string, params: P) => Promise<R>;
  readonly tell: <P, R>(message: MessageContract<P, R>, id: string, params: P) => void;
  /** Counts messages waiting or being handled, for the quiet of a replay. */
  readonly pending: (change: 1 | -1) => void;
  readonly forget: (cell: { readonly kind: string; readonly id: string }) => void;
  readonly announce: (severity: Severity, source: string, text: string, code: string | null) => void;
  readonly log: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
}
