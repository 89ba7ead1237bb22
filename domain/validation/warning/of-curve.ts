/**
 * What the equity curve says: how long it went without a new high, and whether doing nothing but holding would have
 * earned more. Judged from 30 days on; shorter runs are told apart by nothing.
 */
import { DAY_MS } from "../../analytics/daily-returns.ts";
import type { EquitySeries } from "../../analytics/inputs.ts";
import type { ResearchWarning } from "../../contract/views/research.ts";
import { toNumber } from "../../kernel/decimal.ts";
import { type WarningInput, warning } from "./input.ts";
import { dayText, percent } from "./sentence.ts";

const FLAT_SHARE = 0.5;
const DAYS_TO_JUDGE = 30;

export function curveWarnings({ input, outcome, metrics, benchmark }: WarningInput): readonly ResearchWarning[] {
  const found: ResearchWarning[] = [];
  const { timeMs } = outcome.equity;
  const days = timeMs.length === 0 ? 0 : (timeMs[timeMs.length - 1]! - timeMs[0]!) / DAY_MS;
  const flat = longestWithoutHigh(outcome.equity, toNumber(input.cash));
  const flatDays = (flat.toMs - flat.fromMs) / DAY_MS;
  if (days >= DAYS_TO_JUDGE && flatDays > days * FLAT_SHARE) {
    const span = `${Math.round(flatDays)} of ${Math.round(days)} days (${dayText(flat.fromMs)} to ${dayText(flat.toMs)})`;
    found.push(warning("FLAT_EQUITY", "warn", `No new high for ${span}.`));
  }
  const own = metrics["totalReturn"];
  const held = benchmark?.["totalReturn"];
  if (own === null || own === undefined || held === null || held === undefined || own >= held) return found;
  const better = (metrics["sharpe"] ?? 0) > (benchmark?.["sharpe"] ?? 0);
  const risk = better ? "; its Sharpe is higher all the same" : "";
  const text = `Holding the same symbols earned ${percent(held)}, this earned ${percent(own)}${risk}.`;
  found.push(warning("WORSE_THAN_HOLDING", better ? "info" : "warn", text));
  return found;
}

/** The longest span in which equity never exceeded its earlier peak; a span still under way ends with the data. */
export function longestWithoutHigh(equity: EquitySeries, cash: number): { readonly fromMs: number; readonly toMs: number } {
  const { timeMs, value } = equity;
  let peak = cash;
  let peakMs = timeMs[0] ?? 0;
  let best = { fromMs: peakMs, toMs: peakMs };
  for (let at = 0; at < timeMs.length; at++) {
    if (timeMs[at]! - peakMs > best.toMs - best.fromMs) best = { fromMs: peakMs, toMs: timeMs[at]! };
    if (value[at]! <= peak) continue;
    peak = value[at]!;
    peakMs = timeMs[at]!;
  }
  return best;
}
