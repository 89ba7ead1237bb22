/**
 * SAMPLE DATA for developing the page: a deterministic walking market with book, bars and trades. Never used by the
 * product.
 */
import type { MarketDelta, MarketState } from "../../domain/contract/stream.ts";
import type { BarRow, BookView } from "../../domain/contract/views.ts";
import { START_MS, type SampleMarket } from "./sample-rows.ts";

/** mulberry32, so that the same pictures come every time. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const STEPS: Readonly<Record<string, number>> = {
  "1s": 1e3,
  "5s": 5e3,
  "15s": 15e3,
  "1m": 6e4,
  "5m": 3e5,
  "15m": 9e5,
  "1h": 36e5,
  "4h": 144e5,
  "1d": 864e5,
};
const digits = (step: number): number => Math.max(0, Math.round(-Math.log10(step)));

export class WalkingMarket {
  readonly market: SampleMarket;
  readonly interval: string;
  quality: BookView["quality"] = "LIVE";
  #random: () => number;
  #price: number;
  #bars: BarRow[] = [];
  #updateId = 88_120;
  #stepMs: number;

  constructor(market: SampleMarket, interval: string) {
    this.market = market;
    this.interval = interval;
    this.#random = sequence(market.symbol.length * 7919 + interval.length * 31 + Math.round(market.price));
    this.#stepMs = STEPS[interval] ?? 6e4;
    this.#price = market.price * 0.997;
    const first = Math.floor(START_MS / this.#stepMs) * this.#stepMs - 199 * this.#stepMs;
    for (let at = 0; at < 200; at += 1) this.#bars.push(this.#bar(first + at * this.#stepMs, at));
    const scale = market.price / this.#price;
    this.#bars = this.#bars.map((bar) => ({
      ...bar,
      open: bar.open * scale,
      high: bar.high * scale,
      low: bar.low * scale,
      close: bar.close * scale,
    }));
    this.#price = market.price;
  }

  #bar(openTimeMs: number, at: number): BarRow {
    const drift = Math.sin(at / 17) * 0.00025;
    const open = this.#price;
    const moves = Array.from({ length: 6 }, () => open * (1 + (this.#random() - 0.5) * 0.0011));
    const close = open * (1 + drift + (this.#random() - 0.5) * 0.0009);
    this.#price = close;
    return {
      openTimeMs,
      open,
      close,
      high: Math.max(open, close, ...moves),
      low: Math.min(open, close, ...moves),
      volume: 2 + this.#random() * 20,
    };
  }

  state(nowMs: number): MarketState {
    return {
      venue: this.market.venue,
      symbol: this.market.symbol,
      interval: this.interval,
      pricePrecision: digits(this.market.tick),
      quantityPrecision: digits(this.market.lot),
      book: this.book(nowMs),
      bars: this.#bars.slice(),
      trades: [],
    };
  }

  move(nowMs: number): MarketDelta {
    if (this.quality !== "LIVE") return { book: this.book(nowMs) };
    this.#price *= 1 + (this.#random() - 0.5) * 0.00006;
    const open = Math.floor(nowMs / this.#stepMs) * this.#stepMs;
    const last = this.#bars.at(-1)!;
    if (open > last.openTimeMs)
      this.#bars.push({ openTimeMs: open, open: this.#price, high: this.#price, low: this.#price, close: this.#price, volume: 0.1 });
    else
      this.#bars[this.#bars.length - 1] = {
        ...last,
        close: this.#price,
        high: Math.max(last.high, this.#price),
        low: Math.min(last.low, this.#price),
        volume: last.volume + 0.02,
      };
    this.#updateId += 1;
    return { book: this.book(nowMs), bars: [this.#bars.at(-1)!] };
  }

  book(nowMs: number): BookView {
    const { tick, lot } = this.market;
    const random = sequence(this.#updateId);
    const best = Math.round(this.#price / tick) * tick;
    const unit = Math.max(lot, 40_000 / this.market.price / 10);
    const levels = (way: 1 | -1): [string, string][] =>
      Array.from({ length: 25 }, (_, at) => {
        // The third level is a round price, so that the sample's own orders rest in the ladder.
        const price =
          at === 2 && way * (this.market.price - best) > -10 * tick
            ? this.market.price + way * 17 * tick
            : best + way * tick * (1 + at * 9 + Math.floor(sequence(at + 7)() * 5));
        return [price.toFixed(digits(tick)), (unit * (0.1 + random() * 2.4)).toFixed(digits(lot))] as [string, string];
      }).sort((a, b) => way * (Number(a[0]) - Number(b[0])));
    const old = this.quality === "LIVE" ? 12 : 37_000;
    return {
      venue: this.market.venue,
      symbol: this.market.symbol,
      quality: this.quality,
      updateId: this.#updateId,
      venueTimeMs: nowMs - old,
      receivedAtMs: nowMs - old,
      ageMs: old,
      bidLevels: 400,
      askLevels: 400,
      bids: levels(-1),
      asks: levels(1),
    };
  }
}
