/**
 * How a strategy's activity ends: its orders are cancelled, and if its position is to be closed, that is done once no
 * order of its own is left that could still fill. The wish to close is journaled, so a restart goes on with it, and so
 * does another node.
 */
import { connectionMessages, executionMessages, positionsMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { findInstrument } from "../../domain/instrument/instrument.ts";
import { abs, decimal, ZERO } from "../../domain/kernel/decimal.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { isOutcomeUnknown } from "../../domain/kernel/outcome.ts";
import { epochText, type Order } from "../../domain/order/order.ts";
import { isOpen } from "../../domain/order/transitions.ts";
import { closeable } from "../../domain/position/dust.ts";
import { isFatalJournalError } from "../../mixins/journal/event-stream.ts";
import { cancel } from "./strategy-cancelling.ts";
import { placeFirst } from "./strategy-placing.ts";
import { commit, type StrategyCtx } from "./strategy-state.ts";

export async function dismiss(ctx: StrategyCtx, by: string, reason: string): Promise<void> {
  const { record, session } = ctx.state;
  session?.runner.end();
  ctx.state.session = null;
  try {
    await ctx.ask(executionMessages.cancelAll, record.account, { account: record.account, strategyId: ctx.id, by, reason });
  } catch (error) {
    if (!mayPass(error)) throw error;
    ctx.announce("warn", `its open orders are not cancelled yet: ${messageOf(error)}; trying again`, "CANCEL_PENDING");
  }
  await leave(ctx);
}

const LEAVE_AGAIN_MS = 1_000;

/** Repeatable, and repeated until execution and positions could be asked: at a start, a crash or a move may have come between. */
export async function leave(ctx: StrategyCtx): Promise<void> {
  if (ctx.state.session) return;
  try {
    await cancelStrays(ctx);
    if (ctx.state.record.closing) await continueClosing(ctx);
  } catch (error) {
    if (!mayPass(error)) throw error;
    ctx.after(LEAVE_AGAIN_MS, strategyMessages.leave, null);
  }
}

/** Others cannot be reached at the moment; what concerns the own journal ends the activation instead. */
function mayPass(error: unknown): boolean {
  return isOutcomeUnknown(error) && !isFatalJournalError(error);
}

async function cancelStrays(ctx: StrategyCtx): Promise<void> {
  const { orders } = await ctx.ask(executionMessages.ordersOf, ctx.state.record.account, { strategyId: ctx.id });
  for (const order of orders) if (isStray(ctx.id, order)) cancel(ctx, order.orderId, "its strategy has ended", 1);
}

/** An order of a strategy that has ended, on its way too late for the cancelling of all. A market order ends by itself. */
export function isStray(strategyId: string, { status, cancelRequested, intent }: Order): boolean {
  return isOpen(status) && !cancelRequested && intent.type === "limit" && intent.intentId.startsWith(`${strategyId}.`);
}

async function continueClosing(ctx: StrategyCtx): Promise<void> {
  const { record, stream } = ctx.state;
  const { account, venue, symbol } = record;
  const { version, orders } = await ctx.ask(executionMessages.ordersOf, account, { strategyId: ctx.id });
  if (orders.length > 0) return;
  const position = await ctx.ask(positionsMessages.of, account, { strategyId: ctx.id, venue, symbol, version });
  const instrument = findInstrument(await ctx.ask(connectionMessages.instruments, account, {}), venue, symbol);
  const held = decimal(position.quantity);
  const { quantity } = closeable(instrument, abs(held), null);
  const intentId = `${ctx.id}.${epochText(stream.epoch)}.close-${stream.version}`;
  // One try for each journaled wish: whether it fills or is refused, the wish is done, and what is left is shown.
  await commit(ctx, { type: "PositionClosed" });
  if (quantity === ZERO) return;
  placeFirst(ctx, {
    intentId,
    strategyId: ctx.id,
    account,
    venue,
    symbol,
    side: held > ZERO ? "sell" : "buy",
    type: "market",
    quantity,
    limitPrice: null,
    timeInForce: "IOC",
    postOnly: false,
    reduceOnly: true,
    why: "closing on stop",
    decidedAtMs: ctx.clock.now(),
  });
}
