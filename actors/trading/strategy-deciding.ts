/**
 * From a runner's decision to what leaves the actor: the author's state is journaled first, then intents go to risk and
 * cancels to execution. Also the session's beginning, since a fresh one may decide at once.
 */
import { strategyMessages } from "../../domain/contract/actors.ts";
import { invariant, messageOf } from "../../domain/kernel/errors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import { pendingOf } from "../../domain/strategy/order-update.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import { isFatalJournalError } from "../../mixins/journal/event-stream.ts";
import { cancel } from "./strategy-cancelling.ts";
import { placeFirst } from "./strategy-placing.ts";
import type { Later } from "./strategy-runner.ts";
import { openSession } from "./strategy-session.ts";
import { commit, type StrategyCtx } from "./strategy-state.ts";

/** Opens the session, or opens it afresh: from what the journal and the venue hold, and the intents still on their way. */
export async function beginSession(ctx: StrategyCtx): Promise<void> {
  const { record, definition, stream, subscribed, runners, placing } = ctx.state;
  const wanted = { ...record, saved: ctx.state.left ?? record.saved };
  const underWay = Array.from(placing.values(), pendingOf);
  ctx.state.session = await openSession(ctx, { record: wanted, definition, epoch: stream.epoch, subscribed, underWay }, runners);
  ctx.state.carried = new Set(placing.keys());
  if (mayDecide(ctx)) await act(ctx, ctx.state.session.runner.onStart(ctx.clock.now()));
}

const AGAIN_MS = 1_000;

/** As `beginSession`, while a session goes on: when others cannot be asked at the moment it is tried again. */
export async function beginAfresh(ctx: StrategyCtx, reason: string): Promise<void> {
  try {
    await beginSession(ctx);
  } catch (error) {
    if (!isOutcomeUnknown(error) || isFatalJournalError(error)) throw error;
    missed(ctx, `${reason}; ${messageOf(error)}`);
  }
}

/** The session no longer knows all that happened to it. */
export function missed(ctx: StrategyCtx, reason: string): void {
  ctx.after(AGAIN_MS, strategyMessages.resync, { version: null, reason });
}

export function mayDecide(ctx: StrategyCtx): boolean {
  const { record, trading, gate } = ctx.state;
  return record.desired === "running" && trading !== "halted" && !gate.isHolding(ctx.clock.now());
}

/** Nothing decided is nothing to wait for, which most ticks are. */
export function act(ctx: StrategyCtx, decision: Later<Decision>): Later<void> {
  if (decision instanceof Promise) return decision.then((answer) => act(ctx, answer));
  if (decision.intents.length > 0 || decision.cancels.length > 0) return carryOut(ctx, decision);
}

/** Author's state first, then what leaves the actor: a crash between the two repeats nothing. */
async function carryOut(ctx: StrategyCtx, decision: Decision): Promise<void> {
  invariant(ctx.state.session, "a decision without a session");
  await saveState(ctx);
  for (const intent of decision.intents) {
    ctx.state.signals++;
    ctx.state.lastWhy = intent.why;
    ctx.state.lastWhyAtMs = intent.decidedAtMs;
    placeFirst(ctx, intent);
  }
  for (const orderId of decision.cancels) cancel(ctx, orderId, "cancelled by its strategy", 1);
}

export async function saveState(ctx: StrategyCtx): Promise<void> {
  const saved = ctx.state.session!.runner.saveState();
  ctx.state.left = saved;
  const text = JSON.stringify([saved.state, saved.stop ?? null]);
  if (text === ctx.state.savedState) return;
  await commit(ctx, { type: "StateSaved", saved });
  ctx.state.savedState = text;
}
