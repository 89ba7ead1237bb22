/** Bars of a seeded random walk and questions for the real engine, for the tests of validation. */
import { costSpec, type CostSpec } from "../../domain/contract/research/spec.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { type BarTable, newBarTable } from "../../domain/market/bar-table.ts";
import type { BacktestInput, BacktestMarket } from "../../domain/simulation/backtest/types.ts";
import type { AnyStrategy } from "../../domain/strategy/define.ts";
import { BTC } from "./strategy-desk.ts";

export const HOUR_MS = 3_600_000;
export const START_MS = Date.UTC(2024, 0, 1);

export interface WalkOptions {
  readonly rows: number;
  readonly seed?: string;
  readonly symbol?: string;
  /** Log drift and deviation of a bar. */
  readonly drift?: number;
  readonly deviation?: number;
}

export function walk({ rows, seed = "walk", symbol = "BTC/USDT", drift = 0, deviation = 0.01 }: WalkOptions): BarTable {
  const random = seededRandom(seed);
  const table = newBarTable({ venue: "binance", symbol, intervalMs: HOUR_MS }, rows);
  let last = 30_000;
  const cents = (price: number) => Math.round(price * 100) / 100;
  for (let row = 0; row < rows; row++) {
    const open = cents(last);
    last *= Math.exp(drift + deviation * random.normal());
    const close = cents(last);
    table.openTimeMs[row] = START_MS + row * HOUR_MS;
    table.open[row] = open;
    table.close[row] = close;
    table.high[row] = cents(Math.max(open, close) * (1 + random.next() * 0.002));
    table.low[row] = cents(Math.min(open, close) * (1 - random.next() * 0.002));
    table.volume[row] = 1_000 + random.next() * 100;
  }
  return table;
}

export function marketOf(bars: BarTable, change: Partial<BacktestMarket> = {}): BacktestMarket {
  const instrument = { ...BTC, symbol: bars.symbol, kind: "linear" as const };
  return { instrument, kind: "linear", bars, funding: null, leverage: 10, maintenanceRate: 0.005, ...change };
}

export function costsOf(change: Partial<CostSpec> = {}): CostSpec {
  return { ...costSpec.parse({ makerFeeBps: 5, takerFeeBps: 5, slippage: { model: "fixed", bps: 2 } }), ...change };
}

type Params = Readonly<Record<string, unknown>>;

export function inputOf(
  definition: AnyStrategy,
  params: Params,
  tables: readonly BarTable[],
  change: Partial<BacktestInput> = {},
): BacktestInput {
  return {
    markets: tables.map((table) => marketOf(table)),
    strategies: tables.map(({ symbol }) => ({ id: `s-${symbol}`, definition, params, symbol, share: 1 / tables.length })),
    cash: decimal("100000"),
    fill: "next-open",
    volumeShare: 0.1,
    costs: costsOf(),
    sizeAt: "fill",
    closeAtEnd: false,
    seed: "t",
    ...change,
  };
}
