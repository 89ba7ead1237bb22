/**
 * The market as an author reads it: floats made on demand from the integer events, no copy per event. A view always
 * shows the newest event; take the numbers out, do not keep the view. NaN where a side has no level, so that every
 * comparison with it is false and an order priced by it is refused.
 */
import { invariant } from "../kernel/errors.ts";
import type { BookQuality, BookTop, Side, Trade } from "../market/events.ts";

export class TopView {
  readonly #priceScale: number;
  readonly #quantityScale: number;
  #top: BookTop | null = null;

  constructor(priceDecimals: number, quantityDecimals: number) {
    this.#priceScale = 10 ** priceDecimals;
    this.#quantityScale = 10 ** quantityDecimals;
  }

  show(top: BookTop): void {
    this.#top = top;
  }

  /** The event itself, in integer units. */
  get event(): BookTop {
    invariant(this.#top !== null, "a top of book is read before the first one came");
    return this.#top;
  }

  get bid(): number {
    const { bidPrice } = this.event;
    return bidPrice > 0 ? bidPrice / this.#priceScale : Number.NaN;
  }

  get ask(): number {
    const { askPrice } = this.event;
    return askPrice > 0 ? askPrice / this.#priceScale : Number.NaN;
  }

  get bidQuantity(): number {
    return this.event.bidQuantity / this.#quantityScale;
  }

  get askQuantity(): number {
    return this.event.askQuantity / this.#quantityScale;
  }

  get mid(): number {
    const { bidPrice, askPrice } = this.event;
    return bidPrice > 0 && askPrice > 0 ? (bidPrice + askPrice) / 2 / this.#priceScale : Number.NaN;
  }

  /** Ask minus bid, in price. */
  get spread(): number {
    return this.ask - this.bid;
  }

  get quality(): BookQuality {
    return this.event.quality;
  }

  /** May it be acted on? */
  get isLive(): boolean {
    return this.event.quality === "LIVE";
  }
}

export class TradeView {
  readonly #priceScale: number;
  readonly #quantityScale: number;
  #trade: Trade | null = null;

  constructor(priceDecimals: number, quantityDecimals: number) {
    this.#priceScale = 10 ** priceDecimals;
    this.#quantityScale = 10 ** quantityDecimals;
  }

  show(trade: Trade): void {
    this.#trade = trade;
  }

  /** The event itself, in integer units. */
  get event(): Trade {
    invariant(this.#trade !== null, "a trade is read before the first one came");
    return this.#trade;
  }

  get price(): number {
    return this.event.price / this.#priceScale;
  }

  get quantity(): number {
    return this.event.quantity / this.#quantityScale;
  }

  /** Side of the taker. */
  get side(): Side {
    return this.event.side;
  }
}
