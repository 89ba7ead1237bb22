/** A search asks the same whatever the workers, the order of arrival or a restart; fronts and windows hold for any input. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SEARCH_METHODS } from "../../domain/contract/research/search.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { hypervolume } from "../../domain/optimization/hypervolume.ts";
import { dominates, paretoFront } from "../../domain/optimization/pareto.ts";
import { type SearchSettings, createSearch } from "../../domain/optimization/search.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import type { Candidate, TrialResult } from "../../domain/optimization/types.ts";
import { planWindows, splitHoldOut } from "../../domain/optimization/walk-forward.ts";
import { crossing } from "../unit/optimization-surfaces.ts";

const space = createSpace(
  { fast: { from: 4, to: 24, step: 4, log: false }, slow: { from: 10, to: 60, step: 10, log: false }, side: { values: ["long", "both"] } },
  crossing,
);

/** Some trials fail, are pruned, lie outside of the constraints; all by their parameters alone. */
function resultOf({ params, stopBelow }: Candidate): TrialResult {
  const random = seededRandom(JSON.stringify(params));
  const kind = random.next();
  const steps = [random.next(), random.next(), random.next()];
  if (kind < 0.1) return { state: "failed", objectives: [], feasible: false };
  if (stopBelow.some((level, index) => level !== null && steps[index]! < level))
    return { state: "pruned", objectives: [], feasible: false, steps };
  const objectives = [random.normal(), kind < 0.2 ? null : random.normal()];
  return { state: "done", objectives, feasible: kind < 0.8, violation: kind < 0.8 ? 0 : kind, steps };
}

interface Run {
  readonly asked: Candidate[];
  readonly results: Map<number, TrialResult>;
}

/** Runs with so many at once, results arriving in an order drawn from a seed; stops after so many results. */
function runShuffled(
  settings: SearchSettings,
  seed: string,
  workers: number,
  orderSeed: string,
  from: Run | null,
  stopAfter = Infinity,
): Run {
  const search = createSearch(settings, space, seed);
  const order = seededRandom(orderSeed);
  const run: Run = { asked: [], results: new Map() };
  for (const [trial, result] of [...(from?.results ?? [])].toSorted(([a], [b]) => a - b)) {
    run.results.set(trial, result);
    search.tell(trial, result);
  }
  const running: Candidate[] = [];
  while (!search.finished && run.results.size < stopAfter) {
    const fresh = search.ask(workers - running.length);
    run.asked.push(...fresh);
    running.push(...fresh);
    if (running.length === 0) continue;
    const [next] = running.splice(order.integer(0, running.length - 1), 1);
    run.results.set(next!.trial, resultOf(next!));
    search.tell(next!.trial, run.results.get(next!.trial)!);
  }
  return run;
}

const byTrial = (candidates: readonly Candidate[]) => candidates.toSorted((a, b) => a.trial - b.trial);

describe("a search", () => {
  it.each(SEARCH_METHODS)("asks the same for any workers, order of arrival and restart: %s", (method) => {
    const cases = fc.record({
      seed: fc.string({ minLength: 1, maxLength: 4 }),
      workers: fc.integer({ min: 1, max: 40 }),
      order: fc.string({ maxLength: 4 }),
      stopAfter: fc.integer({ min: 1, max: 40 }),
      prune: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ seed, workers, order, stopAfter, prune }) => {
        const settings: SearchSettings = {
          method,
          trials: { grid: 72, random: 56, nsga2: 56, bayes: 24 }[method],
          objectives: ["a", "b"],
          prune,
        };
        const plain = runShuffled(settings, seed, 1, "", null);
        const shuffled = runShuffled(settings, seed, workers, order, null);
        expect(byTrial(shuffled.asked)).toEqual(plain.asked);
        expect(plain.asked.map(({ trial }) => trial)).toEqual(plain.asked.map((_, index) => index));

        const killed = runShuffled(settings, seed, workers, order, null, stopAfter);
        const resumed = runShuffled(settings, seed, workers, order, killed);
        const finished = [...killed.results.keys()];
        expect(resumed.asked.filter(({ trial }) => finished.includes(trial))).toEqual([]);
        expect(byTrial([...killed.asked.filter(({ trial }) => finished.includes(trial)), ...resumed.asked])).toEqual(plain.asked);
        expect(resumed.results).toEqual(plain.results);
      }),
      { numRuns: method === "bayes" ? 4 : 40 },
    );
  });
});

describe("a Pareto front", () => {
  const score = fc.integer({ min: 0, max: 6 });
  const trials = fc.integer({ min: 1, max: 4 }).chain((objectives) =>
    fc.array(
      fc.record({
        scores: fc.array(score, { minLength: objectives, maxLength: objectives }),
        violation: fc.constantFrom(0, 0, 0, 0.5),
      }),
      { maxLength: 40 },
    ),
  );

  it("holds no dominated trial and covers every other one", () => {
    fc.assert(
      fc.property(trials, (all) => {
        const front = paretoFront(all).map((index) => all[index]!);
        for (const member of front) expect(all.some((other) => dominates(other, member))).toBe(false);
        for (const trial of all.filter(({ violation }) => violation === 0)) {
          expect(front.some((member) => member.scores.every((value, index) => value >= trial.scores[index]!))).toBe(true);
        }
      }),
    );
  });

  it("has the hypervolume that counting unit cells gives", () => {
    fc.assert(
      fc.property(trials, (all) => {
        const objectives = all[0]?.scores.length ?? 1;
        const cells = new Set<string>();
        for (const { scores } of all) {
          let inside: number[][] = [[]];
          for (const value of scores) inside = inside.flatMap((cell) => Array.from({ length: value }, (_, index) => [...cell, index]));
          for (const cell of inside) cells.add(cell.join());
        }
        const { value, exact } = hypervolume(
          all.map(({ scores }) => scores),
          Array.from({ length: objectives }, () => 0),
        );
        if (exact) expect(value).toBe(cells.size);
        else expect(Math.abs(value - cells.size)).toBeLessThanOrEqual(0.02 * 6 ** 4);
      }),
      { numRuns: 60 },
    );
  });
});

describe("walk-forward windows", () => {
  const HOUR_MS = 3_600_000;
  const plans = fc.record({
    fromMs: fc.integer({ min: 0, max: 2_000_000_000_000 }),
    bars: fc.integer({ min: 3_000, max: 100_000 }),
    rest: fc.integer({ min: 0, max: HOUR_MS - 1 }),
    holdOutShare: fc.constantFrom(0, 0.1, 0.2, 0.5),
    spec: fc.record({
      mode: fc.constantFrom("rolling" as const, "anchored" as const),
      count: fc.integer({ min: 2, max: 12 }),
      testShare: fc.double({ min: 0.2, max: 1, noNaN: true }),
      embargoMs: fc.integer({ min: 0, max: 72 * HOUR_MS }),
    }),
  });

  it("never overlap into test, keep the embargo and stay out of the hold-out", () => {
    fc.assert(
      fc.property(plans, ({ fromMs, bars, rest, holdOutShare, spec }) => {
        const range = { fromMs, toMs: fromMs + bars * HOUR_MS + rest };
        const options = { intervalMs: HOUR_MS, minTrainBars: 50, minTestBars: 10 };
        const { searched, heldOut } = splitHoldOut(range, holdOutShare, options, spec.embargoMs);
        const windows = planWindows(searched, spec, options);
        expect(windows).toHaveLength(spec.count);
        expect(searched.toMs + (holdOutShare > 0 ? spec.embargoMs : 0)).toBeLessThanOrEqual(heldOut?.fromMs ?? range.toMs);
        for (const [index, { train, test }] of windows.entries()) {
          const before = windows[index - 1];
          expect(train.toMs + spec.embargoMs).toBeLessThanOrEqual(test.fromMs);
          expect(test.toMs).toBeLessThanOrEqual(searched.toMs);
          if (before !== undefined) expect(test.fromMs).toBe(before.test.toMs);
          expect(train.toMs - train.fromMs).toBeGreaterThanOrEqual(50 * HOUR_MS);
          expect(test.toMs - test.fromMs).toBeGreaterThanOrEqual(10 * HOUR_MS);
          for (const ms of [train.fromMs, train.toMs, test.fromMs, test.toMs]) expect((ms - fromMs) % HOUR_MS).toBe(0);
        }
        const lost = searched.toMs - windows.at(-1)!.test.toMs;
        expect(lost).toBeLessThanOrEqual((spec.count + spec.count * spec.testShare + 3) * HOUR_MS);
      }),
    );
  });
});
