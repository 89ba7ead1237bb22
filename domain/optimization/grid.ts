/**
 * Grid search: every combination once, the last dimension changing first. Combinations that the strategy refuses are
 * skipped and are no trials. Refuses continuous dimensions, and more trials than the spec allows, with the number needed.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { invalid } from "../kernel/errors.ts";
import { OPEN_BATCH } from "./batched-search.ts";
import type { Space } from "./space.ts";
import type { Proposer, SkippedPoint } from "./types.ts";

/** Combinations, refused ones included, that are walked through to find those to run; more are refused. */
const MAX_GRID_COMBINATIONS = 1_000_000;
const MAX_SKIPS_KEPT = 10_000;

/** @throws {DstaError} VALIDATION_ERROR field `trials`, or `space.<name>.step` for a dimension without steps. */
export function createGrid(space: Space, trials: number, ahead: number): Proposer {
  const endless = space.dimensions.find((dimension) => dimension.kind === "continuous");
  if (endless !== undefined) throw invalid(`space.${endless.name}.step`, "a step: a grid needs one in every dimension");
  if (space.size > MAX_GRID_COMBINATIONS) {
    throw invalid("trials", `a grid of at most ${MAX_GRID_COMBINATIONS} combinations; widen the steps or search at random`, space.size);
  }
  const wanted: number[] = [];
  const skips: SkippedPoint[] = [];
  for (let index = 0; index < space.size; index++) {
    const params = space.at(index);
    const reason = space.refusal(params);
    if (reason === null) wanted.push(index);
    else if (skips.length < MAX_SKIPS_KEPT) skips.push({ params, reason });
  }
  if (wanted.length > trials) throw invalid("trials", `at least ${wanted.length}, which this grid needs`, trials);
  if (wanted.length === 0) {
    throw invalid("space", `a combination that the strategy accepts; it refuses all ${space.size}: ${skips[0]?.reason ?? ""}`);
  }
  return {
    ahead,
    total: wanted.length,
    skipped: space.size - wanted.length,
    skips,
    propose: (batch): ParamValues[] => wanted.slice(batch * OPEN_BATCH, (batch + 1) * OPEN_BATCH).map((index) => space.at(index)),
  };
}
