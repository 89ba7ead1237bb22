/** A strategy instance as people see it. */
import type { PositionRow, StrategyDetail, StrategyRow, StrategyState } from "../../domain/contract/views.ts";
import { toFields } from "../../domain/strategy/param-values.ts";
import { currentParams } from "../../domain/strategy/record.ts";
import type { StrategyActorState } from "./strategy-state.ts";

export function strategyRow(state: StrategyActorState): StrategyRow {
  const { record, definition, position } = state;
  const [shown, reason] = shownState(state);
  return {
    id: record.id,
    strategy: record.strategy,
    strategyVersion: definition.version,
    state: shown,
    stateReason: reason,
    account: record.account,
    venue: record.venue,
    symbol: record.symbol,
    simulated: state.simulated,
    bookQuality: state.bookQuality,
    ...positionPart(position),
    signals: state.signals,
    lastWhy: state.lastWhy,
    lastWhyAtMs: state.lastWhyAtMs,
    paramsVersion: currentParams(record).version,
    spark: [...state.spark],
  };
}

/** The numbers of a strategy that never held anything. */
export const emptyPosition = {
  positionQuantity: "0",
  averagePrice: null,
  unrealisedPnl: "0",
  realisedPnl: "0",
  feesPaid: "0",
  dayPnl: "0",
} as const;

function positionPart(row: PositionRow | null): Pick<StrategyRow, keyof typeof emptyPosition> {
  if (!row) return emptyPosition;
  const { quantity, averagePrice, unrealisedPnl, realisedPnl, feesPaid, dayPnl } = row;
  return { positionQuantity: quantity, averagePrice, unrealisedPnl, realisedPnl, feesPaid, dayPnl };
}

function shownState(state: StrategyActorState): [StrategyState, string] {
  const { record, session, trading } = state;
  if (record.desired !== "running" || !session) return [record.desired === "running" ? "warm-up" : record.desired, record.reason];
  if (trading === "halted") return ["halted", "trading is halted"];
  if (!session.runner.ready) {
    const { warmupBars, seenBars } = session.runner.view();
    return ["warm-up", `${seenBars} of ${warmupBars} bars`];
  }
  return trading === "reducing" ? ["reducing", "trading is reducing only"] : ["running", record.reason];
}

export function strategyDetail(state: StrategyActorState): StrategyDetail {
  const { record, definition, session } = state;
  const view = session?.runner.view() ?? { warmupBars: 0, seenBars: 0, ready: false, inside: [] };
  return {
    ...strategyRow(state),
    params: { ...currentParams(record).params },
    fields: toFields(definition),
    versions: [...record.versions],
    isolation: record.isolation,
    interval: session?.interval ?? null,
    warmupBars: view.warmupBars,
    seenBars: view.seenBars,
    inside: [...view.inside],
    epoch: String(state.stream.epoch),
    createdAtMs: record.createdAtMs,
  };
}
