/**
 * The same past with another future, and no future at all. For the look-ahead checks: what was decided before the cut
 * may not change. A cut is a time; bars that close at or before it are past. Never writes to the bars it is given.
 */
import { type BarTable, newBarTable, rowAt, rowsOf, sliceBarTable } from "../market/bar-table.ts";
import type { BacktestInput, BacktestMarket, FundingTable } from "../simulation/backtest/types.ts";
import { copyRow, tickRounding } from "./candle-bootstrap.ts";

const OTHER_VOLUME = 1.7;

/** Only what is over at `cutMs`. Markets that have no bar by then stay, empty. */
export function truncated(input: BacktestInput, cutMs: number): BacktestInput {
  return {
    ...input,
    closeAtEnd: false,
    markets: input.markets.map((market) => ({
      ...market,
      bars: sliceBarTable(market.bars, 0, pastRows(market.bars, cutMs)),
      funding: market.funding === null ? null : pastFunding(market.funding, cutMs),
    })),
  };
}

/** After the cut prices are turned upside down around the last close (what rose by 1 % falls by as much); volumes differ too. */
export function mirroredAfter(input: BacktestInput, cutMs: number): BacktestInput {
  return { ...input, closeAtEnd: false, markets: input.markets.map((market) => mirrored(market, pastRows(market.bars, cutMs))) };
}

function mirrored(market: BacktestMarket, past: number): BacktestMarket {
  const { bars, instrument } = market;
  const rows = rowsOf(bars);
  if (past >= rows) return market;
  const made = newBarTable(bars, rows);
  made.openTimeMs.set(bars.openTimeMs);
  for (let row = 0; row < past; row++) copyRow(bars, made, row);
  const around = bars.close[Math.max(0, past - 1)]! ** 2;
  const tick = tickRounding(instrument);
  for (let row = past; row < rows; row++) {
    made.open[row] = tick(around / bars.open[row]!);
    made.high[row] = tick(around / bars.low[row]!);
    made.low[row] = tick(around / bars.high[row]!);
    made.close[row] = tick(around / bars.close[row]!);
    made.volume[row] = bars.volume[row]! * OTHER_VOLUME;
  }
  return { ...market, bars: made };
}

/** Rows whose bars are over at `cutMs`. */
function pastRows(bars: BarTable, cutMs: number): number {
  return rowAt(bars, cutMs - bars.intervalMs + 1);
}

function pastFunding({ timeMs, rate }: FundingTable, cutMs: number): FundingTable {
  let rows = 0;
  while (rows < timeMs.length && timeMs[rows]! <= cutMs) rows++;
  return { timeMs: timeMs.subarray(0, rows), rate: rate.subarray(0, rows) };
}
