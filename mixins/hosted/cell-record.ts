/** What is known of one actor from outside: its name, its state of life and its counters, as the actors table shows them. */
import { Supervision } from "../../domain/kernel/supervision.ts";
import type { AnyActor } from "./actor.ts";
import { LatencyWindow } from "./latency-window.ts";

/** `moving`: ends in order, here for good: to another node, to rest, or with its node. */
export type CellStatus = "passive" | "activating" | "active" | "restarting" | "moving" | "stopped";

export class CellRecord {
  readonly kind: string;
  readonly id: string;
  readonly definition: AnyActor;
  readonly supervision: Supervision;
  readonly latency = new LatencyWindow();
  status: CellStatus = "passive";
  epoch = 0n;
  restarts = 0;
  /** Messages handled since the actor was first spoken to. */
  processed = 0;
  lastError: string | null = null;
  lastErrorAtMs: number | null = null;
  /** When it last became active or was given a turn, by the system clock. */
  lastUsedMs = 0;

  constructor(definition: AnyActor, id: string) {
    this.kind = definition.kind;
    this.id = id;
    this.definition = definition;
    this.supervision = new Supervision(definition.supervise);
  }

  get actorId(): string {
    return `${this.kind}/${this.id}`;
  }

  get capacity(): number {
    return this.definition.mailbox.control + this.definition.mailbox.market;
  }
}
