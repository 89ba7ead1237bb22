/**
 * What trading cost: implementation shortfall of fills against the price they were decided at, split into its parts
 * (Perold 1988): delay, from the decision to meeting the market; slippage, from there to the fill; and the fee. Costs are
 * above 0, gains below. Amounts are exact, so that the parts add up to the shortfall and the rows to the total; only the
 * comparison with the market's volume-weighted price is a float.
 *
 * For spot and linear contracts: a fill is worth price × quantity. Fills of inverse contracts do not belong here.
 */
import { add, type Decimal, mul, negate, sub, toNumber, ZERO } from "../kernel/decimal.ts";
import { type BarTable, rowAt, rowsOf } from "../market/bar-table.ts";
import { DAY_MS } from "./daily-returns.ts";
import type { CostFill } from "./inputs.ts";

export interface CostRow {
  readonly fills: number;
  /** Σ of what was traded, at the decision's prices. */
  readonly arrivalNotional: Decimal;
  readonly delay: Decimal;
  readonly slippage: Decimal;
  readonly fee: Decimal;
  /** delay + slippage + fee. */
  readonly shortfall: Decimal;
  /** Shortfall in basis points of the arrival notional; null of nothing. */
  readonly shortfallBps: number | null;
  readonly slippageBps: number | null;
  /** Against the market's VWAP, of the fills that have one; null without any. Without fees. */
  readonly vwapCost: number | null;
  readonly vwapBps: number | null;
}

export interface CostAnalysis {
  readonly total: CostRow;
  readonly bySymbol: ReadonlyMap<string, CostRow>;
  readonly byStrategy: ReadonlyMap<string, CostRow>;
}

/** A row as reports show it; amounts are in the account's currency. */
export interface ShownCosts {
  readonly by: "total" | "symbol" | "strategy";
  readonly name: string;
  readonly fills: number;
  readonly arrivalNotional: number;
  readonly delay: number;
  readonly slippage: number;
  readonly fee: number;
  readonly shortfall: number;
  readonly shortfallBps: number | null;
  readonly slippageBps: number | null;
  readonly vwapCost: number | null;
  readonly vwapBps: number | null;
}

/** The price fills are compared with; null where the market has none. */
export type Benchmark = (symbol: string, atMs: number) => number | null;

interface Sums {
  fills: number;
  arrivalNotional: Decimal;
  delay: Decimal;
  slippage: Decimal;
  fee: Decimal;
  vwapCost: number;
  vwapNotional: number;
}

export function costAnalysis(fills: readonly CostFill[], vwapAt: Benchmark = () => null): CostAnalysis {
  const total = noCosts();
  const bySymbol = new Map<string, Sums>();
  const byStrategy = new Map<string, Sums>();
  for (const fill of fills) {
    const market = vwapAt(fill.symbol, fill.atMs);
    addFill(total, fill, market);
    addFill(within(bySymbol, fill.symbol), fill, market);
    addFill(within(byStrategy, fill.strategyId), fill, market);
  }
  return { total: toRow(total), bySymbol: rowsBy(bySymbol), byStrategy: rowsBy(byStrategy) };
}

/** The total first, then symbols and strategies, the most expensive of each first. */
export function costRows({ total, bySymbol, byStrategy }: CostAnalysis): readonly ShownCosts[] {
  const shown = (by: ShownCosts["by"], rows: Iterable<readonly [string, CostRow]>) =>
    Array.from(rows, ([name, row]): ShownCosts => {
      const { arrivalNotional, delay, slippage, fee, shortfall, ...rest } = row;
      const amounts = { arrivalNotional, delay, slippage, fee, shortfall };
      const floats = Object.fromEntries(Object.entries(amounts).map(([key, amount]) => [key, toNumber(amount)]));
      return { by, name, ...rest, ...(floats as Record<keyof typeof amounts, number>) };
    }).toSorted((a, b) => b.shortfall - a.shortfall);
  return [...shown("total", [["", total]]), ...shown("symbol", bySymbol), ...shown("strategy", byStrategy)];
}

/**
 * Volume-weighted price of the UTC day a time lies in, from the bars' typical prices (high + low + close) / 3. It is
 * known only when the day is over: a measure of what was done, not something to trade on.
 */
export function dailyVwap(tables: readonly BarTable[]): Benchmark {
  const bySymbol = new Map(tables.map((table) => [table.symbol, table]));
  const known = new Map<string, number | null>();
  return (symbol, atMs) => {
    const table = bySymbol.get(symbol);
    if (table === undefined) return null;
    // A fill at midnight is of the bar that closed then.
    const day = Math.ceil(atMs / DAY_MS) - 1;
    const key = `${symbol} ${day}`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = volumeWeighted(table, day * DAY_MS, (day + 1) * DAY_MS)));
    return found;
  };
}

/** Of the bars that open from `fromMs` up to, not including, `toMs`; null without volume. */
function volumeWeighted(table: BarTable, fromMs: number, toMs: number): number | null {
  let amount = 0;
  let volume = 0;
  const end = Math.min(rowAt(table, toMs), rowsOf(table));
  for (let row = rowAt(table, fromMs); row < end; row++) {
    amount += ((table.high[row]! + table.low[row]! + table.close[row]!) / 3) * table.volume[row]!;
    volume += table.volume[row]!;
  }
  return volume > 0 ? amount / volume : null;
}

function addFill(sums: Sums, { side, price, quantity, fee, referencePrice, decisionPrice }: CostFill, vwapPrice: number | null): void {
  const worse = (paid: Decimal, against: Decimal) => mul(side === "buy" ? sub(paid, against) : negate(sub(paid, against)), quantity);
  sums.fills += 1;
  sums.arrivalNotional = add(sums.arrivalNotional, mul(decisionPrice, quantity));
  sums.delay = add(sums.delay, worse(referencePrice, decisionPrice));
  sums.slippage = add(sums.slippage, worse(price, referencePrice));
  sums.fee = add(sums.fee, fee);
  if (vwapPrice === null) return;
  sums.vwapCost += (side === "buy" ? 1 : -1) * (toNumber(price) - vwapPrice) * toNumber(quantity);
  sums.vwapNotional += vwapPrice * toNumber(quantity);
}

function toRow({ vwapCost, vwapNotional, ...sums }: Sums): CostRow {
  const shortfall = add(add(sums.delay, sums.slippage), sums.fee);
  const notional = toNumber(sums.arrivalNotional);
  const bps = (cost: number, of: number) => (of > 0 ? (cost / of) * 10_000 : null);
  return {
    ...sums,
    shortfall,
    shortfallBps: bps(toNumber(shortfall), notional),
    slippageBps: bps(toNumber(sums.slippage), notional),
    vwapCost: vwapNotional > 0 ? vwapCost : null,
    vwapBps: bps(vwapCost, vwapNotional),
  };
}

function rowsBy(sums: ReadonlyMap<string, Sums>): ReadonlyMap<string, CostRow> {
  return new Map([...sums].map(([name, own]) => [name, toRow(own)]));
}

function within(groups: Map<string, Sums>, name: string): Sums {
  const sums = groups.get(name) ?? noCosts();
  groups.set(name, sums);
  return sums;
}

function noCosts(): Sums {
  return { fills: 0, arrivalNotional: ZERO, delay: ZERO, slippage: ZERO, fee: ZERO, vwapCost: 0, vwapNotional: 0 };
}
