/**
 * The bars of one symbol and interval as series, and the newest bar as a value. Takes each bar once, in order: a bar
 * that is not after the last one is refused by `push`, so nothing is ever counted twice or revised under a strategy.
 */
import { invalid } from "../kernel/errors.ts";
import type { Bar } from "../market/events.ts";
import { RecordedSeries, type Series, Timeline, checkBarsAgo } from "./series.ts";

export interface BarSeries {
  readonly intervalMs: number;
  readonly openTimeMs: Series;
  readonly open: Series;
  readonly high: Series;
  readonly low: Series;
  readonly close: Series;
  readonly volume: Series;
  /** Bars seen since the start, warm-up included. */
  readonly count: number;
  /** The bar `barsAgo` before the newest, or null where the past does not reach. @throws as `Series.at`. */
  at(barsAgo: number): Bar | null;
}

export class RecordedBars implements BarSeries {
  readonly timeline = new Timeline();
  readonly intervalMs: number;
  readonly openTimeMs: RecordedSeries;
  readonly open: RecordedSeries;
  readonly high: RecordedSeries;
  readonly low: RecordedSeries;
  readonly close: RecordedSeries;
  readonly volume: RecordedSeries;
  last: Bar | null = null;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
    this.openTimeMs = new RecordedSeries("openTimeMs", this.timeline, 1);
    this.open = new RecordedSeries("open", this.timeline, 1);
    this.high = new RecordedSeries("high", this.timeline, 1);
    this.low = new RecordedSeries("low", this.timeline, 1);
    this.close = new RecordedSeries("close", this.timeline, 1);
    this.volume = new RecordedSeries("volume", this.timeline, 1);
  }

  /** The writable side of bars. @throws {DstaError} VALIDATION_ERROR for anything not made here. */
  static of(bars: BarSeries, field: string): RecordedBars {
    if (!(bars instanceof RecordedBars)) throw invalid(field, "bars of the strategy's data", bars);
    return bars;
  }

  get count(): number {
    return this.timeline.count;
  }

  /**
   * Takes the next bar and updates every indicator. False when it is not after the last bar: nothing changes then.
   * @throws {DstaError} VALIDATION_ERROR for a bar whose prices are not finite, positive and in order.
   */
  push(bar: Bar): boolean {
    if (this.last !== null && bar.openTimeMs <= this.last.openTimeMs) return false;
    checkBar(bar);
    this.last = bar;
    const { slot } = this.timeline;
    this.openTimeMs.record(bar.openTimeMs, slot);
    this.open.record(bar.open, slot);
    this.high.record(bar.high, slot);
    this.low.record(bar.low, slot);
    this.close.record(bar.close, slot);
    this.volume.record(bar.volume, slot);
    this.timeline.advance();
    return true;
  }

  at(barsAgo: number): Bar | null {
    const index = checkBarsAgo(barsAgo);
    if (index === 0 || this.last === null) return this.last;
    if (index >= this.count) return null;
    return {
      venue: this.last.venue,
      symbol: this.last.symbol,
      intervalMs: this.intervalMs,
      openTimeMs: this.openTimeMs.at(index),
      open: this.open.at(index),
      high: this.high.at(index),
      low: this.low.at(index),
      close: this.close.at(index),
      volume: this.volume.at(index),
    };
  }
}

function checkBar(bar: Bar): void {
  const { low, high, open, close, volume } = bar;
  if (low > 0 && high < Number.POSITIVE_INFINITY && low <= open && open <= high && low <= close && close <= high && volume >= 0) return;
  throw invalid("bar", "0 < low ≤ open, close ≤ high and volume ≥ 0, all finite", JSON.stringify({ open, high, low, close, volume }));
}
