/**
 * One market as clients see it: book, bars and trades, with what changed since it was last taken. Builds the open bar
 * from trades; a completed bar from the feed replaces it. Pure, mutates its state in place. Bounded: 500 bars, 50
 * trades, and 1,000 trades waiting (the oldest are dropped: a client shows the newest 50).
 */
import type { MarketDelta, MarketState, TradePrint } from "../../../domain/contract/stream.ts";
import type { BarRow, BookView } from "../../../domain/contract/views.ts";
import { format, fromUnits, toNumber } from "../../../domain/kernel/decimal.ts";
import { INTERVALS, type Bar, type Interval, type Trade } from "../../../domain/market/events.ts";

const MAX_BARS = 500;
const MAX_TRADES = 50;
const MAX_WAITING = 1_000;

/** Decimals of the integer prices and quantities on the feed. */
export interface MarketUnits {
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

export class MarketModel {
  readonly state: MarketState;
  readonly #units: MarketUnits;
  readonly #intervalMs: number;
  readonly #bars = new Map<number, BarRow>();
  #trades: TradePrint[] = [];
  #bookChanged = false;

  constructor(state: MarketState, interval: Interval, units: MarketUnits) {
    this.state = state;
    this.#units = units;
    this.#intervalMs = INTERVALS[interval];
  }

  trade(trade: Trade): void {
    const price = fromUnits(trade.price, this.#units.priceDecimals);
    const quantity = fromUnits(trade.quantity, this.#units.quantityDecimals);
    const print = { price: format(price), quantity: format(quantity), side: trade.side, atMs: trade.venueTimeMs };
    this.state.trades.unshift(print);
    this.state.trades.length = Math.min(this.state.trades.length, MAX_TRADES);
    this.#trades.push(print);
    if (this.#trades.length > MAX_WAITING) this.#trades.shift();
    this.#intoBar(trade.venueTimeMs, toNumber(price), toNumber(quantity));
  }

  /** A completed bar: it is right where trades were missed. */
  bar({ openTimeMs, open, high, low, close, volume }: Bar): void {
    this.#put({ openTimeMs, open, high, low, close, volume });
  }

  book(book: BookView): void {
    const { updateId, quality } = this.state.book;
    this.#bookChanged ||= book.updateId !== updateId || book.quality !== quality;
    this.state.book = book;
  }

  /** What changed since it was last taken; null when nothing did. */
  take(): MarketDelta | null {
    if (!this.#bookChanged && this.#bars.size === 0 && this.#trades.length === 0) return null;
    const delta: MarketDelta = {
      ...(this.#bookChanged ? { book: this.state.book } : {}),
      ...(this.#bars.size > 0 ? { bars: [...this.#bars.values()].sort((a, b) => a.openTimeMs - b.openTimeMs) } : {}),
      ...(this.#trades.length > 0 ? { trades: this.#trades } : {}),
    };
    this.#bookChanged = false;
    this.#bars.clear();
    this.#trades = [];
    return delta;
  }

  /** A trade of a bar that is no longer the last one is left to the completed bar. */
  #intoBar(atMs: number, price: number, quantity: number): void {
    const openTimeMs = atMs - (atMs % this.#intervalMs);
    const last = this.state.bars.at(-1);
    if (last && openTimeMs < last.openTimeMs) return;
    const fresh = { openTimeMs, open: price, high: price, low: price, close: price, volume: 0 };
    const bar = last?.openTimeMs === openTimeMs ? last : fresh;
    this.#put({
      ...bar,
      high: Math.max(bar.high, price),
      low: Math.min(bar.low, price),
      close: price,
      volume: bar.volume + quantity,
    });
  }

  #put(bar: BarRow): void {
    const { bars } = this.state;
    const at = bars.findLastIndex((other) => other.openTimeMs <= bar.openTimeMs);
    if (bars[at]?.openTimeMs === bar.openTimeMs) bars[at] = bar;
    else bars.splice(at + 1, 0, bar);
    if (bars.length > MAX_BARS) bars.shift();
    this.#bars.set(bar.openTimeMs, bar);
  }
}
