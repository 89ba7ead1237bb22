/**
 * Keeps the equity curve of the UTC day small enough to send: every second of the last two minutes; before that one
 * point (the last) a bucket, whose length doubles as the day grows, so that old buckets fall into new ones whole. The
 * first point of the day stays. At most 512 + 1 + 120 points, within the 720 of the contract.
 */
import type { EquityPoint } from "../../../domain/contract/views.ts";

const DAY_MS = 86_400_000;
const TAIL_MS = 120_000;
const BUCKETS_MAX = 512;
const MAX_POINTS = 720;

/** `points` oldest first; returns those that stay. */
export function thinEquity(points: readonly EquityPoint[], nowMs: number): EquityPoint[] {
  const dayStartMs = nowMs - (nowMs % DAY_MS);
  const today = points.filter((point) => point.atMs >= dayStartMs);
  const [first] = today;
  if (!first) return [];
  const bucketMs = bucketLengthMs(nowMs - first.atMs);
  const kept: EquityPoint[] = [first];
  for (const point of today.slice(1)) {
    const last = kept.at(-1)!;
    const old = point.atMs <= nowMs - TAIL_MS;
    const sameBucket = Math.floor(last.atMs / bucketMs) === Math.floor(point.atMs / bucketMs);
    if (old && sameBucket && last !== first) kept[kept.length - 1] = point;
    else kept.push(point);
  }
  return kept.slice(-MAX_POINTS);
}

function bucketLengthMs(spanMs: number): number {
  let lengthMs = 1_000;
  while (spanMs / lengthMs > BUCKETS_MAX - 1) lengthMs *= 2;
  return lengthMs;
}
