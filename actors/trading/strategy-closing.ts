/**
 * How a strategy's wishes leave it, and how its activity ends: its orders are cancelled, and if its position is to be
 * closed, that is done once no order of its own is left that could still fill. The wish to close is journaled, so a
 * restart goes on with it.
 */
import { connectionMessages, executionMessages, positionsMessages, riskMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { findInstrument } from "../../domain/instrument/instrument.ts";
import { abs, decimal, ZERO } from "../../domain/kernel/decimal.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { OrderIntent } from "../../domain/order/types.ts";
import { closeable } from "../../domain/position/dust.ts";
import { commit, type StrategyCtx } from "./strategy-state.ts";

/** Asks risk; the answer comes back as a message. */
export function place(ctx: StrategyCtx, intent: OrderIntent): void {
  ctx.pipe(ctx.ask(riskMessages.place, ctx.state.record.account, intent), strategyMessages.placed, (outcome) =>
    "value" in outcome ? { intent, value: outcome.value, error: null } : { intent, value: null, error: messageOf(outcome.error) },
  );
}

export async function dismiss(ctx: StrategyCtx, by: string, reason: string): Promise<void> {
  const { record } = ctx.state;
  ctx.state.session = null;
  await ctx.ask(executionMessages.cancelAll, record.account, { account: record.account, strategyId: ctx.id, by, reason });
  if (record.closing) await continueClosing(ctx);
}

export async function continueClosing(ctx: StrategyCtx): Promise<void> {
  const { record, stream } = ctx.state;
  const { account, venue, symbol } = record;
  const open = await ctx.ask(executionMessages.ordersOf, account, { strategyId: ctx.id });
  if (open.length > 0) return;
  const position = await ctx.ask(positionsMessages.of, account, { strategyId: ctx.id, venue, symbol });
  const instrument = findInstrument(await ctx.ask(connectionMessages.instruments, account, {}), venue, symbol);
  const held = decimal(position.quantity);
  const { quantity } = closeable(instrument, abs(held), null);
  const intentId = `${ctx.id}.${stream.epoch}.close-${stream.version}`;
  // One try for each journaled wish: whether it fills or is refused, the wish is done, and what is left is shown.
  await commit(ctx, { type: "PositionClosed" });
  if (quantity === ZERO) return;
  place(ctx, {
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
