/** The way of a cancel to execution: asked for again while it may not have arrived. Twice is once. */
import { type CancelTry, executionMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import type { StrategyCtx } from "./strategy-state.ts";

const CANCEL_TRIES = 10;
const CANCEL_AGAIN_MS = 1_000;

/** A refused cancel is ordinary: the order was faster. */
export function cancel(ctx: StrategyCtx, orderId: string, reason: string, attempt: number): void {
  const { account } = ctx.state.record;
  ctx.pipe(
    ctx.ask(executionMessages.cancel, account, { account, orderId, by: ctx.id, reason }),
    strategyMessages.cancelAnswered,
    (outcome) => {
      const asked = { orderId, reason, attempt };
      if ("value" in outcome) return { ...asked, unknown: false, error: null };
      return { ...asked, unknown: isOutcomeUnknown(outcome.error), error: messageOf(outcome.error) };
    },
  );
}

/** @param answer of `cancel` */
export function onCancelAnswered(ctx: StrategyCtx, answer: CancelTry & { readonly unknown: boolean; readonly error: string | null }): void {
  const { orderId, reason, attempt, unknown, error } = answer;
  if (!unknown) return;
  if (attempt < CANCEL_TRIES)
    return void ctx.after(CANCEL_AGAIN_MS, strategyMessages.cancelAgain, { orderId, reason, attempt: attempt + 1 });
  ctx.announce("critical", `the cancel of ${orderId} could not be asked for: ${error}`, "CANCEL_UNRESOLVED");
}
