/**
 * Price-time-priority matching of one instrument in integer price and quantity units.
 *
 * An incoming order takes from the best opposite level, oldest order first, at the resting order's price; what is
 * left of a GTC limit order rests at the end of its level's queue. Self-trade prevention is "cancel newest": an
 * incoming order that reaches an order of the same owner stops there and its remainder expires; what it traded
 * before stands. Refuses: a post-only order that would take, a known id, more than `maxOrders` resting orders.
 * Invariants: the book is never crossed or locked; traded quantity leaves both parties equally; trade ids and
 * update ids grow by one. Synchronous and deterministic: no clock, no randomness.
 */
import { invariant } from "../kernel/errors.ts";
import type { Side } from "../market/events.ts";
import type { OrderType, TimeInForce } from "../order/types.ts";
import { PriceLevels, type RestingOrder } from "./price-levels.ts";

export interface EngineOrder {
  /** Unique over the engine's life among resting orders; given by the caller (see `nextOrderId`). */
  readonly id: number;
  readonly owner: string;
  readonly side: Side;
  readonly type: OrderType;
  /** Limit in price units; ignored for a market order. */
  readonly price: number;
  readonly quantity: number;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

/** One trade, naming both parties. Quantities and prices in units. */
export interface Execution {
  readonly tradeId: number;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: Side;
  readonly makerId: number;
  readonly makerOwner: string;
  readonly makerRemaining: number;
  readonly takerId: number;
  readonly takerOwner: string;
  readonly takerRemaining: number;
}

/** `NO_LIQUIDITY`: the book ended or the limit was reached. `POST_ONLY`: it would have taken. */
export type EngineReason = "NO_LIQUIDITY" | "SELF_TRADE" | "POST_ONLY" | "BOOK_FULL" | "DUPLICATE_ID";

export interface EngineResult {
  /** `expired`: some or nothing traded and the rest is gone. `rejected`: the order never existed. */
  readonly outcome: "resting" | "filled" | "expired" | "rejected";
  readonly reason: EngineReason | null;
  /** Quantity that rests (`resting`) or is gone (`expired`, `rejected`). */
  readonly remaining: number;
  readonly executions: readonly Execution[];
}

/** Levels changed since the last drain: flat [price, absolute quantity, …] pairs in first-touched order. */
export interface DepthChange {
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

export interface EngineOptions {
  /** Ids given before this engine started; the first trade gets `lastTradeId + 1`. Default 0. */
  readonly lastTradeId?: number;
  readonly lastUpdateId?: number;
  /** Bound on resting orders; an order that would rest beyond it is rejected with BOOK_FULL. Default 100,000. */
  readonly maxOrders?: number;
}

const NO_EXECUTIONS: readonly Execution[] = [];

export class MatchingEngine {
  readonly #bids = new PriceLevels("buy");
  readonly #asks = new PriceLevels("sell");
  readonly #orders = new Map<number, RestingOrder>();
  readonly #changedBids = new Set<number>();
  readonly #changedAsks = new Set<number>();
  readonly #maxOrders: number;
  #lastTradeId: number;
  #updateId: number;
  #drainedId: number;
  #lastOrderId = 0;

  constructor(options: EngineOptions = {}) {
    this.#maxOrders = options.maxOrders ?? 100_000;
    this.#lastTradeId = options.lastTradeId ?? 0;
    this.#updateId = options.lastUpdateId ?? 0;
    this.#drainedId = this.#updateId;
  }

  /** Best prices, 0 for an empty side. */
  get bidPrice(): number {
    return this.#bids.bestPrice;
  }

  get askPrice(): number {
    return this.#asks.bestPrice;
  }

  get updateId(): number {
    return this.#updateId;
  }

  get lastTradeId(): number {
    return this.#lastTradeId;
  }

  get restingCount(): number {
    return this.#orders.size;
  }

  nextOrderId(): number {
    return ++this.#lastOrderId;
  }

  /** What still rests of an order, 0 when it does not rest. */
  remainingOf(id: number): number {
    return this.#orders.get(id)?.remaining ?? 0;
  }

  submit(order: EngineOrder): EngineResult {
    invariant(
      Number.isSafeInteger(order.quantity) && order.quantity > 0,
      `order ${order.id}: quantity ${order.quantity} is not a positive unit count`,
    );
    invariant(order.type === "market" || (Number.isSafeInteger(order.price) && order.price > 0), `order ${order.id}: price ${order.price}`);
    if (this.#orders.has(order.id)) return rejected("DUPLICATE_ID", order.quantity);
    const rests = order.type === "limit" && order.timeInForce === "GTC";
    if (order.postOnly && this.#crosses(order)) return rejected("POST_ONLY", order.quantity);
    if (rests && this.#orders.size >= this.#maxOrders) return rejected("BOOK_FULL", order.quantity);
    if (!this.#crosses(order)) {
      if (!rests) return { outcome: "expired", reason: "NO_LIQUIDITY", remaining: order.quantity, executions: NO_EXECUTIONS };
      this.#rest(order, order.quantity);
      return { outcome: "resting", reason: null, remaining: order.quantity, executions: NO_EXECUTIONS };
    }
    return this.#take(order, rests);
  }

  /** Takes a resting order out; false when it does not rest (any more). Final: it can never trade again. */
  cancel(id: number): boolean {
    const order = this.#orders.get(id);
    if (!order) return false;
    this.#orders.delete(id);
    this.#levelsOf(order.side).remove(order);
    this.#changed(order.side, order.price);
    return true;
  }

  /** What taking `quantity` now would trade and cost in price units × quantity units, up to `limitPrice` (0: no limit). */
  sweep(side: Side, quantity: number, limitPrice = 0): { readonly filled: number; readonly notional: bigint } {
    let filled = 0;
    let notional = 0n;
    for (const level of this.#opposite(side).inPriority()) {
      if (filled === quantity || (limitPrice !== 0 && isWorse(side, level.price, limitPrice))) break;
      const taken = Math.min(level.quantity, quantity - filled);
      filled += taken;
      notional += BigInt(taken) * BigInt(level.price);
    }
    return { filled, notional };
  }

  /** [price, quantity] of every level, best first. */
  levels(side: Side): [price: number, quantity: number][] {
    const all: [number, number][] = [];
    for (const level of this.#levelsOf(side).inPriority()) all.push([level.price, level.quantity]);
    return all;
  }

  /** The changes since the last drain, or null when there are none. Ids of consecutive drains are contiguous. */
  drainDepth(): DepthChange | null {
    if (this.#updateId === this.#drainedId) return null;
    const change: DepthChange = {
      firstId: this.#drainedId + 1,
      lastId: this.#updateId,
      bids: absolute(this.#bids, this.#changedBids),
      asks: absolute(this.#asks, this.#changedAsks),
    };
    this.#drainedId = this.#updateId;
    this.#changedBids.clear();
    this.#changedAsks.clear();
    return change;
  }

  #take(order: EngineOrder, rests: boolean): EngineResult {
    const makers = this.#opposite(order.side);
    const executions: Execution[] = [];
    let remaining = order.quantity;
    for (let level = makers.best(); level && remaining > 0; level = makers.best()) {
      if (order.type === "limit" && isWorse(order.side, level.price, order.price)) break;
      const maker = level.first;
      invariant(maker, `level ${level.price} has no orders`);
      if (maker.owner === order.owner) return { outcome: "expired", reason: "SELF_TRADE", remaining, executions };
      const traded = Math.min(maker.remaining, remaining);
      remaining -= traded;
      if (traded === maker.remaining) {
        makers.remove(maker);
        this.#orders.delete(maker.id);
        maker.remaining = 0;
      } else {
        maker.remaining -= traded;
        level.quantity -= traded;
      }
      this.#changed(maker.side, maker.price);
      executions.push({
        tradeId: ++this.#lastTradeId,
        price: maker.price,
        quantity: traded,
        takerSide: order.side,
        makerId: maker.id,
        makerOwner: maker.owner,
        makerRemaining: maker.remaining,
        takerId: order.id,
        takerOwner: order.owner,
        takerRemaining: remaining,
      });
    }
    if (remaining === 0) return { outcome: "filled", reason: null, remaining, executions };
    if (!rests) return { outcome: "expired", reason: "NO_LIQUIDITY", remaining, executions };
    this.#rest(order, remaining);
    return { outcome: "resting", reason: null, remaining, executions };
  }

  #rest(order: EngineOrder, remaining: number): void {
    const resting: RestingOrder = {
      id: order.id,
      owner: order.owner,
      side: order.side,
      price: order.price,
      remaining,
      previous: null,
      next: null,
    };
    this.#orders.set(order.id, resting);
    this.#levelsOf(order.side).append(resting);
    this.#changed(order.side, order.price);
  }

  #crosses(order: EngineOrder): boolean {
    const best = this.#opposite(order.side).bestPrice;
    return best !== 0 && (order.type === "market" || !isWorse(order.side, best, order.price));
  }

  #changed(side: Side, price: number): void {
    this.#updateId++;
    (side === "buy" ? this.#changedBids : this.#changedAsks).add(price);
  }

  #levelsOf(side: Side): PriceLevels {
    return side === "buy" ? this.#bids : this.#asks;
  }

  #opposite(side: Side): PriceLevels {
    return side === "buy" ? this.#asks : this.#bids;
  }
}

/** Whether `price` is worse for a taker on `side` than `limit`. */
function isWorse(side: Side, price: number, limit: number): boolean {
  return side === "buy" ? price > limit : price < limit;
}

function rejected(reason: EngineReason, quantity: number): EngineResult {
  return { outcome: "rejected", reason, remaining: quantity, executions: NO_EXECUTIONS };
}

function absolute(levels: PriceLevels, prices: ReadonlySet<number>): number[] {
  const pairs: number[] = [];
  for (const price of prices) pairs.push(price, levels.at(price)?.quantity ?? 0);
  return pairs;
}
