/**
 * A level-2 order book in integer units of one instrument: absolute quantities per price, 0 deletes.
 *
 * Owns content only. It knows no update ids and no quality: whether the content may be acted on is the
 * `BookSequencer`'s word. Prices and quantities must be safe integers above 0 (quantity may be 0 to delete); codecs
 * guarantee that, so it is not checked again on this hot path.
 * Bound: `levelsMax` per side; beyond it the farthest level is forgotten and counted in `forgottenLevels`.
 */
import type { DepthSnapshot, DepthUpdate } from "./depth.ts";
import { BookSide } from "./book-side.ts";

export type BookSideName = "bid" | "ask";

/** [price, quantity] in integer units. */
export type BookLevel = readonly [price: number, quantity: number];

export interface OrderBookOptions {
  /** Levels kept per side, at least 1. Default 20,000: four times the largest snapshot Binance gives. */
  readonly levelsMax?: number;
  /** Price units from one valid price to the next, at least 1 (the default). Only speed depends on it. */
  readonly tickUnits?: number;
}

export class OrderBook {
  readonly #bids: BookSide;
  readonly #asks: BookSide;

  constructor(options: OrderBookOptions = {}) {
    const levelsMax = options.levelsMax ?? 20_000;
    this.#bids = new BookSide(1, levelsMax, options.tickUnits);
    this.#asks = new BookSide(-1, levelsMax, options.tickUnits);
  }

  get bestBidPrice(): number {
    return this.#bids.bestPrice;
  }

  get bestBidQuantity(): number {
    return this.#bids.bestQuantity;
  }

  get bestAskPrice(): number {
    return this.#asks.bestPrice;
  }

  get bestAskQuantity(): number {
    return this.#asks.bestQuantity;
  }

  get bidCount(): number {
    return this.#bids.count;
  }

  get askCount(): number {
    return this.#asks.count;
  }

  get forgottenLevels(): number {
    return this.#bids.forgotten + this.#asks.forgotten;
  }

  /** Sets every level the update names. Continuity is not checked here. */
  apply(update: DepthUpdate): void {
    this.#bids.apply(update.bids, update.bidCount);
    this.#asks.apply(update.asks, update.askCount);
  }

  /** Replaces the whole content. */
  load(snapshot: DepthSnapshot): void {
    this.#bids.load(snapshot.bids);
    this.#asks.load(snapshot.asks);
  }

  setBid(price: number, quantity: number): void {
    this.#bids.set(price, quantity);
  }

  setAsk(price: number, quantity: number): void {
    this.#asks.set(price, quantity);
  }

  clear(): void {
    this.#bids.clear();
    this.#asks.clear();
  }

  /** True when both sides have levels and the best bid reaches the best ask: no venue shows that, so the book is broken. */
  isCrossed(): boolean {
    const ask = this.#asks.bestPrice;
    return ask > 0 && this.#bids.bestPrice >= ask;
  }

  /** Price at `rank` (0 is the best), 0 where there is none. No allocation. */
  priceAt(side: BookSideName, rank: number): number {
    return (side === "bid" ? this.#bids : this.#asks).priceAt(rank);
  }

  quantityAt(side: BookSideName, rank: number): number {
    return (side === "bid" ? this.#bids : this.#asks).quantityAt(rank);
  }

  /** Quantity resting at exactly this price, 0 when none. */
  quantityOf(side: BookSideName, price: number): number {
    return (side === "bid" ? this.#bids : this.#asks).quantityOf(price);
  }

  /** Up to `depth` levels, best first. Allocates: for queries and screens, not for the hot path. */
  levels(side: BookSideName, depth: number = Number.POSITIVE_INFINITY): BookLevel[] {
    const source = side === "bid" ? this.#bids : this.#asks;
    const count = Math.min(Math.max(0, depth), source.count);
    const levels: BookLevel[] = [];
    for (let rank = 0; rank < count; rank++) levels.push([source.priceAt(rank), source.quantityAt(rank)]);
    return levels;
  }
}
