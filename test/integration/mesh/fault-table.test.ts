/**
 * Whatever fails, nothing is lost and nothing happens twice: a real mesh of four nodes trades, and nodes, NATS, PostgreSQL,
 * the network, clocks and the disk fail at random moments. After each fault the mesh has to be well again by itself, and
 * the venue's ledger, our orders, positions and the journal have to tell one story.
 *
 * `RUNS=20 SEED=x vitest run test/integration/mesh/fault-table.test.ts` does each fault 20 times and prints the table;
 * FAULTS=SIGKILL,partition picks some by the beginning of their names; FAULT_REPORT=path writes it as JSON as well.
 * Recovery is measured, not judged: that belongs to machines that do nothing else.
 */
import { writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../../domain/kernel/random.ts";
import { FAULTS } from "./faults.ts";
import { FaultRuns, type Outcome } from "./fault-runs.ts";
import { faultTable } from "./fault-report.ts";

const RUNS = Number(process.env["RUNS"] ?? 1);
const SEED = process.env["SEED"] ?? "fault-table";
const PICKED = process.env["FAULTS"]?.split(",");
const REPORT = process.env["FAULT_REPORT"];
const PER_RUN_MS = 120_000;

const picked = FAULTS.filter(({ name }) => PICKED === undefined || PICKED.some((beginning) => name.startsWith(beginning)));
const runs = new FaultRuns(seededRandom(SEED));
afterAll(() => runs.close(), 60_000);

describe("fault table", () => {
  it(`loses and repeats nothing, seed ${SEED}`, { timeout: 120_000 + RUNS * picked.length * PER_RUN_MS }, async () => {
    for (let round = 1; round <= RUNS; round++) {
      for (const fault of picked) {
        const outcome = await runs.once(fault, round);
        say(outcome);
        if (REPORT !== undefined) writeFileSync(REPORT, `${JSON.stringify({ seed: SEED, outcomes: runs.outcomes }, null, 2)}\n`);
      }
    }
    console.log(`seed ${SEED}\n${faultTable(runs.outcomes)}`);
    expect(runs.outcomes.flatMap((outcome) => findingsOf(outcome).map((text) => `${outcome.name} ${outcome.round}: ${text}`))).toEqual([]);
  });
});

function findingsOf({ lost, duplicated, broken }: Outcome): string[] {
  return [...lost, ...duplicated, ...broken];
}

function say(outcome: Outcome): void {
  const { name, round, hit, gapMs, orderMs, wholeMs, last, ended, orders, fills } = outcome;
  const found = findingsOf(outcome);
  const times = `gap ${gapMs} ms, order ${orderMs} ms, whole ${wholeMs} ms (${last.slice(0, 120)})`;
  console.log(
    `${name} ${round}: ${hit}, ended: ${ended.join(", ") || "none"}, ${times}, ${orders} orders, ${fills} fills, ${found.length} found`,
  );
  if (found.length > 0) console.log(`${runs.folder}\n${found.slice(0, 10).join("\n")}`);
}
