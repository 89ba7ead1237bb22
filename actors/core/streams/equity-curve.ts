/**
 * Keeps the equity curve of the UTC day small enough to send: every second for the last two minutes, one point (the
 * last) for each two and a half minutes before. At most 576 + 120 points a day, within the 720 of the contract.
 */
import type { EquityPoint } from "../../../domain/contract/views.ts";

const DAY_MS = 86_400_000;
const TAIL_MS = 120_000;
const BUCKET_MS = 150_000;
const MAX_POINTS = 720;

/** `points` oldest first; returns those that stay. */
export function thinEquity(points: readonly EquityPoint[], nowMs: number): EquityPoint[] {
  const dayStartMs = nowMs - (nowMs % DAY_MS);
  const kept: EquityPoint[] = [];
  for (const point of points) {
    if (point.atMs < dayStartMs) continue;
    const last = kept.at(-1);
    const old = point.atMs <= nowMs - TAIL_MS;
    const sameBucket = last !== undefined && Math.floor(last.atMs / BUCKET_MS) === Math.floor(point.atMs / BUCKET_MS);
    if (old && sameBucket) kept[kept.length - 1] = point;
    else kept.push(point);
  }
  return kept.slice(-MAX_POINTS);
}
