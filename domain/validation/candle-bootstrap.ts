/**
 * Other bars that could have been: blocks of the real ones in another order, joined by their returns. Each new bar takes
 * the gap from the close before, body, wicks and volume of a real bar, so volatility clusters and shapes stay what they
 * are inside a block. Stationary bootstrap (Politis & Romano 1994, "The stationary bootstrap", JASA 89): blocks of
 * geometric length, wrapping around. Times are the real ones; prices lie on the market's ticks.
 */
import { invalid } from "../kernel/errors.ts";
import type { Instrument } from "../instrument/instrument.ts";
import { toNumber } from "../kernel/decimal.ts";
import { type Random, seededRandom } from "../kernel/random.ts";
import { type BarTable, newBarTable, rowsOf } from "../market/bar-table.ts";
import type { BacktestInput, BacktestMarket } from "../simulation/backtest/types.ts";

/**
 * Source rows `0 … count − 1` of a stationary bootstrap: `next()` is the row after the last with chance
 * `1 − 1 / meanBlock`, any row else.
 */
export function stationaryRows(random: Random, count: number, meanBlock: number): () => number {
  const chance = 1 / Math.max(1, meanBlock);
  let row = -1;
  return () => {
    row = row < 0 || random.next() < chance ? Math.floor(random.next() * count) : (row + 1) % count;
    return row;
  };
}

/** √n, at least 1: grows with the data, short against it. */
export function usualBlock(count: number): number {
  return Math.max(1, Math.round(Math.sqrt(count)));
}

/**
 * The question on bootstrapped bars. Markets with as many rows as each other take the same source rows, so that what
 * moves together goes on moving together. Funding stays as it was.
 * @throws {DstaError} VALIDATION_ERROR for a recording of the order book.
 */
export function bootstrappedInput(input: BacktestInput, seed: string, meanBlock: number | null): BacktestInput {
  if (input.recording !== undefined)
    throw invalid("method", "trade-order or block-bootstrap: a recorded order book has no candles", "candle-bootstrap");
  return { ...input, markets: input.markets.map((market) => bootstrapped(market, seed, meanBlock)) };
}

function bootstrapped(market: BacktestMarket, seed: string, meanBlock: number | null): BacktestMarket {
  const { bars, instrument } = market;
  const rows = rowsOf(bars);
  if (rows < 2) return market;
  const made = newBarTable(bars, rows);
  made.openTimeMs.set(bars.openTimeMs);
  copyRow(bars, made, 0);
  const tick = tickRounding(instrument);
  const next = stationaryRows(seededRandom(seed), rows - 1, meanBlock ?? usualBlock(rows));
  let close = bars.close[0]!;
  for (let row = 1; row < rows; row++) {
    const from = next() + 1;
    const scale = close / bars.close[from - 1]!;
    made.open[row] = tick(bars.open[from]! * scale);
    made.high[row] = tick(bars.high[from]! * scale);
    made.low[row] = tick(bars.low[from]! * scale);
    made.close[row] = tick(bars.close[from]! * scale);
    made.volume[row] = bars.volume[from]!;
    close = bars.close[from]! * scale;
  }
  return { ...market, bars: made };
}

export function copyRow(from: BarTable, to: BarTable, row: number): void {
  for (const name of ["open", "high", "low", "close", "volume"] as const) to[name][row] = from[name][row]!;
}

/** To the nearest tick, at least one; keeps the order of prices. The text form drops what floats add. */
export function tickRounding({ tickSize, priceDecimals }: Instrument): (price: number) => number {
  const tick = toNumber(tickSize);
  const digits = 10 ** priceDecimals;
  return (price) => Math.round(Math.max(1, Math.round(price / tick)) * tick * digits) / digits;
}
