/**
 * Bars of one interval from the trades of a recording, closed as the floor closes them: by the first trade at or past
 * their end, or by the clock a little after it, whichever comes first. An interval without trades repeats the last close.
 */
import type { Instrument } from "../../instrument/instrument.ts";
import { BarAggregator } from "../../market/bars.ts";
import type { Bar, Trade } from "../../market/events.ts";

/** After the boundary, so that the last trades of the interval have arrived. */
export const CLOSE_DELAY_MS = 20;

export class BarClock {
  readonly intervalMs: number;
  /** When time alone closes the bar. */
  nextMs: number;
  readonly #bars: BarAggregator;

  constructor({ venue, symbol, priceDecimals, quantityDecimals }: Instrument, intervalMs: number, startMs: number) {
    this.intervalMs = intervalMs;
    this.#bars = new BarAggregator({ venue, symbol, intervalMs, priceDecimals, quantityDecimals, fillEmpty: true });
    this.nextMs = this.#after(startMs);
  }

  /** Completed bars, oldest first. */
  tick(nowMs: number): readonly Bar[] {
    this.nextMs = this.#after(nowMs);
    return this.#bars.tick(nowMs);
  }

  add(trade: Trade): readonly Bar[] {
    return this.#bars.add(trade);
  }

  #after(nowMs: number): number {
    return nowMs - (nowMs % this.intervalMs) + this.intervalMs + CLOSE_DELAY_MS;
  }
}
