/**
 * How NSGA-II makes children, on places in the unit cube: simulated binary crossover (Deb and Agrawal 1995) and
 * polynomial mutation (Deb and Goyal 1996), both in the bounded forms of Deb's reference code, for numbers; uniform
 * exchange and redraw for categories. Children stay in the cube.
 */
import type { Random } from "../kernel/random.ts";
import type { Dimension } from "./dimension.ts";

const CROSSOVER_RATE = 0.9;
/** Distribution indexes: larger keeps children nearer to their parents. */
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;

export type Place = readonly number[];

/** Two children of two parents, crossed and mutated. */
export function childrenOf(a: Place, b: Place, dimensions: readonly Dimension[], random: Random): [number[], number[]] {
  const first = [...a];
  const second = [...b];
  if (random.next() < CROSSOVER_RATE) {
    for (const [index, dimension] of dimensions.entries()) {
      if (random.next() >= 0.5) continue;
      const [left, right] = [first[index]!, second[index]!];
      if (dimension.kind === "categorical") [first[index], second[index]] = [right, left];
      else if (Math.abs(left - right) > 1e-12) [first[index], second[index]] = crossed(left, right, random);
    }
  }
  mutate(first, dimensions, random);
  mutate(second, dimensions, random);
  return [first, second];
}

/** Changes each dimension with a chance of one in the number of dimensions. */
export function mutate(place: number[], dimensions: readonly Dimension[], random: Random): void {
  for (const [index, dimension] of dimensions.entries()) {
    if (random.next() * dimensions.length >= 1) continue;
    place[index] = dimension.kind === "categorical" ? random.next() : mutated(place[index]!, dimension, random);
  }
}

function crossed(left: number, right: number, random: Random): [number, number] {
  const [low, high] = left < right ? [left, right] : [right, left];
  const draw = random.next();
  const spread = (room: number) => {
    const beta = 1 + (2 * room) / (high - low);
    const alpha = 2 - beta ** -(CROSSOVER_INDEX + 1);
    const power = 1 / (CROSSOVER_INDEX + 1);
    return draw <= 1 / alpha ? (draw * alpha) ** power : (1 / (2 - draw * alpha)) ** power;
  };
  const below = clamp(0.5 * (low + high - spread(low) * (high - low)));
  const above = clamp(0.5 * (low + high + spread(1 - high) * (high - low)));
  return random.next() < 0.5 ? [below, above] : [above, below];
}

function mutated(value: number, dimension: Dimension, random: Random): number {
  const draw = random.next();
  const power = 1 / (MUTATION_INDEX + 1);
  const change =
    draw < 0.5
      ? (2 * draw + (1 - 2 * draw) * (1 - value) ** (MUTATION_INDEX + 1)) ** power - 1
      : 1 - (2 * (1 - draw) + 2 * (draw - 0.5) * value ** (MUTATION_INDEX + 1)) ** power;
  // A change smaller than half a step would be rounded away: then it is a whole step.
  const step = dimension.kind === "ordered" && dimension.count > 1 ? 1 / (dimension.count - 1) : 0;
  return clamp(value + (Math.abs(change) < step ? Math.sign(change) * step : change));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
