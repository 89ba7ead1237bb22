/**
 * The birth of a run: what is asked is checked as far as it can be without reading data, then journaled, before its actor
 * is first spoken to. So an answer of 202 means that the run will be carried out, whatever happens to this process.
 */
import { METRIC_NAMES } from "../../domain/analytics/metric-names.ts";
import type { ResearchJobRow } from "../../domain/contract/actors/research.ts";
import type { SearchSpec } from "../../domain/contract/research/search.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import { createJudge } from "../../domain/optimization/objective.ts";
import { createSearch } from "../../domain/optimization/search.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { validateParams } from "../../domain/strategy/param-values.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import { backtestOf, encodeRunEvent, foldRun, type RunEvent, type RunRecord, runStream } from "../../research/store/run-record.ts";

export type Submitted = Extract<RunEvent, { type: "RunSubmitted" }>;

/** Runs that are waiting or running on the whole floor. */
export const OPEN_RUNS_MAX = 100;

/**
 * What can be refused before any data is read. @returns the first strategy's version
 * @throws {DstaError} VALIDATION_ERROR naming the field of the request
 */
export function checkJob(job: ResearchJobRow, definitionOf: (name: string) => AnyStrategy): number {
  const at = job.kind === "optimize" || job.kind === "monte-carlo" ? "backtest." : "";
  const versions = backtestOf(job).strategies.map(({ strategy, params }, index) => {
    const place = `${at}strategies.${index}`;
    const definition = named(`${place}.strategy`, () => definitionOf(strategy));
    if (job.kind === "optimize" && index === 0) checkSearch(job.spec, definition);
    else named(place, () => validateParams(definition as Parameters<typeof validateParams>[0], params));
    return definition.version;
  });
  return versions[0]!;
}

function checkSearch(spec: SearchSpec, definition: AnyStrategy): void {
  const { params } = spec.backtest.strategies[0]!;
  // Its own fields begin at `space`; those of fixed values at `params`.
  createSearch(spec, createSpace(spec.space, definition, params), spec.seed);
  createJudge(spec, METRIC_NAMES);
}

/** Names the field of the request in front of what is wrong with its value. */
function named<T>(place: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isExpected(error)) throw error;
    const inner = error.data["field"];
    const field = typeof inner === "string" ? `${place}.${inner}` : place;
    const message = typeof inner === "string" && error.message.startsWith(inner) ? error.message.slice(inner.length + 2) : error.message;
    throw new DstaError("VALIDATION_ERROR", `${field}: ${message}`, { data: { expected: message, ...error.data, field } });
  }
}

export async function submitRun(journal: Journal, event: Submitted, atMs: number): Promise<RunRecord> {
  const fold = { start: () => null, apply: () => undefined };
  const { stream } = await EventStream.open(journal, runStream(event.id), fold);
  const stored = encodeRunEvent(event, atMs);
  await stream.append([stored]);
  return foldRun(null, { ...stored, stream: stream.name, version: 1, epoch: stream.epoch, position: 0n });
}

export function tooManyRuns(): DstaError {
  return new DstaError("BUSY", `${OPEN_RUNS_MAX} runs wait or run already`, { code: 503, retryable: true, data: { retryAfterMs: 5_000 } });
}
