/**
 * Bars of a recording, for charts and the equity curve: from its trades, or from the middle of its book when nobody traded.
 * By the venue's clock, empty times filled with the last close; the last, open bar is left out.
 */
import { emptyDepthUpdate } from "../../book/depth.ts";
import { OrderBook } from "../../book/order-book.ts";
import { BookSequencer, type SequenceRules } from "../../book/sequencer.ts";
import type { Instrument } from "../../instrument/instrument.ts";
import { type BarTable, barTableOf } from "../../market/bar-table.ts";
import { BarAggregator } from "../../market/bars.ts";
import type { Bar, Trade } from "../../market/events.ts";
import { L2_KINDS, type L2Table, readDepth, readSnapshot, readTrade, rowsOfL2 } from "./l2-table.ts";

export function barsOfRecording(table: L2Table, rules: SequenceRules, instrument: Instrument, intervalMs: number): BarTable {
  const { venue, symbol } = table;
  const { priceDecimals, quantityDecimals } = instrument;
  const aggregator = new BarAggregator({ venue, symbol, intervalMs, priceDecimals, quantityDecimals, fillEmpty: true });
  const hasTrades = table.kind.includes(L2_KINDS.trade);
  const bars: Bar[] = [];
  for (const trade of hasTrades ? tradesOf(table) : midsOf(table, rules)) for (const bar of aggregator.add(trade)) bars.push(bar);
  return barTableOf({ venue, symbol, intervalMs }, bars);
}

function* tradesOf(table: L2Table): Generator<Trade> {
  for (let row = 0; row < rowsOfL2(table); row++) if (table.kind[row] === L2_KINDS.trade) yield readTrade(table, row);
}

/** The middle of the whole book after each change, as trades of nothing. */
function* midsOf(table: L2Table, rules: SequenceRules): Generator<Trade> {
  const book = new OrderBook();
  const sequencer = new BookSequencer(book, rules);
  const update = emptyDepthUpdate();
  for (let row = 0; row < rowsOfL2(table); row++) {
    const kind = table.kind[row];
    if (kind === L2_KINDS.snapshot && sequencer.quality !== "LIVE") sequencer.onSnapshot(readSnapshot(table, row));
    else if (kind !== L2_KINDS.depth || sequencer.onDelta(readDepth(table, row, update)) !== "applied") continue;
    const { bestBidPrice, bestAskPrice } = book;
    if (bestBidPrice === 0 || bestAskPrice === 0) continue;
    const price = Math.round((bestBidPrice + bestAskPrice) / 2);
    const atMs = table.receivedAtMs[row]!;
    const { venue, symbol } = table;
    yield { venue, symbol, tradeId: "", price, quantity: 0, side: "buy", venueTimeMs: atMs, receivedAtMs: atMs };
  }
}
