/**
 * The order of a population in NSGA-II (Deb et al. 2002): fronts by fast non-dominated sorting, and within a front the
 * crowding distance, so that the front stays spread out. Cost grows with the square of the population.
 */
import { type Ranked, dominates } from "./pareto.ts";

export interface Standing {
  /** 0 is the front. */
  readonly front: number;
  /** Larger is lonelier; Infinity at the ends of a front. */
  readonly crowding: number;
}

export function standingsOf(population: readonly Ranked[]): Standing[] {
  const standings: Standing[] = [];
  for (const [front, members] of frontsOf(population).entries()) {
    const distances = crowdingOf(members.map((index) => population[index]!));
    for (const [place, index] of members.entries()) standings[index] = { front, crowding: distances[place]! };
  }
  return standings;
}

/** Better first. */
export function compareStandings(a: Standing, b: Standing): number {
  if (a.front !== b.front) return a.front - b.front;
  // Infinity - Infinity is not a number.
  return a.crowding === b.crowding ? 0 : b.crowding - a.crowding;
}

function frontsOf(population: readonly Ranked[]): number[][] {
  const dominated: number[][] = population.map(() => []);
  const dominators = population.map(() => 0);
  for (let a = 0; a < population.length; a++) {
    for (let b = a + 1; b < population.length; b++) {
      const [winner, loser] = dominates(population[a]!, population[b]!)
        ? [a, b]
        : dominates(population[b]!, population[a]!)
          ? [b, a]
          : [-1, -1];
      if (winner < 0) continue;
      dominated[winner]!.push(loser);
      dominators[loser]!++;
    }
  }
  const fronts: number[][] = [];
  let members = population.map((_, index) => index).filter((index) => dominators[index] === 0);
  while (members.length > 0) {
    fronts.push(members);
    const next: number[] = [];
    for (const member of members) {
      for (const loser of dominated[member]!) if (--dominators[loser]! === 0) next.push(loser);
    }
    members = next.sort((a, b) => a - b);
  }
  return fronts;
}

function crowdingOf(front: readonly Ranked[]): number[] {
  const distances = front.map(() => 0);
  const order = front.map((_, index) => index);
  for (let objective = 0; objective < front[0]!.scores.length; objective++) {
    const score = (place: number) => front[order[place]!]!.scores[objective]!;
    order.sort((a, b) => front[a]!.scores[objective]! - front[b]!.scores[objective]! || a - b);
    const last = order.length - 1;
    const width = score(last) - score(0);
    distances[order[0]!] = Infinity;
    distances[order[last]!] = Infinity;
    if (width === 0) continue;
    for (let place = 1; place < last; place++) distances[order[place]!]! += (score(place + 1) - score(place - 1)) / width;
  }
  return distances;
}
