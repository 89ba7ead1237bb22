/**
 * One running strategy: feeds its runner, carries its intents to risk and its cancels to execution, keeps its record.
 *
 * Owns the stream `strategy/<id>`. What the author's code throws ends this activation only; the supervisor restarts it
 * from the journal and, when it keeps failing, records it as failed and cancels its orders. While trading is halted,
 * paused or held back the runner watches and decides nothing.
 */
import { executionMessages, positionsMessages, riskMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { StrategyDetail } from "../../domain/contract/views.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { DstaError, isExpected, notFound } from "../../domain/kernel/errors.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { currentParams, encodeStrategyEvent } from "../../domain/strategy/record.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { isFatalJournalError } from "../../mixins/journal/event-stream.ts";
import type { Quarantine } from "../../mixins/quarantine/quarantine.ts";
import { checkedParams, openRecord } from "./strategy-birth.ts";
import { onBar } from "./strategy-bars.ts";
import { onCancelAnswered, cancel } from "./strategy-cancelling.ts";
import { dismiss, leave } from "./strategy-closing.ts";
import { act, beginSession, mayDecide } from "./strategy-deciding.ts";
import { onOrderEvent, onPlaced, onResync, onTrading } from "./strategy-notices.ts";
import { place } from "./strategy-placing.ts";
import { failIfQuarantined, letGo } from "./strategy-quarantine.ts";
import type { RunnerPorts } from "./strategy-session.ts";
import { commit, newStrategyState, type StrategyActorState, type StrategyCtx } from "./strategy-state.ts";
import { onTick, recallSignals, TICK_MS } from "./strategy-show.ts";
import { strategyDetail, strategyRow } from "./strategy-views.ts";

export interface StrategyDeps {
  readonly journal: Journal;
  /** @throws {DstaError} NOT_FOUND listing the names there are. */
  readonly definitionOf: (name: string) => AnyStrategy;
  isSimulated(account: string): boolean;
  readonly quarantine: Quarantine;
  readonly runners: RunnerPorts;
}

const MINUTE_MS = 60_000;
/** Name of the reminder that ends a pause. */
const RESUME = "resume";

export function strategyActor(deps: StrategyDeps) {
  return defineActor<StrategyActorState, typeof strategyMessages>({
    kind: "strategy",
    key: ["id"],
    messages: strategyMessages,
    mailbox: { control: 8_192, market: 2_048 },
    supervise: { baseMs: 250, maxMs: 10_000, maxRestarts: 3, windowMs: 10 * MINUTE_MS },
    reminders: true,

    activate: (ctx) => activate(ctx, deps),
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(ctx.state.record),
    released: (id) => deps.runners.threads.end(id),
    gaveUp: (ctx, error) => gaveUp(ctx, deps, error),

    handle: {
      create: (ctx, { by, start }) => {
        ctx.announce("info", `created by ${by}${start ? " and started" : ""}`, "STRATEGY_CREATED");
        return detailOf(ctx);
      },
      row: (ctx) => strategyRow(ctx.state),
      detail: (ctx) => detailOf(ctx),
      start: async (ctx, { by }) => {
        await letGo(ctx, deps.quarantine);
        if (ctx.state.record.desired !== "running") await commit(ctx, { type: "StrategyStarted", by });
        ctx.announce("info", `started by ${by}`, "STRATEGY_STARTED");
        await beginSession(ctx);
        return detailOf(ctx);
      },
      pause: (ctx, { by, forMs }) => pause(ctx, by, forMs ?? null),
      resume: (ctx, { atMs }) => resume(ctx, atMs),
      stop: async (ctx, { by, close }) => {
        await sayGoodbye(ctx);
        await commit(ctx, { type: "StrategyStopped", by, close: close ?? false });
        await dismiss(ctx, by, `strategy stopped by ${by}`);
        ctx.announce("info", `stopped by ${by}${close ? ", closing its position" : ""}`, "STRATEGY_STOPPED");
        return detailOf(ctx);
      },
      setParameters: (ctx, { by, params, note, expectedVersion }) => setParameters(ctx, { by, params, note: note ?? "", expectedVersion }),

      bar: (ctx, bar) => onBar(ctx, bar),
      top: (ctx, top) => {
        ctx.state.bookQuality = top.quality;
        return ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onTop(top)) : undefined;
      },
      trade: (ctx, trade) => (ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onTrade(trade)) : undefined),
      connection: (ctx, state) =>
        ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onConnection(state)) : undefined,
      orderEvent: (ctx, notice) => onOrderEvent(ctx, notice),
      resync: (ctx, { version, reason }) => onResync(ctx, version, reason),
      placed: (ctx, answer) => onPlaced(ctx, answer),
      leave: (ctx) => leave(ctx),
      placeAgain: (ctx, attempt) => place(ctx, attempt),
      cancelAnswered: (ctx, answer) => onCancelAnswered(ctx, answer),
      cancelAgain: (ctx, { orderId, reason, attempt }) => cancel(ctx, orderId, reason, attempt),
      position: (ctx, row) => void (ctx.state.position = row),
      trading: (ctx, { state }) => onTrading(ctx, state),
      tick: (ctx) => onTick(ctx),
    },
  });
}

async function activate(ctx: StrategyCtx, deps: StrategyDeps): Promise<StrategyActorState> {
  const { stream, state: box } = await openRecord(deps.journal, ctx.id, ctx.epoch);
  const { record } = box;
  if (!record) throw notFound("strategy", ctx.id);
  ctx.state = newStrategyState({
    stream,
    record,
    definition: deps.definitionOf(record.strategy),
    simulated: deps.isSimulated(record.account),
    runners: deps.runners,
  });
  ctx.subscribe(subjects.positionOf(ctx.id), strategyMessages.position, { conflate: true });
  ctx.subscribe(subjects.floor("trading"), strategyMessages.trading);
  ctx.subscribe(subjects.connection(record.venue), strategyMessages.connection);
  ctx.state.trading = (await ctx.ask(riskMessages.trading, record.account, { account: record.account })).state;
  ctx.state.position =
    (await ctx.ask(positionsMessages.rows, record.account, { account: record.account, strategyId: ctx.id })).find(
      (row) => row.symbol === record.symbol,
    ) ?? null;
  await recallSignals(ctx, deps.journal);
  await failIfQuarantined(ctx, deps.quarantine);
  const { desired } = ctx.state.record;
  if (desired === "running" || desired === "paused") await beginSession(ctx);
  else await leave(ctx);
  ctx.after(TICK_MS, strategyMessages.tick, null);
  return ctx.state;
}

async function pause(ctx: StrategyCtx, by: string, forMs: number | null): Promise<StrategyDetail> {
  if (!ctx.state.session)
    throw new DstaError("STRATEGY_NOT_RUNNING", `${ctx.id} is ${ctx.state.record.desired}`, { code: 409, data: { id: ctx.id } });
  const resumeAtMs = forMs === null ? null : ctx.clock.now() + forMs;
  // First the reminder: one for a pause that never came to be is ignored, a pause without one would last for ever.
  if (resumeAtMs !== null) await ctx.remind(RESUME, resumeAtMs, strategyMessages.resume, { atMs: resumeAtMs });
  await commit(ctx, { type: "StrategyPaused", by, ...(resumeAtMs === null ? {} : { resumeAtMs }) });
  ctx.announce("info", ctx.state.record.reason, "STRATEGY_PAUSED");
  return detailOf(ctx);
}

/** Told by the reminder of a pause, on whichever node the strategy is then; maybe twice, maybe of a pause that is over. */
async function resume(ctx: StrategyCtx, atMs: number): Promise<void> {
  const { desired, resumeAtMs } = ctx.state.record;
  if (desired !== "paused" || resumeAtMs !== atMs) return;
  await commit(ctx, { type: "StrategyStarted", by: "the end of its pause" });
  ctx.announce("info", "goes on: the time of its pause is over", "STRATEGY_STARTED");
  await beginSession(ctx);
}

/** The author's last word; what is wrong with it keeps nobody from stopping the strategy. */
async function sayGoodbye(ctx: StrategyCtx): Promise<void> {
  const { session } = ctx.state;
  if (!session || !mayDecide(ctx)) return;
  try {
    await act(ctx, session.runner.onStop(ctx.clock.now()));
  } catch (error) {
    if (!isExpected(error) || isFatalJournalError(error)) throw error;
    ctx.announce("warn", `on.stop failed: ${error.message}`, error.type);
  }
}

async function setParameters(
  ctx: StrategyCtx,
  change: { by: string; params: Record<string, number | string | boolean>; note: string; expectedVersion: number | undefined },
): Promise<StrategyDetail> {
  const { record, definition } = ctx.state;
  const current = currentParams(record);
  if (change.expectedVersion !== undefined && change.expectedVersion !== current.version) {
    throw new DstaError("VERSION_CONFLICT_PARAMETERS", `expectedVersion: expected ${current.version}, got ${change.expectedVersion}`, {
      code: 409,
      data: { field: "expectedVersion", expected: current.version, got: change.expectedVersion },
    });
  }
  const params = checkedParams(definition, { ...current.params, ...change.params });
  // The same values again are not a new version.
  if (JSON.stringify(params) === JSON.stringify(current.params)) return detailOf(ctx);
  await commit(ctx, { type: "ParametersChanged", params, by: change.by, note: change.note });
  ctx.announce("info", `parameters v${currentParams(ctx.state.record).version} applied by ${change.by}`, "PARAMETERS_CHANGED");
  if (ctx.state.session) await beginSession(ctx);
  return detailOf(ctx);
}

function detailOf(ctx: StrategyCtx): StrategyDetail {
  return strategyDetail(ctx.state);
}

/** The supervisor's last word: recorded, its orders cancelled, then shown as failed until a person starts it again. */
async function gaveUp(ctx: StrategyCtx, deps: StrategyDeps, error: Error): Promise<"stop" | "revive"> {
  const { stream, state } = await openRecord(deps.journal, ctx.id, ctx.epoch);
  if (!state.record) return "stop";
  await stream.append([encodeStrategyEvent({ type: "StrategyFailed", reason: error.message }, ctx.clock.now())]);
  const { account } = state.record;
  await ctx.ask(executionMessages.cancelAll, account, { account, strategyId: ctx.id, by: "supervisor", reason: "strategy failed" });
  return "revive";
}
