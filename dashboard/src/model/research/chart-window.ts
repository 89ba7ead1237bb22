/**
 * Which stretch of a run the trade chart asks for. The server answers any stretch with about as many candles as there
 * is room for, so looking closer is asking again for less time; once its bars are the data's own, nothing finer exists.
 */
import type { ResearchTrade, TradeChart } from "../../../../domain/contract/views/research.ts";

export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Room left and right of a trade, as a multiple of the time it was held. */
const ROOM_RATIO = 1.5;
const ROOM_BARS = 30;
/** A move of the edges below this share of what is shown is not worth an answer. */
const MOVED_RATIO = 0.25;
const LEAST_BARS = 20;

export function windowOf(trade: ResearchTrade, barMs: number): TimeWindow {
  const end = trade.exitTime ?? trade.entryTime + barMs;
  const own = trade.bars > 0 ? (end - trade.entryTime) / trade.bars : barMs;
  const room = Math.max((end - trade.entryTime) * ROOM_RATIO, own * ROOM_BARS);
  return { fromMs: Math.max(0, Math.round(trade.entryTime - room)), toMs: Math.round(end + room) };
}

/** The server thins to at most `points` by whole multiples: fewer than half of them means that it did not have to. */
export function isFinest(chart: TradeChart, points: number): boolean {
  return chart.bars.length <= points / 2;
}

/**
 * The window for places `from` … `to` among the bars (below 0 and past the last are outside of them), cut to the run;
 * null when what is loaded serves as well.
 */
export function windowInSight(chart: TradeChart, from: number, to: number, points: number, whole: TimeWindow): TimeWindow | null {
  const [first, last] = [chart.bars[0]?.time, chart.bars.at(-1)?.time];
  if (first === undefined || last === undefined) return null;
  const count = chart.bars.length;
  const timeAt = (place: number): number => {
    if (place < 0) return first + place * chart.intervalMs;
    if (place > count - 1) return last + (place - count + 1) * chart.intervalMs;
    return chart.bars[Math.round(place)]?.time ?? last;
  };
  const wanted = { fromMs: Math.max(whole.fromMs, Math.round(timeAt(from))), toMs: Math.min(whole.toMs, Math.round(timeAt(to))) };
  const inside = wanted.fromMs >= first - chart.intervalMs && wanted.toMs <= last + chart.intervalMs;
  if (inside && isFinest(chart, points)) return null;
  if (wanted.toMs - wanted.fromMs < LEAST_BARS * (isFinest(chart, points) ? chart.intervalMs : 1)) return null;
  const moved = Math.abs(wanted.fromMs - first) + Math.abs(wanted.toMs - last);
  return moved > MOVED_RATIO * (last - first) ? wanted : null;
}

const SIGNIFICANT = 6;

/** Digits after the point for prices of this size. */
export function placesFor(price: number): number {
  if (!(price > 0)) return 2;
  return Math.min(8, Math.max(0, SIGNIFICANT - 1 - Math.floor(Math.log10(price))));
}
