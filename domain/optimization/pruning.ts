/**
 * Early pruning by the median rule (Golovin et al. 2017, Google Vizier, automated stopping): a trial whose score after a
 * part of the data lies below the median of the finished trials at the same point is not worth the rest. Compares with
 * the results of completed earlier batches only, so that what is pruned does not depend on the order of arrival.
 */
import type { Told } from "./types.ts";

export interface PruningOptions {
  /** Shares of the data at which trials are compared, ascending. */
  readonly checkpoints: readonly number[];
  /** Finished trials needed at a checkpoint before it prunes. */
  readonly minimum: number;
}

/** A quarter, a half, three quarters: earlier too few trades were made to compare. */
export const DEFAULT_PRUNING: PruningOptions = { checkpoints: [0.25, 0.5, 0.75], minimum: 10 };

/**
 * By checkpoint: the median first score of the finished trials, null while fewer than the minimum have one. Takes results
 * in the order of their trials, each call the earlier ones and more: only the new ones are read.
 */
export type StopLevels = (known: readonly Told[]) => readonly (number | null)[];

export function createStopLevels({ checkpoints, minimum }: PruningOptions = DEFAULT_PRUNING): StopLevels {
  const sorted: number[][] = checkpoints.map(() => []);
  let read = 0;
  return (known) => {
    for (; read < known.length; read++) {
      const { state, steps } = known[read]!.result;
      if (state !== "done") continue;
      for (const [index, scores] of sorted.entries()) insert(scores, steps?.[index] ?? null);
    }
    return sorted.map((scores) => (scores.length < minimum ? null : median(scores)));
  };
}

/** Whether a trial is to end at a checkpoint: its score there is below the level, or undefined where others have one. */
export function endsAt(stopBelow: readonly (number | null)[], checkpoint: number, score: number | null): boolean {
  const level = stopBelow[checkpoint] ?? null;
  return level !== null && (score === null || score < level);
}

function insert(ascending: number[], score: number | null): void {
  if (score === null) return;
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < score) low = middle + 1;
    else high = middle;
  }
  ascending.splice(low, 0, score);
}

function median(ascending: readonly number[]): number {
  const middle = ascending.length >>> 1;
  return ascending.length % 2 === 1 ? ascending[middle]! : (ascending[middle - 1]! + ascending[middle]!) / 2;
}
