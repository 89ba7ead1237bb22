/**
 * A strategy's bars, one after another: where some are missing (their actor moved, the way here was cut) they are read from
 * its history first, so that no indicator steps over a hole. What was missed is seen, not decided on: its time is over.
 */
import { barsMessages } from "../../domain/contract/actors.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import { act, mayDecide } from "./strategy-deciding.ts";
import type { Later } from "./strategy-runner.ts";
import { intervalOf, type Session } from "./strategy-session.ts";
import type { StrategyCtx } from "./strategy-state.ts";

/** The most a bars actor keeps. */
const HISTORY_MAX = 1_000;
/** Bars that may complete while the question is on its way. */
const SLACK_BARS = 10;

export function onBar(ctx: StrategyCtx, bar: Bar): Later<void> {
  const { session } = ctx.state;
  if (!session) return;
  const lastMs = session.lastBarMs.get(bar.intervalMs);
  if (lastMs === undefined || bar.openTimeMs <= lastMs + bar.intervalMs) return take(ctx, session, bar);
  return fillHole(ctx, session, bar, lastMs).then(() => take(ctx, session, bar));
}

function take(ctx: StrategyCtx, session: Session, bar: Bar): Later<void> {
  if (bar.openTimeMs > (session.lastBarMs.get(bar.intervalMs) ?? 0)) session.lastBarMs.set(bar.intervalMs, bar.openTimeMs);
  return mayDecide(ctx) ? act(ctx, session.runner.onBar(bar)) : session.runner.warm([bar]);
}

/** Asked once for each hole: what the history does not have either was never there, or will never be. */
async function fillHole(ctx: StrategyCtx, { runner }: Session, bar: Bar, lastMs: number): Promise<void> {
  const missing = Math.round((bar.openTimeMs - lastMs) / bar.intervalMs) - 1;
  const limit = Math.min(HISTORY_MAX, missing + 1 + SLACK_BARS);
  try {
    const history = await ctx.ask(barsMessages.history, `${bar.venue}:${bar.symbol}:${intervalOf(bar.intervalMs)}`, { limit });
    await runner.warm(history.filter(({ openTimeMs }) => openTimeMs > lastMs && openTimeMs < bar.openTimeMs));
  } catch (error) {
    if (!isExpected(error)) throw error;
    ctx.announce("warn", `${missing} bars are missing and cannot be read: ${messageOf(error)}`, "BARS_MISSING");
  }
}
