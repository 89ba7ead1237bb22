/**
 * Random search: combinations drawn evenly over the space (evenly in the logarithm on a log scale), none twice. Learns
 * nothing from results. Ends early when the space is exhausted.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { OPEN_BATCH } from "./batched-search.ts";
import { createNovelPoints } from "./novel-points.ts";
import type { Space } from "./space.ts";
import type { Proposer } from "./types.ts";

export function createRandomSearch(space: Space, trials: number, seed: string, ahead: number): Proposer {
  const points = createNovelPoints(space, seed);
  return {
    ahead,
    total: Math.min(trials, space.size),
    skipped: 0,
    skips: [],
    propose(): ParamValues[] {
      const batch: ParamValues[] = [];
      while (batch.length < OPEN_BATCH) {
        const params = points.draw();
        if (params === null) break;
        batch.push(params);
      }
      return batch;
    },
  };
}
