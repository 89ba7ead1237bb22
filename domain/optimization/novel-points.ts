/**
 * Which combinations a search has taken, and new ones at random. No combination is given twice, and none that the
 * strategy refuses. Small finite spaces are shuffled once, so that every last combination is found and exhaustion is
 * certain; larger ones are drawn at random. Bounded by the trials of the search.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import type { Space } from "./space.ts";

/** Finite spaces up to this size are shuffled. Above it fewer than half of the draws can repeat an earlier one. */
const MAX_SHUFFLED = 200_000;
/** Draws in a row without a new accepted combination before a large space counts as exhausted. */
const MAX_DRAWS = 10_000;

export interface NovelPoints {
  /** Takes a combination unless it was taken before or the strategy refuses it; says whether it did. */
  take(params: ParamValues): boolean;
  /** Whether `take` would. */
  isNew(params: ParamValues): boolean;
  /** Takes a combination at random; null when there is none left. */
  draw(): ParamValues | null;
  /** Every combination that is left, when the space has at most `limit`; else null. */
  rest(limit: number): ParamValues[] | null;
}

export function createNovelPoints(space: Space, seed: string): NovelPoints {
  const random = seededRandom(`${seed}:points`);
  const taken = new Set<string>();
  const order = space.size <= MAX_SHUFFLED ? shuffled(space.size, random) : null;
  let next = 0;

  const isNew = (params: ParamValues) => !taken.has(space.keyOf(params)) && space.refusal(params) === null;
  const take = (params: ParamValues) => {
    if (!isNew(params)) return false;
    taken.add(space.keyOf(params));
    return true;
  };
  return {
    take,
    isNew,
    draw() {
      if (order === null) {
        for (let draw = 0; draw < MAX_DRAWS; draw++) {
          const params = space.decode(space.dimensions.map(() => random.next()));
          if (take(params)) return params;
        }
        return null;
      }
      while (next < order.length) {
        const params = space.at(order[next++]!);
        if (take(params)) return params;
      }
      return null;
    },
    rest(limit) {
      if (order === null || space.size > limit) return null;
      return Array.from({ length: space.size }, (_, index) => space.at(index)).filter(isNew);
    },
  };
}

function shuffled(size: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const other = random.integer(0, last);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
