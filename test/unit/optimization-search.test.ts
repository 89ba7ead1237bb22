import { describe, expect, it } from "vitest";
import { createJudge, parseConstraint, parseObjective } from "../../domain/optimization/objective.ts";
import { createStopLevels, endsAt } from "../../domain/optimization/pruning.ts";
import { createSearch } from "../../domain/optimization/search.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import type { Told } from "../../domain/optimization/types.ts";
import {
  BRANIN_BOUNDS,
  bestScore,
  branin,
  crossing,
  done,
  onSurface,
  plainSpace,
  runSearch,
  settings,
  sphere,
} from "./optimization-surfaces.ts";

const crossingGrid = () =>
  createSpace({ fast: { from: 4, to: 40, step: 4, log: false }, slow: { from: 20, to: 200, step: 20, log: false } }, crossing);

describe("grid search", () => {
  it("runs every accepted combination once and skips the others", () => {
    const told = runSearch(settings("grid", 100), crossingGrid(), "s", () => done([0]));
    const brute: unknown[] = [];
    for (let fast = 4; fast <= 40; fast += 4) for (let slow = 20; slow <= 200; slow += 20) if (fast < slow) brute.push({ fast, slow });
    expect(told.map(({ params }) => params)).toEqual(brute);
    const search = createSearch(settings("grid", 100), crossingGrid(), "s");
    expect([search.total, search.skipped]).toEqual([brute.length, 100 - brute.length]);
    expect(search.skips[0]).toEqual({ params: { fast: 20, slow: 20 }, reason: "fast below slow" });
  });

  it("finds the best of brute force", () => {
    const space = plainSpace(
      [
        [0, 1],
        [0, 1],
      ],
      0.01,
    );
    expect(bestScore(runSearch(settings("grid", 10_201), space, "s", onSurface(sphere)))).toBe(-0);
  });

  it("refuses more trials than allowed, with the number it needs", () => {
    expect(() => createSearch(settings("grid", 50), crossingGrid(), "s")).toThrow(
      "trials: expected at least 93, which this grid needs, got 50",
    );
  });

  it("refuses a dimension without steps, a grid beyond bounds, and one of which nothing is accepted", () => {
    expect(() => createSearch(settings("grid", 50), plainSpace([[0, 1]]), "s")).toThrow("space.x0.step: expected a step");
    const huge = plainSpace(
      [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
      0.001,
    );
    expect(() => createSearch(settings("grid", 50), huge, "s")).toThrow("at most 1000000 combinations");
    const refused = createSpace({ fast: { from: 40, to: 50, step: 1, log: false } }, crossing);
    expect(() => createSearch(settings("grid", 50), refused, "s")).toThrow("it refuses all 11: fast below slow");
  });
});

describe("search state", () => {
  it("waits for results that the method needs, and says when it is finished", () => {
    const search = createSearch(settings("bayes", 12), plainSpace(BRANIN_BOUNDS), "s");
    const first = search.ask(100);
    expect(first.map(({ trial }) => trial)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(search.ask(100)).toEqual([]);
    for (const { trial } of first) search.tell(trial, done([trial]));
    expect(search.ask(100).map(({ trial }) => trial)).toEqual([8, 9, 10, 11]);
    expect([search.finished, search.told, search.total]).toEqual([false, 8, 12]);
    for (let trial = 8; trial < 12; trial++) search.tell(trial, done([0]));
    expect([search.finished, search.ask(1)]).toEqual([true, []]);
  });

  it("refuses a trial told twice or that cannot have been asked", () => {
    const search = createSearch(settings("bayes", 12), plainSpace(BRANIN_BOUNDS), "s");
    search.tell(0, done([1]));
    for (const trial of [0, 8, -1, 1.5]) expect(() => search.tell(trial, done([1]))).toThrow("trial: expected");
  });

  it.each(["random", "nsga2", "bayes"] as const)("%s exhausts a small space without repeating, and ends", (method) => {
    const told = runSearch(settings(method, 500), crossingGrid(), "s", ({ fast, slow }) => done([Number(slow) - Number(fast)]));
    expect(told).toHaveLength(93);
    expect(new Set(told.map(({ params }) => JSON.stringify(params))).size).toBe(93);
  });

  it.each(["random", "nsga2", "bayes"] as const)("%s goes on when every trial fails", (method) => {
    const told = runSearch(settings(method, 40), plainSpace(BRANIN_BOUNDS), "s", () => ({
      state: "failed",
      objectives: [],
      feasible: false,
    }));
    expect(told).toHaveLength(40);
  });

  it.each(["nsga2", "bayes"] as const)("%s gives only combinations that the strategy accepts, whatever the types", (method) => {
    const space = createSpace(
      {
        fast: { from: 2, to: 200, log: true },
        slow: { from: 5, to: 400, log: false },
        threshold: { from: 0, to: 10, log: false },
        side: { values: ["long", "short", "both"] },
        long: { values: [true, false] },
      },
      crossing,
    );
    // Best: fast 20, slow 100, side "short".
    const told = runSearch(settings(method, 80), space, "seed 5", (params) => {
      expect(space.refusal(params)).toBeNull();
      const { fast, slow, side } = params;
      return done([-Math.abs(Math.log(Number(fast) / 20)) - Math.abs(Number(slow) - 100) / 100 + (side === "short" ? 1 : 0)]);
    });
    const later = told.slice(40).filter(({ params }) => params["side"] === "short").length;
    expect(later, "of 40 later trials those with the better category").toBeGreaterThan(20);
    expect(bestScore(told)).toBeGreaterThan(0.6);
  });
});

describe("Bayesian search", () => {
  it.each(["seed 1", "seed 2", "seed 3"])("nears Branin's optimum in 40 runs where a grid of 441 does not, %s", (seed) => {
    const grid = bestScore(runSearch(settings("grid", 441), plainSpace(BRANIN_BOUNDS, 0.75), seed, onSurface(branin)));
    const bayes = bestScore(runSearch(settings("bayes", 40), plainSpace(BRANIN_BOUNDS), seed, onSurface(branin)));
    expect(grid).toBeCloseTo(-0.4576, 4);
    expect(bayes).toBeGreaterThan(-0.42);
  });

  it("finds the best inside a constraint", () => {
    // Outside of the half with x0 + x1 ≤ 0.5 the surface is better.
    const told = runSearch(
      settings("bayes", 48),
      plainSpace([
        [0, 1],
        [0, 1],
      ]),
      "seed 3",
      (params) => {
        const [a, b] = [Number(params["x0"]), Number(params["x1"])];
        const violation = Math.max(0, a + b - 0.5);
        return { state: "done", objectives: [a + b - (a - b) ** 2], feasible: violation === 0, violation, margin: 0.5 - a - b };
      },
    );
    const feasible = told.filter(({ result }) => result.feasible);
    expect(bestScore(feasible)).toBeGreaterThan(0.49);
  });
});

describe("objectives and constraints", () => {
  it("orients scores and keeps undefined ones apart from 0", () => {
    const judge = createJudge({ objectives: ["sharpe", "-maxDrawdown"], constraints: ["trades >= 30", "maxDrawdown <= 0.3"] });
    expect(judge({ sharpe: 1.5, maxDrawdown: 0.2, trades: 40 })).toEqual({
      objectives: [1.5, -0.2],
      feasible: true,
      violation: 0,
      margin: expect.closeTo(1 / 3),
    });
    expect(judge({ sharpe: null, maxDrawdown: 0.6, trades: 15 })).toEqual({
      objectives: [null, -0.6],
      feasible: false,
      violation: 1.5,
      margin: -1,
    });
    expect(judge({ sharpe: 0, maxDrawdown: 0 })).toEqual({ objectives: [0, 0], feasible: false, violation: 1, margin: -1 });
  });

  it("refuses what cannot be read, a metric twice, and unknown metrics", () => {
    expect(parseObjective("-maxDrawdown")).toEqual({ text: "-maxDrawdown", metric: "maxDrawdown", sign: -1 });
    expect(parseConstraint("sharpe>=-0.5")).toMatchObject({ metric: "sharpe", relation: ">=", bound: -0.5 });
    expect(() => parseObjective("best!")).toThrow("objectives: expected a metric");
    expect(() => parseConstraint("trades > 30")).toThrow("constraints: expected such as");
    expect(() => createJudge({ objectives: ["sharpe", "-sharpe"], constraints: [] })).toThrow("objectives: expected each metric once");
    expect(() => createJudge({ objectives: ["sharp"], constraints: [] }, ["sharpe"])).toThrow('a metric of a run: sharpe, got "sharp"');
  });
});

describe("pruning", () => {
  const finished = (trial: number, steps: (number | null)[]): Told => ({ trial, params: {}, result: { ...done([1]), steps } });

  it("compares with the median of finished trials, once there are ten", () => {
    const known = Array.from({ length: 9 }, (_, trial) => finished(trial, [trial, null]));
    expect(createStopLevels()(known)).toEqual([null, null, null]);
    const pruned: Told = { trial: 10, params: {}, result: { state: "pruned", objectives: [], feasible: false, steps: [-5] } };
    expect(createStopLevels()([...known, pruned, finished(11, [9, 3])])).toEqual([4.5, null, null]);
  });

  it("ends a trial below the level, or without a score where others have one", () => {
    expect([endsAt([1, null], 0, 0.9), endsAt([1, null], 0, 1), endsAt([1, null], 0, null)]).toEqual([true, false, true]);
    expect([endsAt([1, null], 1, -9), endsAt([], 0, -9)]).toEqual([false, false]);
  });

  it("hands levels out from results of the batches before the last", () => {
    const search = createSearch({ ...settings("random", 64), prune: true }, plainSpace(BRANIN_BOUNDS), "s");
    const asked = search.ask(64);
    expect(asked).toHaveLength(32);
    expect(asked.every(({ stopBelow }) => stopBelow.every((level) => level === null))).toBe(true);
    for (const { trial } of asked) search.tell(trial, { ...done([trial]), steps: [trial, trial, trial] });
    const levels = search.ask(64).map(({ stopBelow }) => stopBelow[0]);
    expect([levels[0], levels[16]]).toEqual([7.5, 15.5]);
  });
});
