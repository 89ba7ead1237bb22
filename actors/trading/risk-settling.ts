/**
 * What a risk desk may have left half-way when it ended, here or on another node, and how the next one finishes it: a
 * halt whose orders were not cancelled yet, reservations whose order may still have been on its way to execution.
 * Nothing of it keeps the desk from starting; each is tried until execution has answered.
 */
import { executionMessages, riskMessages } from "../../domain/contract/actors.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { unsubmitted } from "../../domain/risk/commands.ts";
import { commit, follow, type RiskCtx } from "./risk-state.ts";

const AGAIN_MS = 1_000;

/** Execution is told first that this desk has succeeded: what the last one sent and is still under way is refused there. */
export function settle(ctx: RiskCtx): void {
  ctx.pipe(ctx.ask(executionMessages.fenceRisk, ctx.id, { riskEpoch: ctx.epoch }), riskMessages.fenced, (outcome) =>
    "value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) },
  );
}

/** Approved by the last desk and never submitted: with it fenced, it never will be. */
export async function onFenced(ctx: RiskCtx, version: number | null): Promise<void> {
  if (version === null) return void ctx.after(AGAIN_MS, riskMessages.settle, null);
  await follow(ctx, version);
  const lost = unsubmitted(ctx.state.book, new Set(), ctx.clock.now()).filter(({ intentId }) => ctx.state.inherited.has(intentId));
  ctx.state.inherited = new Set();
  await commit(ctx, lost);
}

export function settleHalt(ctx: RiskCtx): void {
  const { trading, halt } = ctx.state.book;
  if (trading.state !== "halted" || halt !== null) return;
  const cancelled = ctx.ask(executionMessages.cancelAll, ctx.id, { account: ctx.id, by: trading.by, reason: `halt: ${trading.reason}` });
  ctx.pipe(cancelled, riskMessages.haltSettled, (outcome) =>
    "value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) },
  );
}

export async function onHaltSettled(
  ctx: RiskCtx,
  done: { requested: number; unknown: number } | null,
  error: string | null,
): Promise<void> {
  const { book } = ctx.state;
  if (book.trading.state !== "halted") return;
  if (done === null) {
    ctx.announce("critical", `halted, but open orders are not cancelled yet: ${error}; trying again`, "HALT_UNSETTLED");
    return void ctx.after(AGAIN_MS, riskMessages.settleHalt, null);
  }
  const kept = Array.from(book.owners()).filter(({ quantity }) => quantity !== 0n).length;
  const { requested: cancelled, unknown } = done;
  await commit(ctx, [{ type: "HaltSettled", atMs: ctx.clock.now(), account: book.account, cancelled, unknown, kept }]);
}
