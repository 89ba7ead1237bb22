/**
 * Messages of one research run: `backtest` carries backtests, Monte Carlo and validations, `optimizer` searches and
 * walk-forwards. Both kinds take the same messages; their key is the run's id, whose first letters say the kind.
 */
import { z } from "zod";
import { exposed } from "../message.ts";
import { searchSpec } from "../research/search.ts";
import { backtestSpec } from "../research/spec.ts";
import type { ResearchKind, ResearchRun } from "../views/research.ts";

export const runIdText = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "expected the id of a run");

export const monteCarloSpec = z.strictObject({
  backtest: backtestSpec,
  method: z.enum(["trade-order", "block-bootstrap", "candle-bootstrap"]),
  paths: z.number().int().min(100).max(100_000),
  seed: z.string().min(1).max(64),
});

/** What a run is asked to do, as its first journal record keeps it. */
export const researchJob = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("backtest"), spec: backtestSpec }),
  z.strictObject({ kind: z.literal("optimize"), spec: searchSpec }),
  z.strictObject({ kind: z.literal("monte-carlo"), spec: monteCarloSpec }),
  z.strictObject({ kind: z.literal("validate"), spec: backtestSpec }),
]);

export type ResearchJobRow = z.infer<typeof researchJob>;
export type RunActor = "backtest" | "optimizer";

/** First letters of an id → what the run is. */
const PREFIXES: Readonly<Record<ResearchKind, string>> = {
  backtest: "bt",
  optimize: "op",
  "walk-forward": "wf",
  "monte-carlo": "mc",
  validate: "va",
};

export function runIdOf(kind: ResearchKind, unique: string): string {
  return `${PREFIXES[kind]}-${unique}`;
}

export function runActorOf(id: string): RunActor {
  return id.startsWith("op-") || id.startsWith("wf-") ? "optimizer" : "backtest";
}

const ofRun = z.object({ id: runIdText, by: z.string().default("operator") });

function runMessages(kind: RunActor) {
  return {
    row: exposed<{ id: string }, ResearchRun>(kind, "row", ofRun),
    /** Ends it at once; what finished is kept. Of a run that has ended: changes nothing. */
    cancel: exposed<{ id: string; by: string }, ResearchRun>(kind, "cancel", ofRun),
    /** Goes on where it stopped. @throws {DstaError} RUN_NOT_RESUMABLE */
    resume: exposed<{ id: string; by: string }, ResearchRun>(kind, "resume", ofRun),
  } as const;
}

export const backtestMessages = runMessages("backtest");
export const optimizerMessages = runMessages("optimizer");

export function messagesOfRun(id: string): typeof backtestMessages {
  return runActorOf(id) === "optimizer" ? optimizerMessages : backtestMessages;
}
