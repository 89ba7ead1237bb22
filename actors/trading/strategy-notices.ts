/**
 * What execution and risk tell a strategy of its orders, and how it stays in step when that was told twice, late or not at
 * all: notices up to the version its session includes say nothing new; a sign that something was missed makes the
 * session afresh.
 */
import { type OrderNotice, type PlaceAnswer, positionsMessages } from "../../domain/contract/actors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/order.ts";
import { refusalOf, updateOf } from "../../domain/strategy/order-update.ts";
import type { PositionState } from "../../domain/strategy/position-view.ts";
import { cancel } from "./strategy-cancelling.ts";
import { isStray, leave } from "./strategy-closing.ts";
import { act, beginAfresh, mayDecide, missed, saveState } from "./strategy-deciding.ts";
import { placeStep } from "./strategy-placing.ts";
import { doneText, positionState, type Session } from "./strategy-session.ts";
import type { StrategyActorState, StrategyCtx } from "./strategy-state.ts";

export async function onOrderEvent(ctx: StrategyCtx, { version, event, order }: OrderNotice): Promise<void> {
  const { session, record } = ctx.state;
  if (session && version > session.version) await takeNotice(ctx, session, version, event, order);
  if (!session && isStray(ctx.id, order)) cancel(ctx, order.orderId, "its strategy has ended", 1);
  if (record.closing) await leave(ctx);
}

async function takeNotice(ctx: StrategyCtx, session: Session, version: number, event: OrderEvent, order: Order): Promise<void> {
  session.version = version;
  const watchOnly = !mayDecide(ctx);
  if (event.type === "OrderFilled") {
    const position = await positionAt(ctx, version);
    if (position === null) return missed(ctx, "its position could not be asked for");
    const { orderId, intentId, side, why, fill, atMs } = event;
    const decision = await session.runner.onFill({ orderId, intentId, side, why, fill, atMs }, position);
    await (watchOnly ? saveState(ctx) : act(ctx, decision));
    if (order.status === "Filled") ctx.announce("info", doneText(order, session.instrument), "ORDER_FILLED");
  }
  const decision = await session.runner.onOrder(updateOf(order));
  await (watchOnly ? saveState(ctx) : act(ctx, decision));
}

/** With everything in it up to that version of the execution stream; null while nobody can be asked. */
async function positionAt(ctx: StrategyCtx, version: number): Promise<PositionState | null> {
  const { account, venue, symbol } = ctx.state.record;
  try {
    return positionState(await ctx.ask(positionsMessages.of, account, { strategyId: ctx.id, venue, symbol, version }));
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    return null;
  }
}

/** Notices may have been missed, up to that version, or something else was. */
export async function onResync(ctx: StrategyCtx, version: number | null, reason: string): Promise<void> {
  const { session, record } = ctx.state;
  if (session && (version === null || version > session.version)) {
    ctx.announce("info", `starts afresh from the journal: ${reason}`, "RESYNCED");
    await beginAfresh(ctx, reason);
  }
  if (record.closing) await leave(ctx);
}

export async function onPlaced(ctx: StrategyCtx, answer: PlaceAnswer): Promise<void> {
  const { gate, carried } = ctx.state;
  const { intent, value: placed, error } = answer;
  const step = placeStep(ctx, answer);
  if (step === "wait") return;
  const isCarried = carried.delete(intent.intentId);
  if (placed?.approved) gate.approved();
  // A session that began while it was on its way has not seen what became of it, if that was before.
  if (step === "unresolved" || (placed?.approved && isCarried))
    return ctx.state.session ? beginAfresh(ctx, `${intent.intentId} was answered late`) : undefined;
  if (placed?.approved || step === "dropped") return;
  const reason = placed ? `${placed.code}: ${placed.reason}` : (error ?? "no answer");
  const heldMs = gate.refused(ctx.clock.now());
  if (heldMs > 0)
    ctx.announce("warn", `held back for ${heldMs / 1_000} s after repeated refusals, the last: ${reason}`, placed?.code ?? "NOT_PLACED");
  ctx.state.lastWhy = `refused ${reason}`;
  ctx.state.lastWhyAtMs = ctx.clock.now();
  const { session } = ctx.state;
  if (!session) return;
  const decision = await session.runner.onOrder(refusalOf(intent, reason, ctx.clock.now()));
  if (mayDecide(ctx)) await act(ctx, decision);
}

/** After a halt the runner starts afresh from what the venue and the journal hold. */
export async function onTrading(ctx: StrategyCtx, trading: StrategyActorState["trading"]): Promise<void> {
  const was = ctx.state.trading;
  ctx.state.trading = trading;
  if (was === "halted" && trading !== "halted" && ctx.state.session) await beginAfresh(ctx, "trading goes on after a halt");
}
