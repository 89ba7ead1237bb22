/**
 * Delta application: (state, delta) → state, for the floor and for one market. Untouched sections keep their identity,
 * so whoever compares references repaints only what changed. Lists stay within the bounds of the contract: the oldest
 * entries leave first. A gap in the numbers is told, never guessed over.
 */
import type { FloorDelta, FloorState, KeyedSection, MarketDelta, MarketState } from "../../../domain/contract/stream.ts";
import type { BarRow } from "../../../domain/contract/views.ts";

export const LIST_LIMIT = 200;
export const EQUITY_LIMIT = 720;
export const BAR_LIMIT = 500;
export const TRADE_LIMIT = 50;

const KEYED: readonly KeyedSection[] = ["strategies", "positions", "orders", "nodes", "actors", "research"];

/** What a numbered message means for a reader that has seen `last`: null before the first snapshot. */
export function verdict(last: number | null, message: { readonly type: string; readonly seq?: number }): "take" | "gap" | "skip" {
  if (message.type === "snapshot") return "take";
  if (message.type !== "delta" || last === null || message.seq === undefined) return "skip";
  if (message.seq === last + 1) return "take";
  return message.seq <= last ? "skip" : "gap";
}

export function applyFloorDelta(state: FloorState, delta: FloorDelta): FloorState {
  const next: FloorState = { ...state, ...delta.set };
  for (const section of KEYED) Object.assign(next, applyKeyed(state, delta, section));
  const { fills, events, equity } = delta.append ?? {};
  if (fills !== undefined && fills.length > 0) next.fills = toFront(state.fills, fills);
  if (events !== undefined && events.length > 0) next.events = toFront(state.events, events);
  if (equity !== undefined && equity.length > 0) next.equity = [...state.equity, ...equity].slice(-EQUITY_LIMIT);
  return next;
}

function applyKeyed(state: FloorState, delta: FloorDelta, section: KeyedSection): Partial<FloorState> {
  const upsert = delta.upsert?.[section];
  const gone = delta.remove?.[section];
  if (upsert === undefined && (gone === undefined || gone.length === 0)) return {};
  const rows: Record<string, unknown> = { ...state[section], ...upsert };
  for (const key of gone ?? []) delete rows[key];
  return { [section]: rows };
}

/** New entries come oldest first and go to the front, newest first. */
function toFront<T>(list: readonly T[], added: readonly T[], limit = LIST_LIMIT): T[] {
  return [...[...added].reverse(), ...list].slice(0, limit);
}

export function applyMarketDelta(state: MarketState, delta: MarketDelta): MarketState {
  const next: MarketState = { ...state };
  if (delta.book !== undefined) next.book = delta.book;
  if (delta.bars !== undefined && delta.bars.length > 0) next.bars = mergeBars(state.bars, delta.bars);
  if (delta.trades !== undefined && delta.trades.length > 0) next.trades = toFront(state.trades, delta.trades, TRADE_LIMIT);
  return next;
}

/** Replaces the bar of the same open time or appends; a bar older than the last and unknown is put in its place. */
export function mergeBars(bars: readonly BarRow[], added: readonly BarRow[]): BarRow[] {
  const merged = [...bars];
  for (const bar of added) {
    let at = merged.length;
    while (at > 0 && (merged[at - 1]?.openTimeMs ?? 0) > bar.openTimeMs) at -= 1;
    if (at > 0 && merged[at - 1]?.openTimeMs === bar.openTimeMs) merged[at - 1] = bar;
    else merged.splice(at, 0, bar);
  }
  return merged.slice(-BAR_LIMIT);
}
