/** What a cell needs from the host that keeps it, and what its activation needs from the cell. */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Severity } from "../../domain/contract/views.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { ReminderStore } from "../reminders/reminders.ts";
import type { AnyActor } from "./actor.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Directory } from "./directory.ts";
import type { Envelope } from "./envelope.ts";
import type { Remote } from "./remote.ts";
import type { RunQueue } from "./run-queue.ts";

/** Names an actor. */
export interface ActorRef {
  readonly kind: string;
  readonly id: string;
}

/** The cell an activation belongs to, as the activation sees it. */
export interface ActivationHome extends ActorRef {
  readonly actorId: string;
  readonly definition: AnyActor;
  accept(envelope: Envelope): void;
  fail(error: unknown): void;
}

export interface CellPorts {
  /** The clock decisions are made by: venue time in a replay, the machine's otherwise. */
  readonly tradingClock: Clock;
  /** The machine's clock: deadlines and restart delays. */
  readonly systemClock: Clock;
  readonly elapsedMs: () => number;
  readonly feed: Feed;
  readonly directory: Directory;
  /** The way to other nodes; absent in a process on its own. */
  readonly remote?: Remote;
  /** Absent where actors of the floor set no reminders. */
  readonly reminders?: ReminderStore;
  readonly runQueue: RunQueue;
  readonly deadLetters: DeadLetters;
  readonly isUrgent: (kind: string) => boolean;
  /** Expected errors that still end an activation, because the actor no longer owns its state (FENCED, lost journal). */
  readonly isFatal: (error: unknown) => boolean;
  readonly ask: <P, R>(message: MessageContract<P, R>, id: string, params: P) => Promise<R>;
  readonly tell: <P, R>(message: MessageContract<P, R>, id: string, params: P) => void;
  /** Delivers what waited in a cell that is gone. */
  readonly deliverAgain: (ref: ActorRef, envelope: Envelope) => void;
  /** Counts messages waiting or being handled, for the quiet of a replay. */
  readonly pending: (change: 1 | -1) => void;
  /** By actor: what it held here is being given back. */
  readonly releases: Map<string, Promise<void>>;
  /** The cell is no actor any more: the next message for its key makes another. */
  readonly forget: (ref: ActorRef) => void;
  readonly announce: (severity: Severity, source: string, text: string, code: string | null) => void;
  readonly log: (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;
}
