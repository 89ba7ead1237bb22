/**
 * The places among which a Bayesian batch is picked: every combination left of a small space; of a larger one, places at
 * random over the whole of it and near the best results. All are combinations that the space decodes to, that are new,
 * and that the strategy accepts.
 */
import type { Random } from "../kernel/random.ts";
import type { Option } from "./acquisition.ts";
import type { NovelPoints } from "./novel-points.ts";
import type { Space } from "./space.ts";

/** Spaces up to this size are looked at as a whole. */
const MAX_WHOLE = 400;
const EVERYWHERE = 160;
const NEAR_EACH_BEST = 24;
const STEPS = [0.2, 0.07, 0.02];

export interface OptionSource {
  options(best: readonly (readonly number[])[], random: Random): Option[];
  /** At most `count` options by random steps of about `step` from a place. */
  near(place: readonly number[], step: number, count: number, random: Random): Option[];
}

export function createOptionSource(space: Space, points: NovelPoints): OptionSource {
  const { dimensions } = space;

  function optionAt(units: readonly number[]): Option | null {
    const params = space.decode(units);
    return points.isNew(params) ? { params, place: space.encode(params) } : null;
  }

  /** Moves one dimension for certain, others with a chance of one in three. */
  function moved(place: readonly number[], step: number, random: Random): number[] {
    const certain = random.integer(0, dimensions.length - 1);
    return place.map((unit, index) => {
      if (index !== certain && random.next() * 3 >= 1) return unit;
      const { kind, count } = dimensions[index]!;
      if (kind === "categorical") return random.next();
      const move = step * random.normal();
      // At least one whole step, or it would be rounded away.
      const least = kind === "ordered" && count > 1 ? 1 / (count - 1) : 0;
      return Math.min(1, Math.max(0, unit + (Math.abs(move) < least ? Math.sign(move) * least : move)));
    });
  }

  const near = (place: readonly number[], step: number, count: number, random: Random) =>
    Array.from({ length: count }, () => optionAt(moved(place, step, random))).filter((option) => option !== null);

  return {
    near,
    options(best, random) {
      const whole = points.rest(MAX_WHOLE);
      if (whole !== null) return whole.map((params) => ({ params, place: space.encode(params) }));
      const everywhere = Array.from({ length: EVERYWHERE }, () => optionAt(dimensions.map(() => random.next())));
      const local = best.flatMap((place) => STEPS.flatMap((step) => near(place, step, NEAR_EACH_BEST / STEPS.length, random)));
      return distinct([...everywhere.filter((option) => option !== null), ...local], space);
    },
  };
}

function distinct(options: readonly Option[], space: Space): Option[] {
  return [...new Map(options.map((option) => [space.keyOf(option.params), option])).values()];
}
