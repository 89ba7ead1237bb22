/**
 * How much cost does the result bear? The strategy again with fees and slippage at 0 to 3 times what was asked, and with
 * orders that arrive 1, 2 and 5 bars late: on bars, an order that is late at all waits for the next open. Each is a whole
 * run, because other costs make other sizes and other trades. The break-even is given in basis points of what was traded,
 * fees and slippage together: a venue's price list answers it.
 */
import type { CostSpec, SlippageSpec } from "../contract/research/spec.ts";
import { toNumber } from "../kernel/decimal.ts";
import type { BacktestInput, BacktestOutcome } from "../simulation/backtest/types.ts";
import type { RunBacktest } from "./logged-run.ts";

const FACTORS = [0, 0.5, 1, 1.5, 2, 3] as const;
const BARS_LATE = [1, 2, 5] as const;
/** Bounds of the specification. */
const MOST_BPS = 1_000;
const MOST_FACTOR = 10;

export interface CostRow {
  readonly factor: number;
  readonly netProfit: number;
  /** Fees and slippage paid, as basis points of the turnover. Null when nothing was traded. */
  readonly costBps: number | null;
  readonly trades: number;
}

export interface LatencyRow {
  /** 0: the latency that was asked. */
  readonly barsLate: number;
  readonly netProfit: number;
  readonly trades: number;
}

export interface CostSensitivity {
  readonly rows: readonly CostRow[];
  readonly latency: readonly LatencyRow[];
  /**
   * Cost of a trade's side at which nothing is earned: read between the two runs where the profit turns, beyond them on
   * the line through the two dearest. Null when it loses without costs too, never trades, or pays no costs at all.
   */
  readonly breakEvenBps: number | null;
  /** What was asked costs this. */
  readonly costBps: number | null;
}

/** Runs the strategy 9 times. */
export function checkCosts(run: RunBacktest, input: BacktestInput, onProgress?: (done: number, total: number) => void): CostSensitivity {
  const total = FACTORS.length + BARS_LATE.length;
  let done = 0;
  const rows = FACTORS.map((factor): CostRow => {
    const outcome = run({ ...input, costs: scaledCosts(input.costs, factor) });
    onProgress?.(++done, total);
    return { factor, netProfit: netProfit(input, outcome), costBps: costBps(outcome), trades: outcome.trades.length };
  });
  const asked = rows.find(({ factor }) => factor === 1)!;
  const intervalMs = Math.max(...input.markets.map(({ bars }) => bars.intervalMs));
  const late = BARS_LATE.map((barsLate): LatencyRow => {
    const ms = (barsLate - 1) * intervalMs + 1;
    const outcome = run({ ...input, costs: { ...input.costs, latency: { model: "constant", ms } } });
    onProgress?.(++done, total);
    return { barsLate, netProfit: netProfit(input, outcome), trades: outcome.trades.length };
  });
  const latency = [{ barsLate: 0, netProfit: asked.netProfit, trades: asked.trades }, ...late];
  return { rows, latency, breakEvenBps: breakEven(rows), costBps: asked.costBps };
}

function netProfit(input: BacktestInput, { finalEquity }: BacktestOutcome): number {
  return toNumber(finalEquity) - toNumber(input.cash);
}

function costBps({ fees, slippage, turnover }: BacktestOutcome): number | null {
  return turnover === 0n ? null : ((toNumber(fees) + toNumber(slippage)) / toNumber(turnover)) * 10_000;
}

/** Rebates are not scaled beyond what was asked: nobody is paid more for trading dearer. */
export function scaledCosts(costs: CostSpec, factor: number): CostSpec {
  const fee = (bps: number) => (bps < 0 ? (factor > 1 ? bps : bps * factor) : Math.min(MOST_BPS, bps * factor));
  return {
    ...costs,
    makerFeeBps: fee(costs.makerFeeBps),
    takerFeeBps: fee(costs.takerFeeBps),
    tiers: costs.tiers.map((tier) => ({ ...tier, makerFeeBps: fee(tier.makerFeeBps), takerFeeBps: fee(tier.takerFeeBps) })),
    slippage: scaledSlippage(costs.slippage, factor),
  };
}

function scaledSlippage(slippage: SlippageSpec, factor: number): SlippageSpec {
  if (slippage.model === "none") return slippage;
  if (slippage.model === "fixed") return { ...slippage, bps: Math.min(MOST_BPS, slippage.bps * factor) };
  if (slippage.model === "volume-share") return { ...slippage, impact: Math.min(MOST_FACTOR, slippage.impact * factor) };
  return { ...slippage, coefficient: Math.min(MOST_FACTOR, slippage.coefficient * factor) };
}

function breakEven(rows: readonly CostRow[]): number | null {
  const known = rows.filter((row): row is CostRow & { readonly costBps: number } => row.costBps !== null);
  if (known.length === 0 || known[0]!.netProfit <= 0) return null;
  for (const [index, row] of known.entries()) {
    const before = known[index - 1];
    if (row.netProfit > 0 || before === undefined) continue;
    const share = before.netProfit / (before.netProfit - row.netProfit);
    return before.costBps + (row.costBps - before.costBps) * share;
  }
  const [dearer, dearest] = known.slice(-2);
  if (dearer === undefined || dearest === undefined || dearest.costBps <= dearer.costBps || dearest.netProfit >= dearer.netProfit)
    return null;
  const perBps = (dearer.netProfit - dearest.netProfit) / (dearest.costBps - dearer.costBps);
  return dearest.costBps + dearest.netProfit / perBps;
}
