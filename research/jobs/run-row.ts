/**
 * A finished run as lists show it, made of what was asked and what came out. Owns the row's form; times, the name of the
 * node and who asked are the caller's.
 */
import { createHash } from "node:crypto";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { ResearchKind, ResearchRun } from "../../domain/contract/views/research.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import type { LoadedData } from "../data/load.ts";
import type { JobProgress } from "./job.ts";
import { rangeOf } from "./time-window.ts";

/** What the caller knows of a run and its job does not. */
export interface RunHead {
  readonly id: string;
  readonly by: string;
  readonly node: string;
  readonly codeVersion: string;
  readonly submittedAtMs: number;
}

export interface RunOutcome extends Pick<ResearchRun, "bestParams" | "metrics" | "heldOut" | "deflatedSharpe" | "hash"> {
  readonly kind: ResearchKind;
  /** Behind the strategy's name: grid, 1,000 paths. */
  readonly what: string;
  readonly seed: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly workers: number;
  readonly progress: JobProgress;
}

export function finishedRun(
  head: RunHead,
  spec: BacktestSpec,
  data: LoadedData,
  strategyNamed: (name: string) => AnyStrategy,
  outcome: RunOutcome,
): ResearchRun {
  const { kind, what, startedAtMs, endedAtMs, workers, progress, seed, ...results } = outcome;
  const strategy = spec.strategies.map((row) => row.strategy).join(" + ");
  const range = rangeOf(data);
  return {
    ...head,
    ...results,
    kind,
    state: "done",
    title: what === "" ? strategy : `${strategy}, ${what}`,
    strategy,
    strategyVersion: strategyNamed(spec.strategies[0]!.strategy).version,
    symbols: data.tables.map((table) => table.symbol),
    fromMs: range?.fromMs ?? null,
    toMs: range?.toMs ?? null,
    startedAtMs,
    endedAtMs,
    done: progress.done,
    total: progress.total,
    skipped: progress.skipped,
    running: 0,
    etaMs: null,
    barsPerSecond: progress.barsPerSecond,
    error: null,
    dataHash: data.hash,
    seed,
    workers,
  };
}

/** Of everything that equal runs must agree on: SHA-256 in hex. A store may have put the fields of a trial into another order. */
export function resultHash(results: object): string {
  return createHash("sha256").update(JSON.stringify(results, fieldsInOrder)).digest("hex");
}

function fieldsInOrder(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
