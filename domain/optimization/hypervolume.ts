/**
 * Hypervolume of a Pareto front: how much of the space of scores it dominates, above a reference point (Zitzler and
 * Thiele 1999). Exact for one to three objectives, by sweeping; for four by seeded sampling, and then it says so.
 * Comparable between fronts only with the same reference. Scores are oriented, larger is better.
 */
import { seededRandom } from "../kernel/random.ts";
import { invariant } from "../kernel/errors.ts";
import type { Ranked } from "./pareto.ts";

export interface Hypervolume {
  readonly value: number;
  /** False: an estimate from 100,000 samples, relative error about √((1 − share) / (share · 100,000)). */
  readonly exact: boolean;
}

type Scores = readonly number[];

const SAMPLES = 100_000;

/** The worst of each score among usable trials: the default reference. Null when there is none. */
export function worstScores(trials: readonly Ranked[]): number[] | null {
  let worst: number[] | null = null;
  for (const { scores, violation } of trials) {
    if (violation === Infinity) continue;
    worst = worst === null ? [...scores] : worst.map((score, index) => Math.min(score, scores[index]!));
  }
  return worst;
}

/** @param front scores of the trials of a front; those not above the reference in every objective add nothing. */
export function hypervolume(front: readonly Scores[], reference: Scores): Hypervolume {
  const objectives = reference.length;
  invariant(objectives >= 1 && objectives <= 4, "one to four objectives");
  const above = front
    .map((scores) => scores.map((score, index) => score - reference[index]!))
    .filter((gains) => gains.every((gain) => gain > 0));
  if (above.length === 0) return { value: 0, exact: objectives < 4 };
  if (objectives === 1) return { value: above.reduce((best, gains) => Math.max(best, gains[0]!), 0), exact: true };
  if (objectives === 2) return { value: area(above), exact: true };
  return objectives === 3 ? { value: volume(above), exact: true } : { value: sampled(above), exact: false };
}

/** Sum of the strips between points, from the largest first gain down. */
function area(gains: readonly Scores[]): number {
  const order = gains.toSorted((a, b) => b[0]! - a[0]! || b[1]! - a[1]!);
  let covered = 0;
  let sum = 0;
  for (const [first, second] of order) {
    if (second! <= covered) continue;
    sum += first! * (second! - covered);
    covered = second!;
  }
  return sum;
}

/** Sum of the slabs between third gains, each the area of the points that reach it. */
function volume(gains: readonly Scores[]): number {
  const order = gains.toSorted((a, b) => b[2]! - a[2]!);
  let sum = 0;
  let reached: Scores[] = [];
  for (const [index, point] of order.entries()) {
    // Points under another one of the slab would only slow the next slabs down.
    if (!reached.some((other) => other[0]! >= point[0]! && other[1]! >= point[1]!)) {
      reached = [...reached.filter((other) => other[0]! > point[0]! || other[1]! > point[1]!), point];
    }
    const depth = point[2]! - (order[index + 1]?.[2] ?? 0);
    if (depth > 0) sum += area(reached) * depth;
  }
  return sum;
}

function sampled(gains: readonly Scores[]): number {
  const random = seededRandom("hypervolume");
  const ends = gains[0]!.map((_, index) => gains.reduce((end, point) => Math.max(end, point[index]!), 0));
  let inside = 0;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const place = ends.map((end) => random.next() * end);
    if (gains.some((point) => point.every((gain, index) => gain >= place[index]!))) inside++;
  }
  return (inside / SAMPLES) * ends.reduce((product, end) => product * end, 1);
}
