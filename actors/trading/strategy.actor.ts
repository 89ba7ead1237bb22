/**
 * One running strategy: feeds its runner, carries its intents to risk and its cancels to execution, keeps its record.
 *
 * Owns the stream `strategy/<id>`. What the author's code throws ends this activation only; the supervisor restarts it
 * from the journal and, when it keeps failing, records it as failed and cancels its orders. While trading is halted,
 * paused or held back the runner watches and decides nothing.
 */
import {
  executionMessages,
  type OrderNotice,
  type Placed,
  positionsMessages,
  riskMessages,
  strategyMessages,
} from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { StrategyDetail } from "../../domain/contract/views.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { DstaError, invariant, isExpected, messageOf, notFound } from "../../domain/kernel/errors.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { currentParams, encodeStrategyEvent } from "../../domain/strategy/record.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { isFatalJournalError } from "../../mixins/journal/event-stream.ts";
import { checkedParams, openRecord } from "./strategy-birth.ts";
import { continueClosing, dismiss, place } from "./strategy-closing.ts";
import { doneText, openSession, orderUpdate, refusedUpdate } from "./strategy-session.ts";
import { commit, newStrategyState, type StrategyActorState, type StrategyCtx } from "./strategy-state.ts";
import { onTick, recallSignals, TICK_MS } from "./strategy-show.ts";
import { strategyDetail, strategyRow } from "./strategy-views.ts";

export interface StrategyDeps {
  readonly journal: Journal;
  /** @throws {DstaError} NOT_FOUND listing the names there are. */
  readonly definitionOf: (name: string) => AnyStrategy;
  isSimulated(account: string): boolean;
}

const MINUTE_MS = 60_000;

export function strategyActor(deps: StrategyDeps) {
  return defineActor<StrategyActorState, typeof strategyMessages>({
    kind: "strategy",
    key: ["id"],
    messages: strategyMessages,
    mailbox: { control: 8_192, market: 2_048 },
    supervise: { baseMs: 250, maxMs: 10_000, maxRestarts: 3, windowMs: 10 * MINUTE_MS },

    activate: (ctx) => activate(ctx, deps),
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(ctx.state.record),
    gaveUp: (ctx, error) => gaveUp(ctx, deps, error),

    handle: {
      create: (ctx, { by, start }) => {
        ctx.announce("info", `created by ${by}${start ? " and started" : ""}`, "STRATEGY_CREATED");
        return detailOf(ctx);
      },
      row: (ctx) => strategyRow(ctx.state),
      detail: (ctx) => detailOf(ctx),
      start: async (ctx, { by }) => {
        if (ctx.state.record.desired !== "running") await commit(ctx, { type: "StrategyStarted", by });
        ctx.announce("info", `started by ${by}`, "STRATEGY_STARTED");
        await beginSession(ctx);
        return detailOf(ctx);
      },
      pause: async (ctx, { by }) => {
        if (!ctx.state.session)
          throw new DstaError("STRATEGY_NOT_RUNNING", `${ctx.id} is ${ctx.state.record.desired}`, { code: 409, data: { id: ctx.id } });
        await commit(ctx, { type: "StrategyPaused", by });
        ctx.announce("info", `paused by ${by}`, "STRATEGY_PAUSED");
        return detailOf(ctx);
      },
      stop: async (ctx, { by, close }) => {
        await sayGoodbye(ctx);
        await commit(ctx, { type: "StrategyStopped", by, close: close ?? false });
        await dismiss(ctx, by, `strategy stopped by ${by}`);
        ctx.announce("info", `stopped by ${by}${close ? ", closing its position" : ""}`, "STRATEGY_STOPPED");
        return detailOf(ctx);
      },
      setParameters: (ctx, { by, params, note, expectedVersion }) => setParameters(ctx, { by, params, note: note ?? "", expectedVersion }),

      bar: (ctx, bar) => {
        const runner = ctx.state.session?.runner;
        if (runner && mayDecide(ctx)) return act(ctx, runner.onBar(bar));
        return runner?.warm([bar]);
      },
      top: (ctx, top) => {
        ctx.state.bookQuality = top.quality;
        return ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onTop(top)) : undefined;
      },
      trade: (ctx, trade) => (ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onTrade(trade)) : undefined),
      connection: (ctx, state) =>
        ctx.state.session && mayDecide(ctx) ? act(ctx, ctx.state.session.runner.onConnection(state)) : undefined,
      orderEvent: (ctx, notice) => onOrderEvent(ctx, notice),
      placed: (ctx, { intent, value, error }) => onPlaced(ctx, intent, value, error),
      cancelAnswered: () => undefined,
      position: (ctx, row) => void (ctx.state.position = row),
      trading: (ctx, { state }) => onTrading(ctx, state),
      tick: (ctx) => onTick(ctx),
    },
  });
}

async function activate(ctx: StrategyCtx, deps: StrategyDeps): Promise<StrategyActorState> {
  const { stream, state: box } = await openRecord(deps.journal, ctx.id);
  const { record } = box;
  if (!record) throw notFound("strategy", ctx.id);
  ctx.state = newStrategyState({
    stream,
    record,
    definition: deps.definitionOf(record.strategy),
    simulated: deps.isSimulated(record.account),
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
  if (record.desired === "running" || record.desired === "paused") await beginSession(ctx);
  if (record.closing) await continueClosing(ctx);
  ctx.after(TICK_MS, strategyMessages.tick, null);
  return ctx.state;
}

async function beginSession(ctx: StrategyCtx): Promise<void> {
  const { record, definition, stream, subscribed } = ctx.state;
  ctx.state.session = await openSession(ctx, { ...record, saved: ctx.state.left ?? record.saved }, definition, stream.epoch, subscribed);
  if (mayDecide(ctx)) await act(ctx, ctx.state.session.runner.onStart(ctx.clock.now()));
}

function mayDecide(ctx: StrategyCtx): boolean {
  const { record, trading, gate } = ctx.state;
  return record.desired === "running" && trading !== "halted" && !gate.isHolding(ctx.clock.now());
}

/** Author's state first, then what leaves the actor: a crash between the two repeats nothing. */
async function act(ctx: StrategyCtx, decision: Decision): Promise<void> {
  if (decision.intents.length === 0 && decision.cancels.length === 0) return;
  const { session, record } = ctx.state;
  invariant(session, "a decision without a session");
  await saveState(ctx);
  for (const intent of decision.intents) {
    ctx.state.signals++;
    ctx.state.lastWhy = intent.why;
    ctx.state.lastWhyAtMs = intent.decidedAtMs;
    place(ctx, intent);
  }
  for (const orderId of decision.cancels) {
    // Refused cancels are ordinary: the order was faster.
    ctx.pipe(
      ctx.ask(executionMessages.cancel, record.account, {
        account: record.account,
        orderId,
        by: ctx.id,
        reason: "cancelled by its strategy",
      }),
      strategyMessages.cancelAnswered,
      (outcome) => ("value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) }),
    );
  }
}

async function saveState(ctx: StrategyCtx): Promise<void> {
  const saved = ctx.state.session!.runner.saveState();
  ctx.state.left = saved;
  const text = JSON.stringify(saved.state);
  if (text === ctx.state.savedState) return;
  await commit(ctx, { type: "StateSaved", saved });
  ctx.state.savedState = text;
}

async function onOrderEvent(ctx: StrategyCtx, { event, order }: OrderNotice): Promise<void> {
  const { session, record } = ctx.state;
  if (session) {
    const watchOnly = !mayDecide(ctx);
    if (event.type === "OrderFilled") {
      // Execution told positions before us, so their answer includes this fill.
      const position = await ctx.ask(positionsMessages.of, record.account, {
        strategyId: ctx.id,
        venue: record.venue,
        symbol: record.symbol,
      });
      const exact = {
        quantity: decimal(position.quantity),
        averagePrice: position.averagePrice === null ? null : decimal(position.averagePrice),
      };
      const { orderId, intentId, side, why, fill, atMs } = event;
      const decision = session.runner.onFill({ orderId, intentId, side, why, fill, atMs }, exact);
      await (watchOnly ? saveState(ctx) : act(ctx, decision));
    }
    if (order.status === "Filled" && event.type === "OrderFilled")
      ctx.announce("info", doneText(order, session.instrument), "ORDER_FILLED");
    const decision = session.runner.onOrder(orderUpdate(order));
    await (watchOnly ? saveState(ctx) : act(ctx, decision));
  }
  if (record.closing) await continueClosing(ctx);
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

async function onPlaced(ctx: StrategyCtx, intent: OrderIntent, placed: Placed | null, error: string | null): Promise<void> {
  const { gate, session } = ctx.state;
  if (placed?.approved) return gate.approved();
  const reason = placed ? `${placed.code}: ${placed.reason}` : (error ?? "no answer");
  const heldMs = gate.refused(ctx.clock.now());
  if (heldMs > 0)
    ctx.announce("warn", `held back for ${heldMs / 1_000} s after repeated refusals, the last: ${reason}`, placed?.code ?? "NOT_PLACED");
  ctx.state.lastWhy = `refused ${reason}`;
  ctx.state.lastWhyAtMs = ctx.clock.now();
  if (!session) return;
  const decision = session.runner.onOrder(refusedUpdate(intent, reason, ctx.clock.now()));
  if (mayDecide(ctx)) await act(ctx, decision);
}

/** After a halt the runner starts afresh from what the venue and the journal hold. */
async function onTrading(ctx: StrategyCtx, trading: StrategyActorState["trading"]): Promise<void> {
  const was = ctx.state.trading;
  ctx.state.trading = trading;
  if (was === "halted" && trading !== "halted" && ctx.state.session) await beginSession(ctx);
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
  const { stream, state } = await openRecord(deps.journal, ctx.id);
  if (!state.record) return "stop";
  await stream.append([encodeStrategyEvent({ type: "StrategyFailed", reason: error.message }, ctx.clock.now())]);
  const { account } = state.record;
  await ctx.ask(executionMessages.cancelAll, account, { account, strategyId: ctx.id, by: "supervisor", reason: "strategy failed" });
  return "revive";
}
