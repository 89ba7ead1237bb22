/**
 * What a node says to the people watching: published to the screens and logged. On a node that serves people it also
 * keeps the newest 1,000 events of the whole floor. Refuses to be the record: that is the journal.
 */
import { type Feed, subjects } from "../domain/contract/subjects.ts";
import type { EventRow, Severity } from "../domain/contract/views.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { hash32 } from "../domain/kernel/random.ts";

const KEPT = 1_000;
/** Event ids of so many nodes differ from each other. */
const NODES = 1_024;

export type LogLine = (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;

export interface AnnouncerParts {
  readonly nodeId: string;
  readonly clock: Clock;
  readonly feed: Feed;
  readonly log: LogLine;
  /** Keeps what every node says. */
  readonly collects: boolean;
}

export class Announcer {
  readonly #parts: AnnouncerParts;
  #events: EventRow[] = [];
  /** Begins with the time, so that a node's ids go on growing after a restart. */
  #created: number;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#created = parts.clock.now();
    if (parts.collects) parts.feed.subscribe(subjects.floor("event"), (row) => this.#keep(row as EventRow));
  }

  announce = (severity: Severity, source: string, text: string, code: string | null): void => {
    const { nodeId, clock, feed, log } = this.#parts;
    const eventId = ++this.#created * NODES + (hash32(nodeId) % NODES);
    feed.publish(subjects.floor("event"), { eventId, atMs: clock.now(), severity, source, text, code } satisfies EventRow);
    log(severity === "critical" || severity === "error" ? "error" : severity, `${source}: ${text}`);
  };

  /** Newest first. */
  latest(limit: number): EventRow[] {
    return this.#events.slice(-limit).reverse();
  }

  #keep(row: EventRow): void {
    this.#events.push(row);
    if (this.#events.length > KEPT * 1.1) this.#events = this.#events.slice(-KEPT);
  }
}
