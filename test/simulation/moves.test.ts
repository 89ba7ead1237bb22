/**
 * The trading path over three nodes, killed and cut off at seeded moments. `SEED=exchange-7 vitest run
 * test/simulation/moves.test.ts` repeats one run; the word before the dash says whether the venue outlives the nodes
 * (`exchange`) or moves between them (`ours`).
 */
import { describe, expect, it } from "vitest";
import { MovesRun } from "./moves-run.ts";

const FOR_MS = 45_000;
const COUNT = 10;
const KINDS = ["exchange", "ours"] as const;

const only = process.env["SEED"];
const seeds = only === undefined ? KINDS.flatMap((kind) => Array.from({ length: COUNT }, (_, index) => `${kind}-${index + 1}`)) : [only];
const reached = new Set<string>();
const planOf = (seed: string) => ({ seed, forMs: FOR_MS, venueLives: seed.startsWith("exchange") });

describe("the trading path over nodes that die", () => {
  it.each(seeds)("%s: agrees with the venue at the end", async (seed) => {
    const { problems, orders, fills, reached: seen } = await new MovesRun(planOf(seed)).run();
    for (const what of seen) reached.add(what);
    expect(problems, `replay with: SEED=${seed} vitest run test/simulation/moves.test.ts (${orders} orders, ${fills} fills)`).toEqual([]);
    expect(fills).toBeGreaterThan(0);
  });

  it.runIf(only === undefined)("the same seed writes the same journal", async () => {
    const first = await new MovesRun(planOf("exchange-1")).run();
    expect((await new MovesRun(planOf("exchange-1")).run()).digest).toBe(first.digest);
  });

  it.runIf(only === undefined)("all of it happened: a run that never gets there proves nothing", () => {
    const wanted = ["killed", "taken for dead", "RESYNCED", "OrderOutcomeUnknown", "HaltSettled", "FENCED"];
    expect(
      wanted.filter((what) => !reached.has(what)),
      `reached: ${[...reached].toSorted().join(", ")}`,
    ).toEqual([]);
  });
});
