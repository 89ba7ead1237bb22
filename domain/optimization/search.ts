/**
 * One entry for every method of search: from the spec, the space and a seed to an ask/tell search. Owns the choice of
 * the method and how far methods that learn nothing may run ahead of their results.
 */
import type { SearchSpec } from "../contract/research/search.ts";
import { BatchedSearch } from "./batched-search.ts";
import { createBayes } from "./bayes.ts";
import { createGrid } from "./grid.ts";
import { createNsga2 } from "./nsga2.ts";
import { createStopLevels } from "./pruning.ts";
import { createRandomSearch } from "./random.ts";
import type { Space } from "./space.ts";
import type { Proposer, Search } from "./types.ts";

export type SearchSettings = Pick<SearchSpec, "method" | "trials" | "objectives" | "prune">;

/**
 * @param seed text; equal spec, space and seed ask equal candidates.
 * @throws {DstaError} VALIDATION_ERROR when the method cannot search the space within `trials`.
 */
export function createSearch(spec: SearchSettings, space: Space, seed: string): Search {
  return new BatchedSearch(createProposer(spec, space, seed), spec.prune ? createStopLevels() : null);
}

function createProposer(spec: SearchSettings, space: Space, seed: string): Proposer {
  // Without pruning nothing waits; with it, the batch before the last one asked must be told, so that workers have work.
  const ahead = spec.prune ? 1 : Infinity;
  switch (spec.method) {
    case "grid":
      return createGrid(space, spec.trials, ahead);
    case "random":
      return createRandomSearch(space, spec.trials, seed, ahead);
    case "nsga2":
      return createNsga2(space, spec.trials, seed);
    case "bayes":
      return createBayes(space, spec.trials, spec.objectives.length, seed);
  }
}
