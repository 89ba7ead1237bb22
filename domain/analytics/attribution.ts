/**
 * Where the result came from: round trips grouped by strategy, symbol, side, hour of entry (UTC) and reason of entry.
 * Invariant: in every grouping the contributions add up exactly to the total, because sums are of decimals, not floats;
 * a trade that is still open counts at its mark, so that the total is the net profit of the run.
 *
 * Reasons that differ by their numbers only are one group, with # in place of each.
 *
 * Bound: 200 groups of a kind, those with the largest results; the rest is one group called "other".
 */
import { add, abs, type Decimal, decimal, toNumber, ZERO } from "../kernel/decimal.ts";
import type { TradeResult } from "./inputs.ts";

const GROUPS_MAX = 200;
const OTHER = "other";
const NUMBERS = /[-+−]?\d[\d.,]*(?:e[-+]?\d+)?/gi;

export const ATTRIBUTION_KINDS = ["strategy", "symbol", "side", "hour", "why"] as const;

export type AttributionKind = (typeof ATTRIBUTION_KINDS)[number];

export interface Contribution {
  readonly by: AttributionKind;
  readonly name: string;
  readonly pnl: Decimal;
  readonly fee: Decimal;
  readonly trades: number;
}

export interface Attribution {
  /** Kind by kind, the largest result first. */
  readonly rows: readonly Contribution[];
  readonly total: { readonly pnl: Decimal; readonly fee: Decimal; readonly trades: number };
}

const NAME_OF: Readonly<Record<AttributionKind, (trade: TradeResult) => string>> = {
  strategy: ({ strategyId }) => strategyId,
  symbol: ({ symbol }) => symbol,
  side: ({ side }) => side,
  hour: ({ entryMs }) => String(new Date(entryMs).getUTCHours()).padStart(2, "0"),
  why: ({ why }) => why.replaceAll(NUMBERS, "#"),
};

/** @throws {DstaError} VALIDATION_ERROR for a result that is not a finite number. */
export function attributionOf(trades: readonly TradeResult[]): Attribution {
  const exact = trades.map((trade) => ({ trade, pnl: toExact(trade.pnl), fee: toExact(trade.fee) }));
  const rows = ATTRIBUTION_KINDS.flatMap((by) => {
    const groups = new Map<string, Contribution>();
    for (const { trade, pnl, fee } of exact) join(groups, { by, name: NAME_OF[by](trade), pnl, fee, trades: 1 });
    return bounded([...groups.values()]);
  });
  return {
    rows,
    total: {
      pnl: exact.reduce((sum, { pnl }) => add(sum, pnl), ZERO),
      fee: exact.reduce((sum, { fee }) => add(sum, fee), ZERO),
      trades: trades.length,
    },
  };
}

/** The rows as reports show them. */
export function attributionRows(trades: readonly TradeResult[]) {
  return attributionOf(trades).rows.map(({ pnl, fee, ...row }) => ({ ...row, pnl: toNumber(pnl), fee: toNumber(fee) }));
}

function join(groups: Map<string, Contribution>, row: Contribution): void {
  const before = groups.get(row.name);
  groups.set(
    row.name,
    before === undefined
      ? row
      : { ...before, pnl: add(before.pnl, row.pnl), fee: add(before.fee, row.fee), trades: before.trades + row.trades },
  );
}

function bounded(rows: readonly Contribution[]): readonly Contribution[] {
  const byWeight = rows.toSorted((a, b) => order(abs(b.pnl), abs(a.pnl)));
  const kept = new Map(byWeight.slice(0, GROUPS_MAX).map((row) => [row.name, row]));
  for (const row of byWeight.slice(GROUPS_MAX)) join(kept, { ...row, name: OTHER });
  return [...kept.values()].sort((a, b) => order(b.pnl, a.pnl));
}

function order(a: Decimal, b: Decimal): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The float to 18 decimals: what is finer is far below any currency's unit. */
function toExact(value: number): Decimal {
  return decimal(value.toFixed(18), "trade");
}
