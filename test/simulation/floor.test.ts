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
  calm: { count: 1, plan: { forMs: FOR_MS, ends: 0, venueLives: true, faults: false } },
  faults: { count: 10, plan: { forMs: FOR_MS, ends: 0, venueLives: true, faults: true } },
  exchange: { count: 12, plan: { forMs: FOR_MS, ends: 3, venueLives: true, faults: true } },
  together: { count: 12, plan: { forMs: FOR_MS, ends: 3, venueLives: false, faults: true } },
};

const only = process.env["SEED"];
const all = Object.entries(KINDS).flatMap(([kind, { count }]) => Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`));
const seeds = only === undefined ? all : [only];

function planOf(seed: string): Plan {
  const kind = KINDS[seed.split("-")[0]!];
  if (kind === undefined) throw new Error(`SEED: expected one of ${Object.keys(KINDS).join(", ")}, a dash and a number, got ${seed}`);
  return { seed, ...kind.plan };
}

/** Over all seeds: event types, refusals, announcements, final statuses, ends of the program. */
const REACHED: readonly string[] = [
  "Filled",
  "Canceled",
  "Expired",
  "Rejected",
  "OrderOutcomeUnknown",
  "OrderCancelRejected ORDER_NOT_FOUND",
  "OrderRejected SIMULATED_REJECT",
  "OrderRejected NEVER_ARRIVED",
  "IntentRefused ORDER_NOTIONAL",
  "IntentRefused POSITION_LIMIT",
  "IntentRefused TRADING_HALTED",
  "IntentRefused REDUCING_ONLY",
  "TradingStateChanged",
  "LimitsChanged",
  "ParametersChanged",
  "StrategyPaused",
  "StrategyStopped",
  "PositionClosed",
  "BOOK_GAP",
  "BOOK_STALE",
  "CONNECTION_LOST",
  "ACTOR_FAILED",
  "JOURNAL_UNAVAILABLE",
  "dead letter",
  "killed",
  "rested",
];

const digests = new Map<string, string>();
const reached = new Set<string>();

describe("the trading path under virtual time", () => {
  it.each(seeds)("%s: agrees with the venue at the end", async (seed) => {
    const outcome = await run(planOf(seed));
    const { problems, events, orders, fills, deeds } = outcome;
    digests.set(seed, outcome.digest);
    for (const what of outcome.reached) reached.add(what);
    const counts = `${events} events, ${orders} orders, ${fills} fills, ${deeds} deeds`;
    expect(problems, `replay with: SEED=${seed} vitest run test/simulation/floor.test.ts (${counts})`).toEqual([]);
    expect(outcome.tops).toBeGreaterThan(0);
  });

  it.each(only === undefined ? Object.keys(KINDS).map((kind) => `${kind}-1`) : [only])(
    "%s: the same seed writes the same journal",
    async (seed) => {
      expect((await run(planOf(seed))).digest).toBe(digests.get(seed));
    },
  );

  it.runIf(only === undefined)("another seed writes another journal", () => expect(new Set(digests.values()).size).toBe(all.length));

  it.runIf(only === undefined)("all of it happened: a run that never gets there proves nothing", () => {
    expect(
      REACHED.filter((what) => !reached.has(what)),
      `reached: ${[...reached].sort().join(", ")}`,
    ).toEqual([]);
  });
});
