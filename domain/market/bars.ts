/**
 * Bars from trades, and longer bars from shorter ones. Bars start at UTC multiples of their interval.
 *
 * A bar closes when a trade or a tick of the clock is at or past its end, and is never revised: a trade for a closed bar
 * is counted in `lateTrades` and otherwise ignored. A time without trades makes no bar unless `fillEmpty` is chosen.
 * Inside a bar trades count in the order they come. Prices leave the integer grid only when the bar is made.
 */
import { invalid } from "../kernel/errors.ts";
import type { Bar, Trade } from "./events.ts";

/** Flat bars made for one hole at most (a day of minutes); a longer hole stays a hole and is counted. */
const FLAT_BARS_MAX = 1_440;
const NONE: readonly Bar[] = Object.freeze([]);

export interface BarAggregatorOptions {
  readonly venue: string;
  readonly symbol: string;
  readonly intervalMs: number;
  /** Decimals of the trades' integer prices and quantities. */
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Makes a flat bar at the last close, volume 0, for a time without trades. Default false. */
  readonly fillEmpty?: boolean;
}

export class BarAggregator {
  /** Trades that came after their bar had closed. */
  lateTrades = 0;
  /** Holes longer than 1,440 bars that `fillEmpty` left as they are. */
  unfilledHoles = 0;
  readonly #options: BarAggregatorOptions;
  readonly #priceScale: number;
  readonly #quantityScale: number;
  /** End of the newest closed bar: nothing before it changes any more. */
  #closedUntilMs = Number.NEGATIVE_INFINITY;
  #lastClose = 0;
  #openTimeMs = -1;
  #open = 0;
  #high = 0;
  #low = 0;
  #close = 0;
  #volume = 0;

  constructor(options: BarAggregatorOptions) {
    if (!Number.isInteger(options.intervalMs) || options.intervalMs <= 0) {
      throw invalid("intervalMs", "a positive whole number of milliseconds", options.intervalMs);
    }
    this.#options = options;
    this.#priceScale = 10 ** options.priceDecimals;
    this.#quantityScale = 10 ** options.quantityDecimals;
  }

  /** Takes a trade; returns the bars it closed, oldest first (none most of the time). */
  add(trade: Trade): readonly Bar[] {
    const timeMs = trade.venueTimeMs;
    if (timeMs < this.#closedUntilMs || (this.#openTimeMs >= 0 && timeMs < this.#openTimeMs)) {
      this.lateTrades += 1;
      return NONE;
    }
    const closed = this.tick(timeMs);
    const { price } = trade;
    if (this.#openTimeMs < 0) {
      this.#openTimeMs = timeMs - (timeMs % this.#options.intervalMs);
      this.#open = this.#high = this.#low = price;
      this.#volume = 0;
    } else if (price > this.#high) this.#high = price;
    else if (price < this.#low) this.#low = price;
    this.#close = price;
    this.#volume += trade.quantity;
    return closed;
  }

  /** Time passes: closes what has ended at `nowMs` by the venue's clock. */
  tick(nowMs: number): readonly Bar[] {
    const { intervalMs } = this.#options;
    let closed: Bar[] | null = null;
    if (this.#openTimeMs >= 0 && nowMs >= this.#openTimeMs + intervalMs) {
      closed = [this.#bar()];
      this.#closedUntilMs = this.#openTimeMs + intervalMs;
      this.#lastClose = this.#close;
      this.#openTimeMs = -1;
    }
    if (this.#options.fillEmpty && this.#openTimeMs < 0 && nowMs >= this.#closedUntilMs + intervalMs && this.#closedUntilMs >= 0) {
      closed = this.#fillUntil(nowMs - (nowMs % intervalMs), closed ?? []);
    }
    return closed ?? NONE;
  }

  /** The bar still open, or null between bars. */
  current(): Bar | null {
    return this.#openTimeMs < 0 ? null : this.#bar();
  }

  #fillUntil(untilMs: number, closed: Bar[]): Bar[] {
    const { intervalMs } = this.#options;
    if ((untilMs - this.#closedUntilMs) / intervalMs > FLAT_BARS_MAX) {
      this.unfilledHoles += 1;
      this.#closedUntilMs = untilMs;
      return closed;
    }
    const price = this.#lastClose / this.#priceScale;
    for (; this.#closedUntilMs < untilMs; this.#closedUntilMs += intervalMs) {
      const { venue, symbol } = this.#options;
      closed.push({
        venue,
        symbol,
        intervalMs,
        openTimeMs: this.#closedUntilMs,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: 0,
      });
    }
    return closed;
  }

  #bar(): Bar {
    const { venue, symbol, intervalMs } = this.#options;
    const scale = this.#priceScale;
    return {
      venue,
      symbol,
      intervalMs,
      openTimeMs: this.#openTimeMs,
      open: this.#open / scale,
      high: this.#high / scale,
      low: this.#low / scale,
      close: this.#close / scale,
      volume: this.#volume / this.#quantityScale,
    };
  }
}

/**
 * Longer bars from shorter ones. Holes in the input stay holes; a last bar whose end the input does not reach is left out.
 * @throws {DstaError} VALIDATION_ERROR when the interval is not a multiple of the bars' own, or bars are out of order.
 */
export function resample(bars: readonly Bar[], intervalMs: number): Bar[] {
  const result: Bar[] = [];
  let current: { -readonly [Field in keyof Bar]: Bar[Field] } | null = null;
  let previousMs = Number.NEGATIVE_INFINITY;
  for (const bar of bars) {
    if (!Number.isInteger(intervalMs / bar.intervalMs)) throw invalid("intervalMs", `a multiple of ${bar.intervalMs} ms`, intervalMs);
    if (bar.openTimeMs <= previousMs) throw invalid("bars", "bars in order of time, each once", bar.openTimeMs);
    previousMs = bar.openTimeMs;
    const openTimeMs = bar.openTimeMs - (bar.openTimeMs % intervalMs);
    if (current === null || current.openTimeMs !== openTimeMs) {
      if (current !== null) result.push(current);
      current = { ...bar, intervalMs, openTimeMs };
      continue;
    }
    current.high = Math.max(current.high, bar.high);
    current.low = Math.min(current.low, bar.low);
    current.close = bar.close;
    current.volume += bar.volume;
  }
  const last = bars.at(-1);
  if (current !== null && last !== undefined && last.openTimeMs + last.intervalMs >= current.openTimeMs + intervalMs) result.push(current);
  return result;
}
