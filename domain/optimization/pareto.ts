/**
 * Which trials are better than which, with several objectives and constraints: domination after Deb, Pratap, Agarwal and
 * Meyarivan 2002 (NSGA-II, IEEE TEC 6(2)), constrained domination included; the Pareto front; the winner. Scores are
 * oriented, larger is better. A trial that did not finish, or has an undefined score, is behind every one that has all.
 */
import type { TrialResult } from "./types.ts";

/** A result as methods rank it. */
export interface Ranked {
  /** Finite numbers; none when not usable. */
  readonly scores: readonly number[];
  /** 0: inside the constraints; Infinity: not usable, that is not finished or with an undefined score. */
  readonly violation: number;
}

export function rankedOf(result: TrialResult): Ranked {
  const scores = result.objectives.filter((score) => score !== null && Number.isFinite(score)) as number[];
  const usable = result.state === "done" && scores.length > 0 && scores.length === result.objectives.length;
  if (!usable) return { scores: [], violation: Infinity };
  return { scores, violation: result.feasible ? 0 : Math.max(Number.MIN_VALUE, result.violation ?? 1) };
}

/** True when `a` is nowhere worse than `b` and somewhere better; the smaller violation decides first. */
export function dominates(a: Ranked, b: Ranked): boolean {
  if (a.violation !== b.violation) return a.violation < b.violation;
  if (a.violation === Infinity) return false;
  let better = false;
  for (let index = 0; index < a.scores.length; index++) {
    const [ours, theirs] = [a.scores[index]!, b.scores[index]!];
    if (ours < theirs) return false;
    if (ours > theirs) better = true;
  }
  return better;
}

/**
 * Indexes of the usable trials inside the constraints that no other one dominates, best first score first. Of trials with
 * equal scores the first one stays.
 */
export function paretoFront(trials: readonly Ranked[]): number[] {
  const order = trials.map((_, index) => index).filter((index) => trials[index]!.violation === 0);
  order.sort((a, b) => compareScores(trials[a]!, trials[b]!) || a - b);
  const front: number[] = [];
  // In this order nothing is dominated by what comes after it.
  for (const index of order) {
    const trial = trials[index]!;
    if (!front.some((member) => isCovered(trial, trials[member]!))) front.push(index);
  }
  return front;
}

/**
 * Index of the winner: inside the constraints, the best first score; equal ones by the second and so on, then the first
 * trial. Null when no trial is usable and inside the constraints.
 */
export function winnerOf(trials: readonly Ranked[]): number | null {
  let best: number | null = null;
  for (const [index, trial] of trials.entries()) {
    if (trial.violation !== 0) continue;
    if (best === null || compareScores(trial, trials[best]!) < 0) best = index;
  }
  return best;
}

/** Dominated or equal. */
function isCovered(trial: Ranked, by: Ranked): boolean {
  return trial.scores.every((score, index) => score <= by.scores[index]!);
}

/** Better first: by the first score, then by the second, … */
function compareScores(a: Ranked, b: Ranked): number {
  for (let index = 0; index < a.scores.length; index++) {
    const difference = b.scores[index]! - a.scores[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
