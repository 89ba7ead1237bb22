/**
 * The events list: what is said, by what kind of part, about which one; runs of the same message become one row with a
 * count, and the filter shows a severity and all above.
 */
import type { EventRow, FillRow, Severity } from "../../../domain/contract/views.ts";
import { decimal } from "./format.ts";

export interface EventGroup {
  readonly newest: EventRow;
  readonly count: number;
  /** Who says it, short: the strategy's id, else the kind of actor. */
  readonly speaker: string;
  /** Whom it is about where the speaker alone does not tell, newest first: `sim:BTC/USDT`. Empty for one of its kind. */
  readonly subjects: readonly string[];
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2, critical: 3 };
/** Kinds with one actor per market: the market is named with what they say. */
const PER_MARKET: ReadonlySet<string> = new Set(["book", "bars"]);

/** Newest first in, newest first out. Only neighbours are joined, so the order of things stays true. */
export function groupEvents(events: readonly EventRow[]): EventGroup[] {
  const groups: EventGroup[] = [];
  for (const event of events) {
    const { speaker, subject } = spokenBy(event);
    const last = groups.at(-1);
    const same =
      last !== undefined && last.speaker === speaker && last.newest.text === event.text && last.newest.severity === event.severity;
    if (!same) groups.push({ newest: event, count: 1, speaker, subjects: subject === null ? [] : [subject] });
    else groups[groups.length - 1] = { ...last, count: last.count + 1, subjects: withSubject(last.subjects, subject) };
  }
  return groups;
}

function withSubject(subjects: readonly string[], subject: string | null): readonly string[] {
  return subject === null || subjects.includes(subject) ? subjects : [...subjects, subject];
}

function spokenBy(event: EventRow): { speaker: string; subject: string | null } {
  const slash = event.source.indexOf("/");
  if (slash < 0) return { speaker: event.source, subject: null };
  const kind = event.source.slice(0, slash);
  const key = event.source.slice(slash + 1);
  if (kind === "strategy") return { speaker: key, subject: null };
  return { speaker: kind, subject: PER_MARKET.has(kind) ? key : null };
}

/** What a row reads: the market first, or how many of them. */
export function eventText(group: EventGroup): string {
  const [first] = group.subjects;
  if (first === undefined) return group.newest.text;
  return `${group.subjects.length === 1 ? first : `${group.subjects.length} markets`} ${group.newest.text}`;
}

export function atLeast(events: readonly EventRow[], severity: Severity): EventRow[] {
  return severity === "info" ? [...events] : events.filter((event) => RANK[event.severity] >= RANK[severity]);
}

export function countOf(events: readonly EventRow[], severity: Severity): number {
  return events.reduce((count, event) => count + (event.severity === severity ? 1 : 0), 0);
}

/** An order of a strategy that filled: its fills say the same, one by one and further back than the stream reaches. */
const ORDER_FILLED = "ORDER_FILLED";

/** What one strategy did and what was said of it, newest first: its events and its fills, each fill with its reason. */
export function strategyLog(id: string, events: readonly EventRow[], fills: readonly FillRow[]): EventRow[] {
  const said = events.filter(({ source, code }) => (source === id || source === `strategy/${id}`) && code !== ORDER_FILLED);
  const done = fills.filter((fill) => fill.strategyId === id).map(fillEvent);
  return [...said, ...done].sort((a, b) => b.atMs - a.atMs);
}

/** Trades are numbered apart from events: a negative id keeps the two apart. */
function fillEvent(fill: FillRow, at: number): EventRow {
  const text = `${fill.side === "buy" ? "Buy" : "Sell"} ${decimal(fill.quantity)} at ${decimal(fill.price)}: ${fill.why}`;
  return { eventId: -1 - at, atMs: fill.atMs, severity: "info", source: `strategy/${fill.strategyId}`, text, code: null };
}
