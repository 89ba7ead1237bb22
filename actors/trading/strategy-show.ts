/** How a strategy shows itself: its row twice a second, its P&L as a spark, and at a start what it decided today. */
import { strategyMessages } from "../../domain/contract/actors.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { decimal, toNumber } from "../../domain/kernel/decimal.ts";
import type { StrategyCtx } from "./strategy-state.ts";
import { strategyRow } from "./strategy-views.ts";

export const TICK_MS = 500;
const SPARK_MS = 30_000;
const SPARK_SIZE = 32;
const DAY_MS = 86_400_000;

export async function recallSignals(ctx: StrategyCtx, journal: Journal): Promise<void> {
  const nowMs = ctx.clock.now();
  const today = await journal.query({
    stream: `risk/${ctx.state.record.account}`,
    types: ["IntentApproved", "IntentRefused"],
    match: { strategyId: ctx.id },
    fromMs: nowMs - (nowMs % DAY_MS),
    limit: 1_000,
  });
  ctx.state.signals = today.length;
  const last = today[0]?.data.intent as { why?: string } | undefined;
  ctx.state.lastWhy = last?.why ?? "";
  ctx.state.lastWhyAtMs = today[0]?.atMs ?? null;
}

export function onTick(ctx: StrategyCtx): void {
  ctx.after(TICK_MS, strategyMessages.tick, null);
  const { state } = ctx;
  const nowMs = ctx.clock.now();
  if (state.position && nowMs - state.lastSparkMs >= SPARK_MS) {
    const { realisedPnl, unrealisedPnl, feesPaid } = state.position;
    state.lastSparkMs = nowMs;
    state.spark.push(toNumber(decimal(realisedPnl)) + toNumber(decimal(unrealisedPnl)) - toNumber(decimal(feesPaid)));
    if (state.spark.length > SPARK_SIZE) state.spark.shift();
  }
  const row = strategyRow(state);
  const text = JSON.stringify(row);
  if (text === state.shown) return;
  state.shown = text;
  ctx.publish(subjects.floor("strategy"), row);
}
