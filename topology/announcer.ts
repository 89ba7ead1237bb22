/**
 * What the floor says to the people watching: the newest 1,000 events, each also published and logged. Refuses to be
 * the record: that is the journal.
 */
import { type Feed, subjects } from "../domain/contract/subjects.ts";
import type { EventRow, Severity } from "../domain/contract/views.ts";
import type { Clock } from "../domain/kernel/clock.ts";

const KEPT = 1_000;

export type LogLine = (level: "debug" | "info" | "warn" | "error", text: string, error?: unknown) => void;

export class Announcer {
  readonly #clock: Clock;
  readonly #feed: Feed;
  readonly #log: LogLine;
  #events: EventRow[] = [];
  #created = 0;

  constructor(clock: Clock, feed: Feed, log: LogLine) {
    this.#clock = clock;
    this.#feed = feed;
    this.#log = log;
  }

  announce = (severity: Severity, source: string, text: string, code: string | null): void => {
    const row: EventRow = { eventId: ++this.#created, atMs: this.#clock.now(), severity, source, text, code };
    this.#events.push(row);
    if (this.#events.length > KEPT * 1.1) this.#events = this.#events.slice(-KEPT);
    this.#feed.publish(subjects.floor("event"), row);
    this.#log(severity === "critical" || severity === "error" ? "error" : severity, `${source}: ${text}`);
  };

  /** Newest first. */
  latest(limit: number): EventRow[] {
    return this.#events.slice(-limit).reverse();
  }
}
