/**
 * Buying and holding: the cash in equal parts over the markets of the run, each bought at the open of its first traded
 * bar and kept, with the same fee, slippage and funding as the strategy. What any strategy has to beat. Floats: this is
 * a yardstick. Inverse contracts are held once over (notional = cash), settled in the base asset.
 */
import type { EquitySeries } from "../analytics/inputs.ts";
import { invalid } from "../kernel/errors.ts";
import { toNumber } from "../kernel/decimal.ts";
import { rowAt } from "../market/bar-table.ts";
import type { BacktestInput, BacktestMarket } from "../simulation/backtest/types.ts";
import { slippageRate, takerFeeRate } from "./costs.ts";

export interface Benchmark {
  readonly name: string;
  /** One point at the close of every bar time of the run, as the strategy's own curve. */
  readonly equity: EquitySeries;
  readonly fees: number;
  readonly funding: number;
  readonly slippage: number;
  /** Σ notional bought, and sold when positions are closed at the end. */
  readonly turnover: number;
}

/** @throws {DstaError} VALIDATION_ERROR when no market of the run has a bar. */
export function buyAndHold(input: BacktestInput): Benchmark {
  const names = new Set(input.strategies.map(({ symbol }) => symbol));
  const markets = input.markets.filter(({ bars }) => names.has(bars.symbol) && bars.openTimeMs.length > 0);
  if (markets.length === 0) throw invalid("markets", "at least one market with bars that a strategy trades");
  const timeMs = closeTimes(input.markets, input.tradeFromMs ?? Number.NEGATIVE_INFINITY);
  const value = new Float64Array(timeMs.length);
  const part = toNumber(input.cash) / markets.length;
  const sums = { fees: 0, funding: 0, slippage: 0, turnover: 0 };
  for (const market of markets) addHolding(input, market, part, { timeMs, value }, sums);
  const name = markets.length === 1 ? `hold ${markets[0]!.bars.symbol}` : `hold ${markets.length} symbols`;
  return { name, equity: { timeMs, value }, ...sums };
}

type Sums = { fees: number; funding: number; slippage: number; turnover: number };

/** Adds one market's worth, its cash included, to every point of the curve. */
function addHolding(input: BacktestInput, market: BacktestMarket, cash: number, equity: EquitySeries, sums: Sums): void {
  const { bars } = market;
  const feeRate = takerFeeRate(input.costs);
  const first = input.tradeFromMs === undefined ? 0 : rowAt(bars, input.tradeFromMs);
  const rows = bars.openTimeMs.length;
  const { entryPrice, quantity, slipped } = entryOf(input, market, cash, first);
  const isInverse = market.kind === "inverse";
  const entryNotional = isInverse ? quantity / entryPrice : quantity * entryPrice;
  let free = cash - entryNotional - entryNotional * feeRate;
  if (quantity > 0) {
    sums.fees += entryNotional * feeRate;
    sums.turnover += entryNotional;
    sums.slippage += slipped;
  }
  const worthAt = (price: number) => (isInverse ? quantity * (2 / entryPrice - 1 / price) : quantity * price);
  let row = first - 1;
  let payment = 0;
  for (let point = 0; point < equity.timeMs.length; point++) {
    const nowMs = equity.timeMs[point]!;
    while (row + 1 < rows && bars.openTimeMs[row + 1]! + bars.intervalMs <= nowMs) row++;
    if (row < first) {
      equity.value[point]! += cash;
      continue;
    }
    const price = bars.close[row]!;
    for (; market.funding !== null && (market.funding.timeMs[payment] ?? Number.POSITIVE_INFINITY) <= nowMs; payment++) {
      if (market.funding.timeMs[payment]! <= bars.openTimeMs[first]!) continue;
      const paid = market.funding.rate[payment]! * (isInverse ? quantity / price : quantity * price);
      free -= paid;
      sums.funding -= paid;
    }
    equity.value[point]! += free + worthAt(price);
  }
  if (input.closeAtEnd && rows > first && quantity > 0) {
    const price = bars.close[rows - 1]!;
    const notional = isInverse ? quantity / price : quantity * price;
    const slip = notional * slippageRate(input.costs.slippage, bars, rows - 1, quantity);
    equity.value[equity.value.length - 1]! -= notional * feeRate + slip;
    sums.fees += notional * feeRate;
    sums.slippage += slip;
    sums.turnover += notional;
  }
}

/** As much as the cash buys at the open, fee included, in whole lots. Inverse: contracts of one quote each. */
function entryOf(input: BacktestInput, { bars, instrument, kind }: BacktestMarket, cash: number, row: number) {
  const open = bars.open[row];
  if (open === undefined) return { entryPrice: 1, quantity: 0, slipped: 0 };
  const lot = Math.max(toNumber(instrument.lotSize), Number.EPSILON);
  const wanted = kind === "inverse" ? cash * open : cash / open;
  const slip = slippageRate(input.costs.slippage, bars, row, wanted);
  const entryPrice = open * (1 + slip);
  const affordable = (kind === "inverse" ? cash * entryPrice : cash / entryPrice) / (1 + takerFeeRate(input.costs));
  const quantity = Math.floor(affordable / lot + 1e-9) * lot;
  const slipped = kind === "inverse" ? quantity / open - quantity / entryPrice : quantity * (entryPrice - open);
  return { entryPrice, quantity, slipped };
}

/** Close times of all bars from `fromMs` on, ascending, each once. */
function closeTimes(markets: readonly BacktestMarket[], fromMs: number): Float64Array {
  const columns = markets.map(({ bars }) =>
    bars.openTimeMs.map((openMs) => openMs + bars.intervalMs).filter((closeMs) => closeMs > fromMs),
  );
  if (columns.length === 1) return columns[0]!;
  const total = columns.reduce((sum, column) => sum + column.length, 0);
  const all = new Float64Array(total);
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  all.sort();
  let unique = 0;
  for (let index = 0; index < total; index++) if (index === 0 || all[index] !== all[index - 1]) all[unique++] = all[index]!;
  return all.slice(0, unique);
}
