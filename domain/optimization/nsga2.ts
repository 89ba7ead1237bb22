/**
 * Genetic search for one or more objectives: NSGA-II (Deb, Pratap, Agarwal and Meyarivan 2002), constrained domination
 * included. A batch is a generation. No combination is run twice: a child that was tried before is mutated again, and
 * after some attempts replaced by a new one at random.
 */
import type { ParamValues } from "../contract/views/strategy.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { createNovelPoints } from "./novel-points.ts";
import { type Standing, compareStandings, standingsOf } from "./nsga2-ranking.ts";
import { type Place, childrenOf, mutate } from "./nsga2-variation.ts";
import { type Ranked, rankedOf } from "./pareto.ts";
import type { Space } from "./space.ts";
import type { Proposer, Told } from "./types.ts";

const MAX_ATTEMPTS = 8;

interface Member {
  readonly place: Place;
  readonly ranked: Ranked;
  readonly standing: Standing;
}

/** Grows with the root of the budget, so that both generations and their size grow: 20 of 100 trials, 64 of 1,000. */
function populationSize(trials: number): number {
  return Math.min(200, Math.max(8, 2 * Math.round(Math.sqrt(trials))));
}

export function createNsga2(space: Space, trials: number, seed: string): Proposer {
  const size = populationSize(trials);
  const random = seededRandom(`${seed}:nsga2`);
  const points = createNovelPoints(space, seed);
  let population: Member[] = [];
  let read = 0;

  function select(known: readonly Told[]): void {
    const joined: { place: Place; ranked: Ranked }[] = [...population];
    for (; read < known.length; read++) {
      const { params, result } = known[read]!;
      joined.push({ place: space.encode(params), ranked: rankedOf(result) });
    }
    const standings = standingsOf(joined.map(({ ranked }) => ranked));
    population = joined
      .map(({ place, ranked }, index) => ({ place, ranked, standing: standings[index]! }))
      // A stable sort: equal ones stay in the order of their trials.
      .sort((a, b) => compareStandings(a.standing, b.standing))
      .slice(0, size);
  }

  function taken(child: number[]): ParamValues | null {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const params = space.decode(child);
      if (points.take(params)) return params;
      mutate(child, space.dimensions, random);
    }
    return points.draw();
  }

  return {
    ahead: 0,
    total: Math.min(trials, space.size),
    skipped: 0,
    skips: [],
    propose(_batch, known): ParamValues[] {
      if (known.length > 0) select(known);
      const batch: ParamValues[] = [];
      while (batch.length < size) {
        const children =
          population.length < 2 ? [null, null] : childrenOf(pick(population, random), pick(population, random), space.dimensions, random);
        for (const child of children) {
          const params = child === null ? points.draw() : taken(child);
          if (params === null) return batch;
          if (batch.length < size) batch.push(params);
        }
      }
      return batch;
    },
  };
}

/** The better of two members at random. */
function pick(population: readonly Member[], random: Random): Place {
  const a = population[random.integer(0, population.length - 1)]!;
  const b = population[random.integer(0, population.length - 1)]!;
  return compareStandings(b.standing, a.standing) < 0 ? b.place : a.place;
}
