/**
 * The way of an intent to risk and of the answer back. An answer that was lost says nothing about the order: risk is asked
 * again with the same intent, which it answers the same and never makes into a second order, until there is an answer.
 *
 * Invariant: the author hears "Rejected" only of what was refused; until then the intent is one of its orders, Pending.
 * Bound: after a minute a person is told, and the session starts afresh from what execution holds.
 */
import { type PlaceAnswer, type PlaceTry, riskMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import type { StrategyCtx } from "./strategy-state.ts";

const FIRST_WAIT_MS = 250;
const WAIT_MAX_MS = 5_000;
const UNRESOLVED_MS = 60_000;

export function placeFirst(ctx: StrategyCtx, intent: OrderIntent): void {
  ctx.state.placing.set(intent.intentId, intent);
  place(ctx, { intent, sinceMs: ctx.clock.now(), attempt: 1 });
}

/** Asks risk; the answer comes back as a message. */
export function place(ctx: StrategyCtx, { intent, sinceMs, attempt }: PlaceTry): void {
  ctx.pipe(ctx.ask(riskMessages.place, ctx.state.record.account, intent), strategyMessages.placed, (outcome) => {
    const asked = { intent, sinceMs, attempt };
    if ("value" in outcome) return { ...asked, value: outcome.value, error: null, unknown: false };
    return { ...asked, value: null, error: messageOf(outcome.error), unknown: isOutcomeUnknown(outcome.error) };
  });
}

/**
 * - `wait`: asked again in a while
 * - `unresolved`: nobody knows, and nobody is asked any more
 * - `dropped`: its strategy has ended and wants no order any more; one that comes up all the same is cancelled then
 * - `answered`: there is a definite answer, or a definite failure
 */
type PlaceStep = "wait" | "unresolved" | "dropped" | "answered";

/** What an answer means for the intent, which is no longer on its way unless it is `wait`. */
export function placeStep(ctx: StrategyCtx, { intent, sinceMs, attempt, unknown, error }: PlaceAnswer): PlaceStep {
  const { placing, record } = ctx.state;
  const isWanted = record.desired === "running" || record.desired === "paused" || intent.type === "market";
  if (unknown && isWanted && ctx.clock.now() - sinceMs < UNRESOLVED_MS) {
    const delayMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    ctx.after(delayMs, strategyMessages.placeAgain, { intent, sinceMs, attempt: attempt + 1 });
    return "wait";
  }
  placing.delete(intent.intentId);
  if (!unknown) return "answered";
  if (!isWanted) return "dropped";
  ctx.announce("critical", `it is not known whether ${intent.intentId} became an order: ${error}`, "PLACE_UNRESOLVED");
  return "unresolved";
}
