/** The newest time and prices an instance knows: what its orders are timed, sized and valued by. */
import type { Side } from "../market/events.ts";
import type { TopView } from "./market-view.ts";

export class MarketState {
  /** Time of the newest event; never goes back. */
  nowMs = 0;
  connected = true;
  /** Null before the first top of book. */
  top: TopView | null = null;
  /** The last trade or close. */
  lastPrice = Number.NaN;
  /** Is the top of book newer than `lastPrice`? */
  topIsNewest = false;

  /** Mid, last trade or last close, whichever is newest; NaN before the first. */
  price(): number {
    if (!this.topIsNewest || this.top === null) return this.lastPrice;
    const { mid } = this.top;
    return Number.isNaN(mid) ? this.lastPrice : mid;
  }

  /** What a market order of this side would pay or get for its first unit. */
  takerPrice(side: Side): number {
    if (!this.topIsNewest || this.top === null || !this.top.isLive) return this.price();
    const best = side === "buy" ? this.top.ask : this.top.bid;
    return Number.isNaN(best) ? this.price() : best;
  }

  advance(timeMs: number): void {
    if (timeMs > this.nowMs) this.nowMs = timeMs;
  }
}
