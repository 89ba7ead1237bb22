/**
 * The events list: runs of the same message become one row with a count, and the filter shows a severity and all above.
 */
import type { EventRow, Severity } from "../../../domain/contract/views.ts";

export interface EventGroup {
  readonly newest: EventRow;
  readonly count: number;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2, critical: 3 };

/** Newest first in, newest first out. Only neighbours are joined, so the order of things stays true. */
export function groupEvents(events: readonly EventRow[]): EventGroup[] {
  const groups: EventGroup[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    const same =
      last !== undefined &&
      last.newest.source === event.source &&
      last.newest.text === event.text &&
      last.newest.severity === event.severity;
    if (same) groups[groups.length - 1] = { newest: last.newest, count: last.count + 1 };
    else groups.push({ newest: event, count: 1 });
  }
  return groups;
}

export function atLeast(events: readonly EventRow[], severity: Severity): EventRow[] {
  return severity === "info" ? [...events] : events.filter((event) => RANK[event.severity] >= RANK[severity]);
}

export function countOf(events: readonly EventRow[], severity: Severity): number {
  return events.reduce((count, event) => count + (event.severity === severity ? 1 : 0), 0);
}
