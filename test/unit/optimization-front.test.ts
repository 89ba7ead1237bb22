import { describe, expect, it } from "vitest";
import { hypervolume, worstScores } from "../../domain/optimization/hypervolume.ts";
import { compareStandings, standingsOf } from "../../domain/optimization/nsga2-ranking.ts";
import { dominates, paretoFront, rankedOf, winnerOf } from "../../domain/optimization/pareto.ts";
import { ZDT1_BOUNDS, bestScore, done, onSurface, plainSpace, runSearch, settings, sphere, zdt1 } from "./optimization-surfaces.ts";

const inside = (...scores: number[]) => ({ scores, violation: 0 });

describe("Pareto front", () => {
  it("lets constraints decide first, and leaves unusable trials behind", () => {
    const outside = { scores: [9, 9], violation: 0.1 };
    const further = { scores: [99, 99], violation: 0.2 };
    expect([dominates(inside(0, 0), outside), dominates(outside, further), dominates(inside(1, 0), inside(0, 1))]).toEqual([
      true,
      true,
      false,
    ]);
    expect(rankedOf({ state: "pruned", objectives: [5], feasible: true })).toEqual({ scores: [], violation: Infinity });
    expect(rankedOf(done([1, null]))).toEqual({ scores: [], violation: Infinity });
    expect(rankedOf({ state: "done", objectives: [1], feasible: false })).toEqual({ scores: [1], violation: 1 });
    const all = [outside, inside(1, 2), inside(2, 1), inside(1, 1), inside(1, 2), { scores: [], violation: Infinity }];
    expect(paretoFront(all)).toEqual([2, 1]);
    expect(paretoFront([outside])).toEqual([]);
  });

  it("takes the best first score as the winner, equal ones by the next", () => {
    expect(winnerOf([inside(1, 5), inside(2, 1), inside(2, 3), inside(2, 3), { scores: [9, 9], violation: 1 }])).toBe(2);
    expect(winnerOf([{ scores: [], violation: Infinity }])).toBeNull();
  });

  it("measures hypervolume by hand", () => {
    expect(
      hypervolume(
        [
          [3, 1],
          [2, 2],
          [1, 3],
          [0.5, 0.5],
          [-1, 9],
        ],
        [0, 0],
      ),
    ).toEqual({ value: 6, exact: true });
    expect(
      hypervolume(
        [
          [2, 2, 1],
          [1, 1, 3],
        ],
        [0, 0, 0],
      ),
    ).toEqual({ value: 6, exact: true });
    const cube = hypervolume(
      [
        [1, 1, 1, 1],
        [2, 0.5, 1, 1],
      ],
      [0, 0, 0, 0],
    );
    expect(cube.exact).toBe(false);
    expect(Math.abs(cube.value - 1.5)).toBeLessThan(0.02);
    expect(worstScores([inside(3, 1), inside(1, 3), { scores: [], violation: Infinity }])).toEqual([1, 1]);
  });

  it("ranks a population by fronts and keeps its ends", () => {
    const standings = standingsOf([
      inside(0, 4),
      inside(1, 3),
      inside(2, 2),
      inside(4, 0),
      inside(0, 0),
      { scores: [], violation: Infinity },
    ]);
    expect(standings.map(({ front }) => front)).toEqual([0, 0, 0, 0, 1, 2]);
    expect(standings.map(({ crowding }) => crowding)).toEqual([Infinity, 1, 1.5, Infinity, Infinity, 0]);
    expect(compareStandings(standings[0]!, standings[3]!)).toBe(0);
  });
});

describe("genetic search", () => {
  const volumeOf = (method: "nsga2" | "random" | "bayes", seed: string, trials: number) => {
    const told = runSearch(settings(method, trials, 2), plainSpace(ZDT1_BOUNDS), seed, onSurface(zdt1));
    const ranked = told.map(({ result }) => rankedOf(result));
    const front = paretoFront(ranked).map((index) => ranked[index]!.scores);
    // Highest possible: 11 − 1/3.
    return hypervolume(front, [-1, -11]).value;
  };

  it.each(["seed 1", "seed 2", "seed 3"])("beats random on ZDT1 at an equal budget of 600, %s", (seed) => {
    const [genetic, random] = [volumeOf("nsga2", seed, 600), volumeOf("random", seed, 600)];
    expect(genetic).toBeGreaterThan(10);
    expect(genetic).toBeGreaterThan(random + 0.4);
    expect(genetic).toBeLessThanOrEqual(11 - 1 / 3);
  });

  it("covers more of ZDT1 by ParEGO in 60 runs than random in 600", () => {
    expect(volumeOf("bayes", "seed 1", 60)).toBeGreaterThan(volumeOf("random", "seed 1", 600));
  });

  it.each(["seed 1", "seed 2", "seed 3"])("beats random on a sphere with one objective, %s", (seed) => {
    const space = plainSpace(Array.from({ length: 5 }, () => [0, 1] as const));
    const [genetic, random] = (["nsga2", "random"] as const).map((method) =>
      bestScore(runSearch(settings(method, 300), space, seed, onSurface(sphere))),
    );
    expect(genetic).toBeGreaterThan(random!);
    expect(genetic).toBeGreaterThan(-0.02);
  });
});
