/**
 * Matching of our orders against a recorded book that does not react to us.
 *
 * Taking walks the displayed levels; what we took from a level is remembered and not taken twice until the level
 * changes. A resting order joins its price behind the displayed quantity: trades at its price first consume that
 * queue, then fill us; a trade beyond its price fills it; an opposite best that reaches its price fills it up to what
 * is displayed there. Self-trades are prevented by expiring the newest order at the price of our own resting one.
 * Bias: no market impact (the recorded market goes on as if we had not traded): optimistic for large orders. Cancels
 * ahead of us in the queue are ignored: pessimistic for resting orders.
 * Bounds: 1,000 resting orders (BOOK_FULL beyond); remembered levels are forgotten with the level or on `reset`.
 */
import type { DepthUpdate } from "../book/depth.ts";
import type { OrderBook } from "../book/order-book.ts";
import type { Side } from "../market/events.ts";
import type { OrderType, TimeInForce } from "../order/types.ts";

export interface ReplayOrder {
  readonly id: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Price units; ignored for a market order. */
  readonly price: number;
  readonly quantity: number;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

/** Something we traded, in units. */
export interface ReplayFill {
  readonly id: string;
  readonly price: number;
  readonly quantity: number;
  readonly liquidity: "maker" | "taker";
}

export interface ReplayResult {
  readonly outcome: "resting" | "filled" | "expired" | "rejected";
  readonly reason: "NO_LIQUIDITY" | "SELF_TRADE" | "POST_ONLY" | "BOOK_FULL" | null;
  readonly fills: readonly ReplayFill[];
}

interface Waiting {
  readonly id: string;
  readonly side: Side;
  readonly price: number;
  remaining: number;
  /** Displayed quantity that trades before us; -1 until a book exists to tell. */
  ahead: number;
}

export const MAX_RESTING = 1_000;

export class ReplayMatcher {
  readonly #book: OrderBook;
  readonly #resting = new Map<string, Waiting>();
  readonly #taken = { bid: new Map<number, number>(), ask: new Map<number, number>() };

  constructor(book: OrderBook) {
    this.#book = book;
  }

  get restingCount(): number {
    return this.#resting.size;
  }

  submit(order: ReplayOrder): ReplayResult {
    const limit = order.type === "limit" ? order.price : null;
    if (order.postOnly && limit !== null && this.#reaches(order.side, limit))
      return { outcome: "rejected", reason: "POST_ONLY", fills: [] };
    const rests = order.type === "limit" && order.timeInForce === "GTC";
    if (rests && this.#resting.size >= MAX_RESTING) return { outcome: "rejected", reason: "BOOK_FULL", fills: [] };
    const own = this.#ownOpposite(order.side, limit);
    const bound = own === null ? limit : own;
    const fills = this.#walk(order.id, order.side, order.quantity, bound, "taker");
    const remaining = order.quantity - fills.reduce((sum, fill) => sum + fill.quantity, 0);
    if (remaining === 0) return { outcome: "filled", reason: null, fills };
    if (own !== null) return { outcome: "expired", reason: "SELF_TRADE", fills };
    if (!rests) return { outcome: "expired", reason: "NO_LIQUIDITY", fills };
    this.rest(order.id, order.side, order.price, remaining, true);
    return { outcome: "resting", reason: null, fills };
  }

  /** Puts an order in the queue without looking at the opposite side; without a book its place is fixed by the next one. */
  rest(id: string, side: Side, price: number, remaining: number, hasBook: boolean): void {
    this.#resting.set(id, { id, side, price, remaining, ahead: hasBook ? this.#displayed(side, price) : -1 });
  }

  cancel(id: string): boolean {
    return this.#resting.delete(id);
  }

  /** A public trade happened. `takerSide` sell means it hit bids. */
  onTrade(price: number, quantity: number, takerSide: Side): ReplayFill[] {
    if (this.#resting.size === 0) return [];
    const fills: ReplayFill[] = [];
    const makerSide: Side = takerSide === "buy" ? "sell" : "buy";
    let left = quantity;
    for (const order of this.#resting.values()) {
      if (order.side !== makerSide) continue;
      if (makerSide === "buy" ? price < order.price : price > order.price) {
        this.#fillMaker(order, order.remaining, fills);
      } else if (price === order.price && left > 0 && order.ahead >= 0) {
        const ahead = Math.min(order.ahead, quantity);
        order.ahead -= ahead;
        const mine = Math.min(order.remaining, Math.max(0, Math.min(left, quantity - ahead)));
        left -= mine;
        if (mine > 0) this.#fillMaker(order, mine, fills);
      }
    }
    return fills;
  }

  /** The book has taken `update` (or was loaded anew, without one): forget changed levels, fill what is crossed. */
  onBook(update: DepthUpdate | null): ReplayFill[] {
    if (update === null) this.#reset();
    else this.#forgetChanged(update);
    if (this.#resting.size === 0) return [];
    const fills: ReplayFill[] = [];
    for (const order of this.#resting.values()) {
      if (order.ahead < 0) order.ahead = this.#displayed(order.side, order.price);
      if (!this.#reaches(order.side, order.price)) continue;
      for (const part of this.#walk(order.id, order.side, order.remaining, order.price, "maker")) {
        this.#fillMaker(order, part.quantity, fills);
      }
    }
    return fills;
  }

  /** Takes displayed quantity up to `bound` (null: no bound); a maker is filled at its own price by the caller. */
  #walk(id: string, side: Side, quantity: number, bound: number | null, liquidity: "maker" | "taker"): ReplayFill[] {
    const fills: ReplayFill[] = [];
    const name = side === "buy" ? "ask" : "bid";
    const taken = this.#taken[name];
    let remaining = quantity;
    for (let rank = 0; remaining > 0; rank++) {
      const price = this.#book.priceAt(name, rank);
      if (price === 0 || (bound !== null && isWorse(side, price, bound))) break;
      const before = taken.get(price) ?? 0;
      const part = Math.min(remaining, Math.max(0, this.#book.quantityAt(name, rank) - before));
      if (part === 0) continue;
      taken.set(price, before + part);
      remaining -= part;
      fills.push({ id, price, quantity: part, liquidity });
    }
    return fills;
  }

  #fillMaker(order: Waiting, quantity: number, fills: ReplayFill[]): void {
    order.remaining -= quantity;
    if (order.remaining === 0) this.#resting.delete(order.id);
    fills.push({ id: order.id, price: order.price, quantity, liquidity: "maker" });
  }

  /** Price of our own best opposite order within `limit`, or null. */
  #ownOpposite(side: Side, limit: number | null): number | null {
    let best: number | null = null;
    for (const order of this.#resting.values()) {
      if (order.side === side || (limit !== null && isWorse(side, order.price, limit))) continue;
      if (best === null || isWorse(side, best, order.price)) best = order.price;
    }
    return best;
  }

  #reaches(side: Side, price: number): boolean {
    const best = side === "buy" ? this.#book.bestAskPrice : this.#book.bestBidPrice;
    return best !== 0 && !isWorse(side, best, price);
  }

  #displayed(side: Side, price: number): number {
    return this.#book.quantityOf(side === "buy" ? "bid" : "ask", price);
  }

  #forgetChanged(update: DepthUpdate): void {
    const { bid, ask } = this.#taken;
    if (bid.size > 0) for (let index = 0; index < update.bidCount; index++) bid.delete(update.bids[index * 2]!);
    if (ask.size > 0) for (let index = 0; index < update.askCount; index++) ask.delete(update.asks[index * 2]!);
  }

  #reset(): void {
    this.#taken.bid.clear();
    this.#taken.ask.clear();
  }
}

/** Whether `price` is worse for a taker on `side` than `limit`. */
function isWorse(side: Side, price: number, limit: number): boolean {
  return side === "buy" ? price > limit : price < limit;
}
