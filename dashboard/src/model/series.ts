/**
 * Series for the charts: lines thinned to the pixels they get without losing their shape, drawdown from the running
 * peak, and fills grouped into one marker a bar and side.
 */
import type { BarRow, EquityPoint, FillRow } from "../../../domain/contract/views.ts";

/**
 * Largest-Triangle-Three-Buckets (S. Steinarsson, 2013): keeps the first and last point and, of each bucket, the one
 * that spans the largest triangle with its neighbours. `limit` at least 3.
 */
export function thinned(points: readonly EquityPoint[], limit: number): EquityPoint[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= limit || first === undefined || last === undefined) return [...points];
  const width = (points.length - 2) / (limit - 2);
  const kept = [first];
  let anchor = first;
  for (let bucket = 0; bucket < limit - 2; bucket += 1) {
    const from = Math.floor(bucket * width) + 1;
    const to = Math.floor((bucket + 1) * width) + 1;
    const next = meanOf(points.slice(to, Math.min(points.length, Math.floor((bucket + 2) * width) + 1)), last);
    anchor = widest(points.slice(from, to), anchor, next);
    kept.push(anchor);
  }
  kept.push(last);
  return kept;
}

function meanOf(points: readonly EquityPoint[], fallback: EquityPoint): EquityPoint {
  if (points.length === 0) return fallback;
  const total = points.reduce((sum, point) => ({ atMs: sum.atMs + point.atMs, equity: sum.equity + point.equity }), { atMs: 0, equity: 0 });
  return { atMs: total.atMs / points.length, equity: total.equity / points.length };
}

function widest(points: readonly EquityPoint[], before: EquityPoint, after: EquityPoint): EquityPoint {
  let best = points[0] ?? before;
  let bestArea = -1;
  for (const point of points) {
    const area = Math.abs(
      (before.atMs - after.atMs) * (point.equity - before.equity) - (before.atMs - point.atMs) * (after.equity - before.equity),
    );
    if (area > bestArea) {
      bestArea = area;
      best = point;
    }
  }
  return best;
}

/**
 * The points with the equity the day opened with before them, when the first point is not that already: the line then
 * ends at the day's result, also when the points begin later than the day.
 */
export function fromOpen(points: readonly EquityPoint[], open: number): readonly EquityPoint[] {
  const first = points[0];
  if (first === undefined || Math.abs(first.equity - open) < 0.005) return points;
  return [{ atMs: first.atMs - 1, equity: open }, ...points];
}

/** Distance to the running peak, zero or below, per point. */
export function drawdowns(points: readonly EquityPoint[]): number[] {
  let peak = Number.NEGATIVE_INFINITY;
  return points.map((point) => {
    peak = Math.max(peak, point.equity);
    return point.equity - peak;
  });
}

export interface FillMarker {
  readonly barTimeMs: number;
  readonly side: "buy" | "sell";
  /** Newest first. */
  readonly fills: readonly FillRow[];
}

/** One marker per bar and side, oldest bar first; fills outside the bars are left out. */
export function fillMarkers(bars: readonly BarRow[], fills: readonly FillRow[]): FillMarker[] {
  const first = bars[0];
  if (first === undefined) return [];
  const groups = new Map<string, { barTimeMs: number; side: "buy" | "sell"; fills: FillRow[] }>();
  for (const fill of fills) {
    const bar = barAt(bars, fill.atMs);
    if (bar === null) continue;
    const key = `${bar.openTimeMs}|${fill.side}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { barTimeMs: bar.openTimeMs, side: fill.side, fills: [fill] });
    else group.fills.push(fill);
  }
  return [...groups.values()].sort((a, b) => a.barTimeMs - b.barTimeMs);
}

/** The last bar that opened at or before the time; null before the first. */
function barAt(bars: readonly BarRow[], atMs: number): BarRow | null {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.openTimeMs ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return bars[low - 1] ?? null;
}
