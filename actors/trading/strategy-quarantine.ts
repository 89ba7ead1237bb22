/**
 * A strategy that held a whole process is not run again until a person starts it: here it is failed at its activation, on
 * whichever node that happens, and let go by a start.
 */
import { executionMessages } from "../../domain/contract/actors.ts";
import type { Quarantine } from "../../mixins/quarantine/quarantine.ts";
import { commit, type StrategyCtx } from "./strategy-state.ts";

/** To be called before any of the author's code. @throws {DstaError} QUARANTINE_UNAVAILABLE (retryable) */
export async function failIfQuarantined(ctx: StrategyCtx, quarantine: Quarantine): Promise<void> {
  const { record } = ctx.state;
  if (record.desired !== "running" && record.desired !== "paused") return;
  const found = await quarantine.of(`strategy/${ctx.id}`);
  if (!found) return;
  const { account } = record;
  // Before the failure is recorded: a restart between the two comes here again.
  await ctx.ask(executionMessages.cancelAll, account, { account, strategyId: ctx.id, by: "supervisor", reason: "strategy quarantined" });
  const reason = `${found.reason}; that ended node ${found.node}`;
  await commit(ctx, { type: "StrategyFailed", reason });
  ctx.announce("critical", `not started: ${reason}`, "STRATEGY_QUARANTINED");
}

export function letGo(ctx: StrategyCtx, quarantine: Quarantine): Promise<void> {
  return quarantine.clear(`strategy/${ctx.id}`);
}
