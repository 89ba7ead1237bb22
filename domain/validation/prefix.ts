/**
 * Are two runs the same up to a time? Decisions on bars that close at the cut belong to the past; what happens at the cut
 * itself because of later bars (fills at the next open) does not. Finds the first difference in time and says it.
 */
import { format } from "../kernel/decimal.ts";
import type { BacktestFill } from "../simulation/backtest/types.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { LoggedRun } from "./logged-run.ts";

export interface Difference {
  readonly atMs: number;
  readonly what: string;
}

export function firstDifference(a: LoggedRun, b: LoggedRun, cutMs: number): Difference | null {
  const found = [decisions(a.log, b.log, cutMs), fills(a, b, cutMs), trades(a, b, cutMs), equity(a, b, cutMs)].filter(
    (each) => each !== null,
  );
  return found.reduce<Difference | null>((first, each) => (first === null || each.atMs < first.atMs ? each : first), null);
}

/** Decisions one after another as `time kind terms`, those that the past alone made. */
function decisions(a: DecisionLog, b: DecisionLog, cutMs: number): Difference | null {
  const isPast = (log: DecisionLog, at: number) => log.timeMs[at]! < cutMs || (log.timeMs[at] === cutMs && log.onBar[at]!);
  let atA = 0;
  let atB = 0;
  for (;;) {
    while (atA < a.timeMs.length && !isPast(a, atA)) atA++;
    while (atB < b.timeMs.length && !isPast(b, atB)) atB++;
    const endA = atA >= a.timeMs.length;
    const endB = atB >= b.timeMs.length;
    // A log that is full ends before the run does: what comes later is not known.
    if ((endA && a.dropped > 0) || (endB && b.dropped > 0) || (endA && endB)) return null;
    if (endA || endB || a.timeMs[atA] !== b.timeMs[atB]) {
      const isFirst = !endA && (endB || a.timeMs[atA]! < b.timeMs[atB]!);
      const kind = isFirst ? a.kind[atA]! : b.kind[atB]!;
      const atMs = isFirst ? a.timeMs[atA]! : b.timeMs[atB]!;
      return { atMs, what: isFirst ? `${kind} decided with the whole data only` : `${kind} decided with the changed future only` };
    }
    if (a.kind[atA] !== b.kind[atB]) return { atMs: a.timeMs[atA]!, what: `${a.kind[atA]!} became ${b.kind[atB]!}` };
    if (a.terms[atA] !== b.terms[atB]) return { atMs: a.timeMs[atA]!, what: `${a.kind[atA]!} of another size or price` };
    atA++;
    atB++;
  }
}

function fills({ outcome: a }: LoggedRun, { outcome: b }: LoggedRun, cutMs: number): Difference | null {
  for (let at = 0; ; at++) {
    const [one, other] = [a.fills[at], b.fills[at]];
    const pastOne = one !== undefined && one.atMs < cutMs;
    const pastOther = other !== undefined && other.atMs < cutMs;
    if (!pastOne && !pastOther) return null;
    if (pastOne && pastOther && fillText(one) === fillText(other)) continue;
    const first = pastOne && (!pastOther || one.atMs <= other.atMs) ? one : other!;
    return { atMs: first.atMs, what: `fill ${pastOne ? fillText(one) : "none"} became ${pastOther ? fillText(other) : "none"}` };
  }
}

function fillText({ strategyId, symbol, side, price, quantity, fee, atMs }: BacktestFill): string {
  return `${strategyId} ${side} ${format(quantity)} ${symbol} at ${format(price)}, fee ${format(fee)}, ${atMs}`;
}

function trades({ outcome: a }: LoggedRun, { outcome: b }: LoggedRun, cutMs: number): Difference | null {
  const closedBy = (run: LoggedRun["outcome"]) => run.trades.filter(({ exitMs }) => exitMs !== null && exitMs < cutMs);
  const [before, after] = [closedBy(a), closedBy(b)];
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const [one, other] = [before[at], after[at]];
    if (one?.exitMs === other?.exitMs && one?.pnl === other?.pnl && one?.symbol === other?.symbol) continue;
    const atMs = Math.min(one?.exitMs ?? Number.POSITIVE_INFINITY, other?.exitMs ?? Number.POSITIVE_INFINITY);
    return { atMs, what: `trade of ${one?.pnl ?? "nothing"} became one of ${other?.pnl ?? "nothing"}` };
  }
  return null;
}

function equity({ outcome: a }: LoggedRun, { outcome: b }: LoggedRun, cutMs: number): Difference | null {
  for (let at = 0; ; at++) {
    const [one, other] = [a.equity.timeMs[at], b.equity.timeMs[at]];
    const pastOne = one !== undefined && one < cutMs;
    const pastOther = other !== undefined && other < cutMs;
    if (!pastOne && !pastOther) return null;
    if (one === other && a.equity.value[at] === b.equity.value[at]) continue;
    const atMs = Math.min(pastOne ? one : Number.POSITIVE_INFINITY, pastOther ? other : Number.POSITIVE_INFINITY);
    return { atMs, what: `equity ${a.equity.value[at] ?? "none"} became ${b.equity.value[at] ?? "none"}` };
  }
}
