/**
 * Market data for others, from the books' tops on the feed: best prices and the best levels of each market, the newest
 * state at most `maxPerSecond` times a second, again after `repeatMs` when nothing changed. Nothing is kept or repeated
 * for those who missed it.
 *
 * Bounded: one newest top and one request for levels a market, and one timer for all; a market that moves a thousand
 * times a second costs what one that moves four times does.
 */
import { marketDataSubjects, type OrderBookMessage, type PriceMessage } from "../../domain/contract/events.ts";
import { type Feed, subjects } from "../../domain/contract/subjects.ts";
import type { BookView } from "../../domain/contract/views.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { format, fromUnits } from "../../domain/kernel/decimal.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { BookTop } from "../../domain/market/events.ts";

export interface MarketPublisherPorts {
  readonly feed: Feed;
  /** The machine's. */
  readonly clock: Clock;
  /** The best levels of a book, `depth` of each side. */
  readonly depthOf: (venue: string, symbol: string, depth: number) => Promise<BookView>;
  /** Bytes for everybody who listens to a subject (namespace left out); may be lost. */
  readonly send: (subject: string, bytes: Uint8Array) => void;
  readonly onTrouble: (text: string) => void;
  readonly maxPerSecond: number;
  readonly repeatMs: number;
  readonly depth: number;
}

interface Market {
  readonly instrument: Instrument;
  readonly unsubscribe: () => void;
  top: BookTop | null;
  changed: boolean;
  sentAtMs: number;
  asking: boolean;
}

const encoder = new TextEncoder();

export class MarketPublisher {
  readonly #ports: MarketPublisherPorts;
  readonly #markets = new Map<string, Market>();
  #cancel: CancelTimer | null = null;

  constructor(ports: MarketPublisherPorts) {
    this.#ports = ports;
  }

  /** Begins with a market; a second time changes nothing. */
  add(instrument: Instrument): void {
    const subject = subjects.top(instrument.venue, instrument.symbol);
    if (this.#markets.has(subject)) return;
    const unsubscribe = this.#ports.feed.subscribe(subject, (message) => {
      market.top = message as BookTop;
      market.changed = true;
    });
    const market: Market = { instrument, unsubscribe, top: null, changed: false, sentAtMs: 0, asking: false };
    this.#markets.set(subject, market);
    this.#cancel ??= this.#tickLater();
  }

  /** This node no longer has the market's book. */
  remove(venue: string, symbol: string): void {
    const subject = subjects.top(venue, symbol);
    this.#markets.get(subject)?.unsubscribe();
    this.#markets.delete(subject);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const { unsubscribe } of this.#markets.values()) unsubscribe();
    this.#markets.clear();
  }

  #tickLater(): CancelTimer {
    return this.#ports.clock.after(1_000 / this.#ports.maxPerSecond, () => {
      this.#cancel = this.#tickLater();
      const nowMs = this.#ports.clock.now();
      for (const market of this.#markets.values()) {
        if (market.top && (market.changed || nowMs - market.sentAtMs >= this.#ports.repeatMs)) this.#send(market, market.top, nowMs);
      }
    });
  }

  #send(market: Market, top: BookTop, nowMs: number): void {
    market.changed = false;
    market.sentAtMs = nowMs;
    const { venue, symbol } = market.instrument;
    this.#ports.send(marketDataSubjects.prices(venue, symbol), bytesOf(priceOf(top, market.instrument)));
    if (market.asking) return;
    market.asking = true;
    void this.#sendBook(market, venue, symbol);
  }

  async #sendBook(market: Market, venue: string, symbol: string): Promise<void> {
    try {
      const { quality, updateId, bids, asks, venueTimeMs, receivedAtMs } = await this.#ports.depthOf(venue, symbol, this.#ports.depth);
      const book: OrderBookMessage = { schema: 1, venue, symbol, quality, updateId, bids, asks, venueTimeMs, receivedAtMs };
      this.#ports.send(marketDataSubjects.orderbooks(venue, symbol), bytesOf(book));
    } catch (error) {
      this.#ports.onTrouble(`market data of ${venue}:${symbol}: ${messageOf(error)}`);
    } finally {
      market.asking = false;
    }
  }
}

function priceOf(top: BookTop, { priceDecimals, quantityDecimals }: Instrument): PriceMessage {
  const { venue, symbol, quality, updateId, venueTimeMs, receivedAtMs } = top;
  const side = (price: number, quantity: number) =>
    quantity === 0 ? [null, null] : [format(fromUnits(price, priceDecimals)), format(fromUnits(quantity, quantityDecimals))];
  const [bid = null, bidQuantity = null] = side(top.bidPrice, top.bidQuantity);
  const [ask = null, askQuantity = null] = side(top.askPrice, top.askQuantity);
  return { schema: 1, venue, symbol, quality, updateId, bid, bidQuantity, ask, askQuantity, venueTimeMs, receivedAtMs };
}

function bytesOf(message: PriceMessage | OrderBookMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}
