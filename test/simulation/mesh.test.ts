/**
 * Directory, host, link and keeper of several nodes together, under seeded faults on a clock of their own: nodes killed,
 * stopped and resumed, joining and leaving, a store that stands still, forgets or does not answer, cut wires, a journal
 * that is away, clocks that jump, handlers that crash. What must hold is in mesh/witness.ts and mesh/mesh-run.ts.
 *
 * `SEED=<n> vitest run --project simulation test/simulation/mesh.test.ts` runs one seed again; `SEEDS=<n>` that many, from
 * `FIRST=<n>`. That the checks can fail is shown with faulty ports (mesh/mutations.ts): each is found within MUTANT_SEEDS.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { MeshRun } from "./mesh/mesh-run.ts";
import { MUTATIONS } from "./mesh/mutations.ts";
import type { Change } from "./mesh/sim-node.ts";

const ONLY = process.env["SEED"];
const COUNT = Number(process.env["SEEDS"] ?? 1_000);
const FIRST = Number(process.env["FIRST"] ?? 1);
const SEEDS = ONLY === undefined ? Array.from({ length: COUNT }, (_, index) => String(FIRST + index)) : [ONLY];
const MUTANT_SEEDS = 150;
const SETTLED_MEDIAN_MS = 5_000;

/** What the faults and the clients must have met somewhere, or the runs prove nothing. */
const WANTED = `
  kill pause join leave storeStands natsRestarts bucketLost answersLost requestsLost blindWatch disconnected
  cutFromNats cutFromAll cutFromOthers cutFromJournal journalAway slowJournal wireLoses clockJumps crash
`
  .split(/\s+/)
  .filter((what) => what !== "")
  .concat("heard twice", "overtaken after a move")
  .concat(["NODE_LOST", "MESH_DOWN", "NO_NODE", "FENCED", "JOURNAL_UNAVAILABLE", "ASK_TIMEOUT"].map((type) => `ask: ${type}`));

// Errors are made by the thousand, and nobody reads where.
beforeAll(() => void (Error.stackTraceLimit = 0));

async function failureOf(run: MeshRun): Promise<string | null> {
  try {
    await run.run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function firstFailure(change: Change): Promise<string | null> {
  for (let seed = 1; seed <= MUTANT_SEEDS; seed++) {
    const failure = await failureOf(new MeshRun(String(seed), change));
    if (failure !== null) return `seed ${seed}: ${failure}`;
  }
  return null;
}

describe("the mesh under faults", () => {
  it(`keeps its promises (${SEEDS.length} seeds)`, { timeout: 900_000 }, async () => {
    const reached = new Set<string>();
    const settledAfterMs: number[] = [];
    for (const seed of SEEDS) {
      const run = new MeshRun(seed);
      const failure = await failureOf(run);
      if (failure !== null) {
        const replay = `SEED=${seed} vitest run --project simulation test/simulation/mesh.test.ts`;
        expect.fail(`${run.witness.story.join("\n")}\n\n${failure}\nreplay with: ${replay}`);
      }
      for (const what of run.witness.reached) reached.add(what);
      settledAfterMs.push(run.convergedAfterMs);
    }
    if (SEEDS.length < 200) return;
    expect(WANTED.filter((what) => !reached.has(what))).toEqual([]);
    expect(settledAfterMs.toSorted((a, b) => a - b)[SEEDS.length >> 1]).toBeLessThan(SETTLED_MEDIAN_MS);
  });

  it.runIf(ONLY === undefined)("the same seed tells the same story", async () => {
    const digests = [];
    for (const seed of ["3", "3"]) {
      const run = new MeshRun(seed);
      await run.run();
      digests.push(await run.digest());
    }
    expect(digests[0]).toBe(digests[1]);
  });
});

describe.runIf(ONLY === undefined)("the checks see", () => {
  it.each(Object.entries(MUTATIONS))("that %s", { timeout: 120_000 }, async (_what, change) => {
    expect(await firstFailure(change)).not.toBeNull();
  });
});
