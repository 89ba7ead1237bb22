/**
 * The life of one research run, whichever kind carries it: waits for the bench, is carried out there, and writes down
 * each step before it counts. Owns the stream `research/<id>`; computes nothing itself.
 *
 * Invariants: a trial that was written down is never computed again; a run that its node's end broke off goes on at its
 * next activation, here or elsewhere; one that ends three times without a new trial waits for a person (`interrupted`).
 */
import type { RunActor } from "../../domain/contract/actors/research.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import type { Journal, StoredEvent } from "../../domain/journal/journal.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, isExpected, messageOf, notFound } from "../../domain/kernel/errors.ts";
import { type ActorContext, type ActorDefinition, defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import type { ResearchBench, RunPorts, RunResult } from "../../research/host/bench.ts";
import type { JobProgress, TrialRecord } from "../../research/jobs/job.ts";
import type { RunHead } from "../../research/jobs/run-row.ts";
import { type RunDocument, type RunKey, type RunSummary, sameKey } from "../../research/store/document.ts";
import {
  applyRunEvent,
  encodeRunEvent,
  foldRun,
  hasEnded,
  type Reached,
  type RunError,
  type RunEvent,
  type RunRecord,
  runStream,
} from "../../research/store/run-record.ts";
import { backtestRunMessages, optimizerRunMessages, type RunEnd, type RunMessages } from "./research-messages.ts";

/** Documents of finished runs on this node, or those all nodes share. */
export interface ResearchDocuments {
  save(document: RunDocument): Promise<void>;
  find(key: RunKey): Promise<RunDocument | null>;
}

export interface ResearchDeps {
  readonly journal: Journal;
  readonly bench: ResearchBench;
  readonly documents: ResearchDocuments;
  readonly nodeId: string;
  /** Of the program that runs here. */
  readonly codeVersion: string;
  /** Told of failures nobody expected, with their stack. */
  readonly onBroken: (id: string, error: unknown) => void;
  /** The machine's: research is not part of a replay's time. */
  readonly systemClock: Clock;
}

interface RunState {
  readonly stream: EventStream;
  record: RunRecord;
  /** What is shown: the record, and how far it has come since. */
  shown: ResearchRun;
  shownAtMs: number;
  /** The try under way, as an identity; what an earlier one says is not heard. */
  carried: object | null;
}

type Ctx = ActorContext<RunState>;

const VAIN_STARTS_MAX = 3;
/** Four a second. */
const SHOW_EVERY_MS = 250;
const IDLE_MS = 60_000;
const MINUTE_MS = 60_000;

export function researchActor(kind: RunActor, deps: ResearchDeps): ActorDefinition<RunState, RunMessages> {
  const messages = kind === "optimizer" ? optimizerRunMessages : backtestRunMessages;
  return defineActor<RunState, RunMessages>({
    kind,
    key: ["id"],
    messages,
    mailbox: { control: 1_024, market: 8 },
    supervise: { baseMs: 500, maxMs: 30_000, maxRestarts: 5, windowMs: 10 * MINUTE_MS },
    passivateMs: IDLE_MS,
    interleave: ["carry"],

    activate: (ctx) => activate(ctx, deps, messages),
    deactivate: (ctx) => leave(ctx, deps),
    released: (id) => deps.bench.end(id),

    handle: {
      row: (ctx) => ctx.state.shown,
      carry: (ctx) => carry(ctx, deps, messages),
      begin: (ctx, { workers }) => commit(ctx, deps, { type: "RunStarted", node: deps.nodeId, workers }),
      identify: (ctx, key) => identify(ctx, deps, key),
      trials: (ctx, { records }) => commit(ctx, deps, { type: "TrialsFinished", records }),
      progress: (ctx, progress) => showProgress(ctx, deps, progress),
      ended: (ctx, end) => onEnded(ctx, deps, messages, end),
      cancel: async (ctx, { by }) => {
        if (hasEnded(ctx.state.record.run)) return ctx.state.shown;
        await commit(ctx, deps, { type: "RunCancelled", by, reached: reached(ctx) });
        ctx.state.carried = null;
        deps.bench.end(ctx.id);
        ctx.announce("info", `cancelled by ${by}`, "RUN_CANCELLED");
        return ctx.state.shown;
      },
      resume: async (ctx, { by }) => {
        const { state } = ctx.state.record.run;
        if (state !== "cancelled" && state !== "interrupted") throw notResumable(ctx.id, state);
        deps.bench.checkRoom();
        await commit(ctx, deps, { type: "RunResumed", by });
        ctx.tell(messages.carry, ctx.id, null);
        return ctx.state.shown;
      },
    },
  });
}

async function activate(ctx: Ctx, deps: ResearchDeps, messages: RunMessages): Promise<RunState> {
  // What an activation before this one left on the bench would write with an epoch that is over.
  deps.bench.end(ctx.id);
  const fold = {
    start: (snapshot: unknown) => ({ record: snapshot as RunRecord | null }),
    apply: (box: { record: RunRecord | null }, event: StoredEvent) => void (box.record = foldRun(box.record, event)),
  };
  const { stream, state } = await EventStream.open(deps.journal, runStream(ctx.id), fold, ctx.epoch);
  const { record } = state;
  if (record === null) throw notFound("run", ctx.id);
  ctx.state = { stream, record, shown: record.run, shownAtMs: 0, carried: null };
  if (!hasEnded(record.run)) ctx.tell(messages.carry, ctx.id, null);
  return ctx.state;
}

async function leave(ctx: Ctx, deps: ResearchDeps): Promise<void> {
  if (ctx.state.record.run.state === "running") await commit(ctx, deps, { type: "RunLeft", node: deps.nodeId, reached: reached(ctx) });
  await ctx.state.stream.saveSnapshot(ctx.state.record);
}

/** From its place in the queue to its end. Beside other messages, so it writes nothing down: it tells. Never fails. */
async function carry(ctx: Ctx, deps: ResearchDeps, messages: RunMessages): Promise<void> {
  const { state } = ctx;
  if (state.carried !== null || hasEnded(state.record.run)) return;
  const own = (state.carried = {});
  const end = await (state.record.vainStarts >= VAIN_STARTS_MAX ? keepsEnding() : outcomeOf(ctx, deps, messages));
  if (state.carried !== own || ctx.ended) return;
  state.carried = null;
  if (end !== null) ctx.tell(messages.ended, ctx.id, end);
}

function keepsEnding(): RunEnd {
  const message = `it was started ${VAIN_STARTS_MAX} times and ended each time before anything was finished`;
  return { type: "interrupted", error: { type: "RUN_KEEPS_ENDING", message } };
}

/** Null when nobody has to know: it was cancelled, or this activation is over. */
async function outcomeOf(ctx: Ctx, deps: ResearchDeps, messages: RunMessages): Promise<RunEnd | null> {
  const { job, rerunOf } = ctx.state.record;
  const ports: RunPorts = {
    begin: async (workers) => {
      await ctx.ask(messages.begin, ctx.id, { workers });
      return finishedTrials(deps.journal, ctx.id);
    },
    identify: (key) => ctx.ask(messages.identify, ctx.id, key),
    append: (records) => ctx.ask(messages.trials, ctx.id, { records }),
    find: (key) => deps.documents.find(key),
    onProgress: (progress) => {
      if (!ctx.ended) ctx.tell(messages.progress, ctx.id, progress);
    },
  };
  try {
    const result = await deps.bench.run({ job, head: headOf(ctx.state.record, deps), fresh: rerunOf !== null }, ports);
    const document = { ...result.document, node: deps.nodeId, savedAtMs: deps.systemClock.now() };
    if (!ctx.ended) await deps.documents.save(document);
    return { type: "done", result: { ...result, document } };
  } catch (error) {
    if (!isExpected(error)) deps.onBroken(ctx.id, error);
    const shown: RunError = { type: isExpected(error) ? error.type : "RESEARCH_FAILED", message: messageOf(error) };
    if (shown.type === "RUN_ENDED" || shown.type === "ACTIVATION_ENDED") return null;
    if (shown.type === "BUSY") return { type: "interrupted", error: shown };
    return { type: isExpected(error) && error.retryable ? "lost" : "failed", error: shown };
  }
}

function headOf({ run }: RunRecord, { nodeId, codeVersion }: ResearchDeps): RunHead {
  const { id, by, submittedAtMs } = run;
  return { id, by, submittedAtMs, node: nodeId, codeVersion };
}

/** Trials of other data or code cannot be gone on with. */
async function identify(ctx: Ctx, deps: ResearchDeps, key: RunKey): Promise<void> {
  const { key: before, trials } = ctx.state.record;
  if (before !== null && sameKey(before, key)) return;
  if (before !== null && trials > 0) {
    throw new DstaError("CHECKPOINT_OTHER", "its data or the program have changed since its first trials: start it anew", {
      data: { before, now: key },
    });
  }
  await commit(ctx, deps, { type: "RunIdentified", key });
}

async function finishedTrials(journal: Journal, id: string): Promise<readonly TrialRecord[]> {
  const found: TrialRecord[] = [];
  for await (const { type, data } of journal.read(runStream(id), 0)) {
    if (type === "TrialsFinished") found.push(...(data["records"] as TrialRecord[]));
  }
  return found;
}

async function onEnded(ctx: Ctx, deps: ResearchDeps, messages: RunMessages, end: RunEnd): Promise<void> {
  if (hasEnded(ctx.state.record.run)) return;
  if (end.type === "failed") {
    await commit(ctx, deps, { type: "RunFailed", error: end.error, reached: reached(ctx) });
    return ctx.announce("warn", `failed: ${end.error.message}`, end.error.type);
  }
  if (end.type === "interrupted") {
    await commit(ctx, deps, { type: "RunInterrupted", error: end.error, reached: reached(ctx) });
    return ctx.announce("error", `waits for a person: ${end.error.message}`, end.error.type);
  }
  if (end.type === "lost") {
    ctx.announce("warn", `broken off, goes on: ${end.error.message}`, end.error.type);
    return ctx.tell(messages.carry, ctx.id, null);
  }
  await finish(ctx, deps, end.result);
}

async function finish(ctx: Ctx, deps: ResearchDeps, { document, cachedFrom }: RunResult): Promise<void> {
  const { rerunOf } = ctx.state.record;
  await commit(ctx, deps, { type: "RunEnded", summary: document.summary, cachedFrom });
  ctx.announce("info", cachedFrom === null ? "finished" : `the same as ${cachedFrom}, which was computed before`, "RUN_FINISHED");
  if (rerunOf === null) return;
  const [end] = await deps.journal.query({ stream: runStream(rerunOf), types: ["RunEnded"], limit: 1 });
  const before = end?.data["summary"] as RunSummary | undefined;
  const { hash, dataHash } = document.summary;
  if (before === undefined || (before.hash === hash && before.dataHash === dataHash)) return;
  const why = before.dataHash === dataHash ? "on the same data: its code has changed" : "because its data has changed";
  ctx.announce("warn", `other numbers than ${rerunOf} ${why}`, "RERUN_DIFFERS");
}

function showProgress(ctx: Ctx, deps: ResearchDeps, progress: JobProgress): void {
  const { record, shown, shownAtMs } = ctx.state;
  if (record.run.state !== "running") return;
  const { done, total, running, skipped, etaMs, barsPerSecond, bestParams, bestMetrics } = progress;
  const row: ResearchRun = {
    ...shown,
    done,
    total,
    running: Math.max(0, running),
    skipped,
    etaMs,
    barsPerSecond,
    bestParams,
    metrics: bestMetrics,
  };
  if (deps.systemClock.now() - shownAtMs < SHOW_EVERY_MS) ctx.state.shown = row;
  else show(ctx, deps, row);
}

function show(ctx: Ctx, deps: ResearchDeps, row: ResearchRun): void {
  ctx.state.shown = row;
  ctx.state.shownAtMs = deps.systemClock.now();
  ctx.publish(subjects.floor("research"), row);
}

async function commit(ctx: Ctx, deps: ResearchDeps, event: RunEvent): Promise<void> {
  const { stream, record, shown } = ctx.state;
  const atMs = deps.systemClock.now();
  await stream.append([encodeRunEvent(event, atMs)]);
  const next = applyRunEvent(record, event, atMs);
  ctx.state.record = next;
  // Trials show through progress, at its rate.
  if (event.type !== "TrialsFinished") show(ctx, deps, event.type === "RunStarted" ? { ...shown, ...startOf(next.run) } : next.run);
}

/** A start keeps what was shown of trials before it. */
function startOf({ state, node, workers, startedAtMs, error, endedAtMs }: ResearchRun): Partial<ResearchRun> {
  return { state, node, workers, startedAtMs, error, endedAtMs };
}

function reached(ctx: Ctx): Reached {
  const { done, total, skipped, bestParams, metrics } = ctx.state.shown;
  return { done, total, skipped, bestParams, metrics };
}

function notResumable(id: string, state: ResearchRun["state"]): DstaError {
  return new DstaError("RUN_NOT_RESUMABLE", `${id} is ${state}: only a cancelled or interrupted run is resumed`, {
    code: 409,
    data: { id, state },
  });
}
