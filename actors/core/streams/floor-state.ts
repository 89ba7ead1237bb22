/**
 * The floor as clients see it: applies what the floor announces to one `FloorState` and collects what changed since it
 * was last taken, section by section, so that each section can go out at its own rate.
 *
 * Pure: no clock, no I/O; mutates its state in place. Rows are merged into their newest version; fills and events are
 * each kept until taken. Bounded: lists hold 200 entries, runs 50, the equity curve 720 points, and at most 2,000 entries
 * wait to be taken; beyond that `overflowed` says that deltas no longer suffice and a snapshot is due.
 */
import type { FloorTopics } from "../../../domain/contract/subjects.ts";
import type { FloorDelta, FloorState, KeyedSection, ValueSection } from "../../../domain/contract/stream.ts";
import type { EquityPoint, EventRow, FillRow, OrderRow, PositionRow, ResearchRun } from "../../../domain/contract/views.ts";
import { thinEquity } from "./equity-curve.ts";

export const MAX_LIST = 200;
const MAX_WAITING = 2_000;
const KEYED: readonly KeyedSection[] = ["strategies", "positions", "orders", "nodes", "actors", "research"];
/** Runs shown; the list of all is a page of REST. */
export const MAX_RUNS = 50;
const CLOSED = new Set(["Filled", "Canceled", "Rejected", "Expired"]);

export type Section = keyof FloorState;
type WholeSection = ValueSection | "deadLetters";
type Row<S extends KeyedSection> = FloorState[S][string];

export class FloorModel {
  readonly state: FloorState;
  readonly #whole = new Set<Section>();
  readonly #changed: Record<KeyedSection, Set<string>> = perSection();
  readonly #gone: Record<KeyedSection, Set<string>> = perSection();
  #fills: FillRow[] = [];
  #events: EventRow[] = [];
  #equity: EquityPoint[] = [];
  #overflowed = false;

  constructor(state: FloorState) {
    this.state = state;
  }

  /** Takes in one announcement; one that is already known changes nothing. */
  apply<T extends keyof FloorTopics>(topic: T, message: FloorTopics[T]): void {
    const news = { topic, message } as { [K in keyof FloorTopics]: { topic: K; message: FloorTopics[K] } }[keyof FloorTopics];
    switch (news.topic) {
      case "order":
        return this.#order(news.message);
      case "position":
        return this.#position(news.message);
      case "strategy":
        return this.#put("strategies", news.message.id, news.message);
      case "research":
        return this.#run(news.message);
      case "pnl":
        return this.set("pnl", news.message);
      case "trading":
        return this.set("trading", news.message);
      case "fill":
        return this.#fill(news.message);
      case "event":
        return this.#event(news.message);
      case "dead-letter": {
        const others = this.state.deadLetters.filter((letter) => letter.letterId !== news.message.letterId);
        return this.set("deadLetters", [news.message, ...others].slice(0, MAX_LIST));
      }
    }
  }

  /** Replaces a section that has one value. */
  set<S extends WholeSection>(section: S, value: FloorState[S]): void {
    if (sameValue(this.state[section], value)) return;
    this.state[section] = value;
    this.#whole.add(section);
  }

  /** Makes a keyed section equal to `rows`: changed rows go out, missing ones go away. */
  setRows<S extends KeyedSection>(section: S, rows: FloorState[S]): void {
    for (const [key, row] of Object.entries(rows)) this.#put(section, key, row as Row<S>);
    for (const key of Object.keys(this.state[section])) if (!Object.hasOwn(rows, key)) this.#drop(section, key);
  }

  /** Adds the present equity to the curve. */
  sampleEquity(atMs: number): void {
    if (!this.state.pnl) return;
    const point = { atMs, equity: Number(this.state.pnl.equity) };
    this.state.equity.push(point);
    this.state.equity = thinEquity(this.state.equity, atMs);
    this.#equity.push(point);
    this.#bound(this.#equity.length);
  }

  /** True once, after more waited than deltas can carry: every client needs a snapshot. */
  takeOverflow(): boolean {
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return overflowed;
  }

  /** What changed in these sections since they were last taken; null when nothing did. */
  take(sections: readonly Section[]): FloorDelta | null {
    const set: Partial<Pick<FloorState, WholeSection>> = {};
    const upsert: { [S in KeyedSection]?: FloorState[S] } = {};
    const remove: { [S in KeyedSection]?: readonly string[] } = {};
    const append: { fills?: readonly FillRow[]; events?: readonly EventRow[]; equity?: readonly EquityPoint[] } = {};
    for (const section of sections) {
      if (this.#whole.delete(section)) Object.assign(set, { [section]: this.state[section] });
      else if (isKeyed(section)) this.#takeRows(section, upsert, remove);
      else if (section === "fills" && this.#fills.length > 0) [append.fills, this.#fills] = [this.#fills, []];
      else if (section === "events" && this.#events.length > 0) [append.events, this.#events] = [this.#events, []];
      else if (section === "equity" && this.#equity.length > 0) [append.equity, this.#equity] = [this.#equity, []];
    }
    const delta: FloorDelta = {
      ...filled("set", set),
      ...filled("upsert", upsert),
      ...filled("remove", remove),
      ...filled("append", append),
    };
    return Object.keys(delta).length === 0 ? null : delta;
  }

  #takeRows(
    section: KeyedSection,
    upsert: { [S in KeyedSection]?: FloorState[S] },
    remove: { [S in KeyedSection]?: readonly string[] },
  ): void {
    const changed = this.#changed[section];
    const gone = this.#gone[section];
    if (changed.size > 0) {
      const rows = this.state[section];
      Object.assign(upsert, { [section]: Object.fromEntries([...changed].map((key) => [key, rows[key]])) });
    }
    if (gone.size > 0) Object.assign(remove, { [section]: [...gone] });
    changed.clear();
    gone.clear();
  }

  #order(row: OrderRow): void {
    const known = this.state.orders[row.orderId];
    if (known && known.updatedAtMs > row.updatedAtMs) return;
    if (CLOSED.has(row.status)) this.#drop("orders", row.orderId);
    else this.#put("orders", row.orderId, row);
  }

  #position(row: PositionRow): void {
    const nothingLeft = [row.quantity, row.realisedPnl, row.unrealisedPnl, row.feesPaid, row.dayPnl].every((text) => Number(text) === 0);
    if (nothingLeft) this.#drop("positions", positionKey(row));
    else this.#put("positions", positionKey(row), row);
  }

  #run(row: ResearchRun): void {
    const rows = Object.values(this.state.research);
    if (!Object.hasOwn(this.state.research, row.id) && rows.length >= MAX_RUNS) {
      const oldest = rows.reduce((a, b) => (b.submittedAtMs < a.submittedAtMs ? b : a));
      if (row.submittedAtMs < oldest.submittedAtMs) return;
      this.#drop("research", oldest.id);
    }
    this.#put("research", row.id, row);
  }

  #fill(row: FillRow): void {
    const same = (other: FillRow) => other.tradeId === row.tradeId && other.venue === row.venue && other.symbol === row.symbol;
    if (this.state.fills.some(same)) return;
    this.state.fills.unshift(row);
    this.state.fills.length = Math.min(this.state.fills.length, MAX_LIST);
    this.#fills.push(row);
    this.#bound(this.#fills.length);
  }

  #event(row: EventRow): void {
    if (this.state.events.some((other) => other.eventId === row.eventId)) return;
    this.state.events.unshift(row);
    this.state.events.length = Math.min(this.state.events.length, MAX_LIST);
    this.#events.push(row);
    this.#bound(this.#events.length);
  }

  #put<S extends KeyedSection>(section: S, key: string, row: Row<S>): void {
    const rows = this.state[section] as Record<string, Row<S>>;
    if (sameValue(rows[key], row)) return;
    rows[key] = row;
    this.#changed[section].add(key);
    this.#gone[section].delete(key);
  }

  #drop(section: KeyedSection, key: string): void {
    if (!Object.hasOwn(this.state[section], key)) return;
    delete this.state[section][key];
    this.#changed[section].delete(key);
    this.#gone[section].add(key);
  }

  #bound(waiting: number): void {
    if (waiting <= MAX_WAITING) return;
    this.#overflowed = true;
    this.#fills = [];
    this.#events = [];
    this.#equity = [];
  }
}

export function positionKey(row: PositionRow): string {
  return `${row.account}|${row.venue}|${row.symbol}|${row.strategyId ?? ""}`;
}

function isKeyed(section: Section): section is KeyedSection {
  return (KEYED as readonly string[]).includes(section);
}

function perSection(): Record<KeyedSection, Set<string>> {
  return { strategies: new Set(), positions: new Set(), orders: new Set(), nodes: new Set(), actors: new Set(), research: new Set() };
}

function filled(name: string, part: object): object {
  return Object.keys(part).length === 0 ? {} : { [name]: part };
}

/** Equal by content; views are plain JSON. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
