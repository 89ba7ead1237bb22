/**
 * The whole trading path, from the market's frames to the journal, under virtual time and seeded accidents. Each seed is
 * one reproducible run; a failure prints the line that repeats it. `SEED=faults-99` runs that seed alone, also one that
 * is not in the list: the word before the dash says which kind of run it is.
 */
import { describe, expect, it } from "vitest";
import { type Plan, run } from "./run.ts";

const FOR_MS = 60_000;

/** Kind of run → how many seeds of it are run each time. */
const KINDS: Readonly<Record<string, { readonly count: number; readonly plan: Omit<Plan, "seed"> }>> = {
  calm: { count: 1, plan: { forMs: FOR_MS, crashes: 0, venueLives: true, faults: false } },
  faults: { count: 11, plan: { forMs: FOR_MS, crashes: 0, venueLives: true, faults: true } },
  exchange: { count: 10, plan: { forMs: FOR_MS, crashes: 3, venueLives: true, faults: true } },
  together: { count: 8, plan: { forMs: FOR_MS, crashes: 3, venueLives: false, faults: true } },
};

const only = process.env["SEED"];
const seeds = only === undefined ? Object.entries(KINDS).flatMap(([kind, { count }]) => Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`)) : [only];

function planOf(seed: string): Plan {
  const kind = KINDS[seed.split("-")[0]!];
  if (kind === undefined) throw new Error(`SEED: expected one of ${Object.keys(KINDS).join(", ")}, a dash and a number, got ${seed}`);
  return { seed, ...kind.plan };
}

describe("the trading path under virtual time", () => {
  it.each(seeds)("%s: agrees with the venue at the end", async (seed) => {
    const { problems, deeds, ...counts } = await run(planOf(seed));
    expect(problems, `replay with: SEED=${seed} vitest run test/simulation/floor.test.ts\n${JSON.stringify(counts)}, ${deeds.length} deeds\n`).toEqual([]);
    expect(counts.fills).toBeGreaterThan(0);
  });
});
