/**
 * Would the market have allowed it? Orders against the volume of their bars, shorts without anything to pay for them,
 * fills at the price the decision was made on, costs of zero. Assumptions, each said once.
 */
import type { ResearchWarning } from "../../contract/views/research.ts";
import { toNumber } from "../../kernel/decimal.ts";
import { type BarTable, rowAt } from "../../market/bar-table.ts";
import type { BacktestFill, BacktestMarket } from "../../simulation/backtest/types.ts";
import { type WarningInput, warning } from "./input.ts";
import { counted, dayText, percent, some } from "./sentence.ts";

/** Of a bar's volume: about what can be taken before the price moves by more than a spread. */
const VOLUME_SHARE = 0.05;
const LARGE_VOLUME_SHARE = 0.25;

export function marketWarnings(given: WarningInput): readonly ResearchWarning[] {
  const { input, outcome } = given;
  const found: ResearchWarning[] = [];
  // What the book shows bounds what an order takes; the volume of one second says nothing more.
  const capacity = input.fill === "l2" ? null : capacityWarning(input.markets, outcome.fills);
  if (capacity !== null) found.push(capacity);
  const shorted = new Set(outcome.trades.filter(({ side }) => side === "short").map(({ symbol }) => symbol));
  const free = input.markets.filter(({ bars, funding }) => funding === null && shorted.has(bars.symbol)).map(({ bars }) => bars.symbol);
  if (free.length > 0) {
    const text = `Sold ${some(free)} short with no funding in the data: holding the short cost and earned nothing.`;
    found.push(warning("SHORT_WITHOUT_FUNDING", "warn", text));
  }
  if (outcome.fills.length === 0) return found;
  if (input.fill === "close") {
    found.push(warning("FILLED_AT_DECISION", "warn", "Orders filled at the very close they were decided on: live orders fill later."));
  }
  const { takerFeeBps, slippage, tiers } = input.costs;
  if (takerFeeBps === 0 && tiers.length === 0)
    found.push(warning("NO_FEES", "warn", "Fees are zero: no venue's taker pays nothing for long."));
  if (input.fill === "l2") {
    found.push(warning("NO_IMPACT", "info", "The recorded market goes on as if the orders had not traded: large ones look too good."));
  } else if (slippage.model === "none" || (slippage.model === "fixed" && slippage.bps === 0)) {
    found.push(warning("NO_SLIPPAGE", "info", "No slippage: every fill is at the price the bar shows."));
  }
  return found;
}

/** Inverse contracts count their quantity and volume in other units, venue by venue: nothing is said of them. */
function capacityWarning(markets: readonly BacktestMarket[], fills: readonly BacktestFill[]): ResearchWarning | null {
  const tables = new Map<string, BarTable>();
  for (const { bars, kind } of markets) if (kind !== "inverse") tables.set(bars.symbol, bars);
  let over = 0;
  let largest: { readonly share: number; readonly fill: BacktestFill } | null = null;
  for (const fill of fills) {
    const bars = tables.get(fill.symbol);
    if (bars === undefined) continue;
    const volume = bars.volume[Math.max(0, rowAt(bars, fill.atMs + 1) - 1)] ?? 0;
    const share = volume > 0 ? toNumber(fill.quantity) / volume : Number.POSITIVE_INFINITY;
    if (share > VOLUME_SHARE) over++;
    if (largest === null || share > largest.share) largest = { share, fill };
  }
  if (over === 0 || largest === null) return null;
  const most = Number.isFinite(largest.share) ? `at most ${percent(largest.share)}` : "one of them in a bar without volume";
  const where = `${most}, ${largest.fill.symbol} on ${dayText(largest.fill.atMs)}`;
  const text = `${counted(over, "fill")} of ${fills.length} took more than ${percent(VOLUME_SHARE)} of their bar's volume (${where}).`;
  return warning("CAPACITY", largest.share > LARGE_VOLUME_SHARE ? "warn" : "info", text);
}
