/**
 * Trades on candles, small enough to send: candles joined to the number asked for, and entries and exits grouped by the
 * candle they fall in. Owns grouping; a marker stands at the candle's time and says how many it stands for.
 */
import { mergeCandles } from "../../domain/analytics/thinning.ts";
import type { ResearchTrade, TradeChart } from "../../domain/contract/views/research.ts";
import { barAt, type BarTable, rowAt, rowsOf } from "../../domain/market/bar-table.ts";

type Marker = TradeChart["markers"][number];

export interface ChartWindow {
  /** Default: all of the table. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Candles at most. */
  readonly points: number;
}

/** @param trades those of other symbols are left out. */
export function tradeChart(table: BarTable, trades: readonly ResearchTrade[], window: ChartWindow): TradeChart {
  const shown = mergeCandles(table, window.fromMs ?? 0, window.toMs ?? Number.MAX_SAFE_INTEGER, window.points);
  const rows = rowsOf(shown);
  const bars = Array.from({ length: rows }, (_, row) => {
    const { openTimeMs, open, high, low, close, volume } = barAt(shown, row);
    return { time: openTimeMs, open, high, low, close, volume };
  });
  const markers = new Map<string, Marker>();
  for (const trade of trades) {
    if (trade.symbol !== table.symbol) continue;
    const entersBy = trade.side === "long" ? "buy" : "sell";
    addMarker(markers, shown, { time: trade.entryTime, price: trade.entryPrice, side: entersBy, count: 1, pnl: null, text: trade.why });
    if (trade.exitTime === null || trade.exitPrice === null) continue;
    const leavesBy = trade.side === "long" ? "sell" : "buy";
    const { exitTime: time, exitPrice: price, pnl } = trade;
    addMarker(markers, shown, { time, price, side: leavesBy, count: 1, pnl, text: trade.exitWhy ?? "" });
  }
  return { symbol: table.symbol, intervalMs: shown.intervalMs, bars, markers: [...markers.values()].toSorted((a, b) => a.time - b.time) };
}

function addMarker(markers: Map<string, Marker>, shown: BarTable, marker: Marker): void {
  const row = rowAt(shown, marker.time + 0.5) - 1;
  const rows = rowsOf(shown);
  // The last candle ends an interval after it opens: what lies behind it is outside of the window.
  if (row < 0 || (row === rows - 1 && marker.time > shown.openTimeMs[row]! + shown.intervalMs)) return;
  const time = shown.openTimeMs[row]!;
  const key = `${time} ${marker.side}`;
  const group = markers.get(key);
  if (group === undefined) {
    markers.set(key, { ...marker, time });
    return;
  }
  const count = group.count + 1;
  const pnl = marker.pnl === null ? group.pnl : (group.pnl ?? 0) + marker.pnl;
  const price = group.price + (marker.price - group.price) / count;
  markers.set(key, { ...group, count, price, pnl, text: `${count} fills; ${group.text.replace(/^\d+ fills; /, "")}` });
}
