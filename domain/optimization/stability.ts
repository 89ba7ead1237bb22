/**
 * Whether a winner stands alone. A real edge changes little when a parameter moves a step; a lucky one has poor
 * neighbours. Owns the neighbourhood of a trial, its stability, the edges of the space it lies on, and the best plateau.
 * Scores are oriented, larger is better. Trials that failed count as the worst score there is; skipped combinations are
 * no neighbours.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import type { Dimension, ParamValue } from "./dimension.ts";
import type { Space } from "./space.ts";

export interface ScoredPoint {
  readonly params: ParamValues;
  /** First score; null when undefined or not finished. */
  readonly score: number | null;
}

export interface Stability {
  /**
   * Mean score of the neighbours over the winner's; of negative scores the other way round, so that lower is always less
   * stable. Null when there are no neighbours, or the winner and they differ in sign by being just at 0.
   */
  readonly ratio: number | null;
  readonly neighbours: number;
  readonly neighbourMean: number | null;
  /** Grid: at most one step away in every dimension. Nearest: those nearest in the unit cube, where no steps exist. */
  readonly by: "grid" | "nearest";
}

export interface SpaceEdge {
  readonly name: string;
  readonly end: "low" | "high";
  readonly value: ParamValue;
}

const NEAREST = 8;

/** @param winner index among the points; its score is a number. */
export function stabilityOf(points: readonly ScoredPoint[], winner: number, space: Space): Stability {
  const best = points[winner]!.score;
  const worst = points.reduce((low, { score }) => (score === null ? low : Math.min(low, score)), Infinity);
  const steps = new StepIndex(points, space);
  const around = steps.around(points[winner]!.params).filter((index) => index !== winner);
  // With less than two steps around, the search did not walk in steps here.
  const by = around.length >= 2 ? "grid" : "nearest";
  const neighbours = by === "grid" ? around : nearestTo(points, winner, space);
  if (neighbours.length === 0 || best === null) return { ratio: null, neighbours: 0, neighbourMean: null, by };
  const sum = neighbours.reduce((total, index) => total + (points[index]!.score ?? worst), 0);
  const neighbourMean = sum / neighbours.length;
  return { ratio: ratioOf(neighbourMean, best), neighbours: neighbours.length, neighbourMean, by };
}

/** Dimensions in which a combination is the first or last that was searched; of three or more ordered values. */
export function edgesOf(params: ParamValues, space: Space): SpaceEdge[] {
  const edges: SpaceEdge[] = [];
  for (const dimension of space.dimensions) {
    const value = params[dimension.name]!;
    const unit = dimension.unitOf(value);
    const margin = dimension.kind === "continuous" ? 0.01 : 0;
    if (dimension.kind === "categorical" || dimension.count < 3) continue;
    if (unit <= margin) edges.push({ name: dimension.name, end: "low", value });
    else if (unit >= 1 - margin) edges.push({ name: dimension.name, end: "high", value });
  }
  return edges;
}

function ratioOf(mean: number, best: number): number | null {
  if (best > 0) return mean / best;
  return best < 0 && mean < 0 ? best / mean : null;
}

/** Looks trials up by the number of their combination in a space of steps; knows no neighbours in any other. */
class StepIndex {
  readonly #trialAt = new Map<number, number>();
  readonly #dimensions: readonly {
    readonly dimension: Dimension;
    readonly stride: number;
    readonly rankOf: ReadonlyMap<ParamValue, number>;
  }[];

  constructor(points: readonly ScoredPoint[], { dimensions, size }: Space) {
    let stride = 1;
    const countable = size <= Number.MAX_SAFE_INTEGER;
    this.#dimensions = !countable
      ? []
      : dimensions.map((dimension) => {
          const own = { dimension, stride, rankOf: new Map(dimension.values.map((value, rank) => [value, rank])) };
          stride *= dimension.count;
          return own;
        });
    if (countable) for (const [trial, { params }] of points.entries()) this.#trialAt.set(this.#numberOf(params), trial);
  }

  /** Trials at most one step away in every dimension, itself included; in one dimension at a time beyond four. */
  around(params: ParamValues): number[] {
    const start = this.#numberOf(params);
    let numbers = [start];
    for (const { dimension, stride, rankOf } of this.#dimensions) {
      if (dimension.kind !== "ordered") continue;
      const rank = rankOf.get(params[dimension.name]!)!;
      const moves = [rank > 0 ? -stride : 0, rank < dimension.count - 1 ? stride : 0].filter((move) => move !== 0);
      const from = this.#dimensions.length <= 4 ? numbers : [start];
      numbers = [...numbers, ...from.flatMap((number) => moves.map((move) => number + move))];
    }
    return numbers.map((number) => this.#trialAt.get(number)).filter((trial) => trial !== undefined);
  }

  #numberOf(params: ParamValues): number {
    return this.#dimensions.reduce((sum, { dimension, stride, rankOf }) => sum + rankOf.get(params[dimension.name]!)! * stride, 0);
  }
}

function nearestTo(points: readonly ScoredPoint[], winner: number, space: Space): number[] {
  const from = space.encode(points[winner]!.params);
  const distances = points.map(({ params }) => {
    const to = space.encode(params);
    return space.dimensions.reduce((sum, { kind }, index) => {
      const gap = kind === "categorical" ? Number(to[index] !== from[index]) : to[index]! - from[index]!;
      return sum + gap * gap;
    }, 0);
  });
  const others = points.map((_, index) => index).filter((index) => index !== winner);
  return others.sort((a, b) => distances[a]! - distances[b]! || a - b).slice(0, NEAREST);
}

export interface Plateau {
  /** Lowest and highest value of each ordered dimension; of a category the one value. */
  readonly ranges: Readonly<Record<string, readonly [ParamValue, ParamValue]>>;
  /** Mean score of the trials in it. */
  readonly mean: number;
  readonly trials: number;
}

/**
 * The trial whose neighbourhood has the best mean, itself included: the frame of a heat-map. Corners and holes compete
 * with at least half of the steps that the best surrounded trial has. Null when no trial has a neighbour.
 */
export function bestPlateau(points: readonly ScoredPoint[], space: Space): Plateau | null {
  const steps = new StepIndex(points, space);
  const around = points.map(({ params, score }) =>
    score === null ? [] : steps.around(params).filter((index) => points[index]!.score !== null),
  );
  const most = around.reduce((count, members) => Math.max(count, members.length), 0);
  let best: { members: readonly number[]; mean: number } | null = null;
  for (const members of around) {
    if (members.length < 2 || members.length * 2 < most) continue;
    const mean = members.reduce((sum, index) => sum + points[index]!.score!, 0) / members.length;
    if (best === null || mean > best.mean) best = { members, mean };
  }
  if (best === null) return null;
  const { members, mean } = best;
  const ranges = space.dimensions.map(({ name }) => {
    const values = members.map((index) => points[index]!.params[name]!);
    // Numbers ascending; a category has one value.
    const ordered = values.toSorted((a, b) => Number(a) - Number(b));
    return [name, [ordered[0]!, ordered.at(-1)!]] as const;
  });
  return { ranges: Object.fromEntries(ranges), mean, trials: members.length };
}

/** Whether a combination lies in a plateau. */
export function liesIn(params: ParamValues, { ranges }: Plateau): boolean {
  return Object.entries(ranges).every(([name, [low, high]]) => {
    const value = params[name]!;
    return typeof value === "number" ? value >= Number(low) && value <= Number(high) : value === low;
  });
}
