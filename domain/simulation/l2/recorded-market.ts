/**
 * A recorded order book and our orders on it: what paper trading on a recording and a backtest of it share, so that both
 * give the same fills. Takes decoded messages in order; the owner keeps time and carries reports.
 *
 * Rules of matching and their bias: ../replay-matching.ts. A recorded snapshot is the answer to whoever lost the book: it
 * is taken only while the book is not whole. While it is not, orders are refused (NO_MARKET); those resting stay.
 */
import type { DepthSnapshot, DepthUpdate } from "../../book/depth.ts";
import { OrderBook } from "../../book/order-book.ts";
import { BookSequencer, type SequenceRules, type SequencerVerdict } from "../../book/sequencer.ts";
import type { Instrument } from "../../instrument/instrument.ts";
import { fromUnits, mul, toUnits, ZERO } from "../../kernel/decimal.ts";
import { DstaError, invariant } from "../../kernel/errors.ts";
import type { Side } from "../../market/events.ts";
import type { OrderRequest } from "../../order/types.ts";
import { bookFull, type MarketView, type OrderDesk, wouldTake } from "../order-desk.ts";
import { type HeldOrder, remainingQuantity } from "../order-history.ts";
import { MAX_RESTING, type ReplayFill, ReplayMatcher } from "../replay-matching.ts";

export interface RecordedMarketParts {
  readonly instrument: Instrument;
  readonly rules: SequenceRules;
  readonly desk: OrderDesk;
  /** UTC ms: when what is matched now happens. */
  now(this: void): number;
}

export class RecordedMarket {
  readonly book = new OrderBook();
  readonly sequencer: BookSequencer;
  readonly #instrument: Instrument;
  readonly #desk: OrderDesk;
  readonly #now: () => number;
  readonly #matcher: ReplayMatcher;
  readonly #orders = new Map<string, HeldOrder>();

  constructor({ instrument, rules, desk, now }: RecordedMarketParts) {
    this.#instrument = instrument;
    this.#desk = desk;
    this.#now = now;
    this.sequencer = new BookSequencer(this.book, rules);
    this.#matcher = new ReplayMatcher(this.book);
  }

  get isLive(): boolean {
    return this.sequencer.quality === "LIVE";
  }

  onDepth(update: DepthUpdate): SequencerVerdict {
    const verdict = this.sequencer.onDelta(update);
    if (verdict === "applied") this.#fill(this.#matcher.onBook(update));
    return verdict;
  }

  /** Whether the book became whole by it. */
  onSnapshot(snapshot: DepthSnapshot): boolean {
    if (this.isLive || this.sequencer.onSnapshot(snapshot) !== "live") return false;
    this.#fill(this.#matcher.onBook(null));
    return true;
  }

  onTrade(price: number, quantity: number, takerSide: Side): void {
    if (this.#matcher.restingCount > 0) this.#fill(this.#matcher.onTrade(price, quantity, takerSide));
  }

  /** What an order meets at its arrival. */
  view(request: OrderRequest): MarketView {
    const instrument = this.#instrument;
    if (!this.isLive) {
      const refusal = new DstaError("NO_MARKET", `the recorded book of ${instrument.symbol} is not whole yet`, { retryable: true });
      return { referencePrice: null, expectedNotional: ZERO, refusal };
    }
    const isBuy = request.side === "buy";
    const { priceDecimals, symbol } = instrument;
    const best = isBuy ? this.book.bestAskPrice : this.book.bestBidPrice;
    const referencePrice = best === 0 ? null : fromUnits(best, priceDecimals);
    const limit = request.limitPrice;
    const takes = referencePrice !== null && (limit === null || (isBuy ? limit >= referencePrice : limit <= referencePrice));
    if (takes && request.postOnly) return { referencePrice, expectedNotional: ZERO, refusal: wouldTake(symbol) };
    const refusal = this.#orders.size >= MAX_RESTING ? bookFull(symbol) : null;
    if (!takes || referencePrice === null) return { referencePrice, expectedNotional: ZERO, refusal };
    if (limit !== null) return { referencePrice, expectedNotional: mul(isBuy ? limit : referencePrice, request.quantity), refusal };
    return { referencePrice, expectedNotional: this.#cost(request), refusal };
  }

  /** Matches an admitted order, now and on coming messages. */
  trade(order: HeldOrder): void {
    const { request } = order;
    const id = request.clientOrderId;
    this.#orders.set(id, order);
    const result = this.#matcher.submit({
      id,
      side: request.side,
      type: request.type,
      price: request.limitPrice === null ? 0 : toUnits(request.limitPrice, this.#instrument.priceDecimals),
      quantity: toUnits(request.quantity, this.#instrument.quantityDecimals),
      timeInForce: request.timeInForce,
      postOnly: request.postOnly,
    });
    invariant(result.outcome !== "rejected", `order ${id} was admitted but matching refused it: ${result.reason}`);
    this.#fill(result.fills);
    if (result.outcome !== "expired") return;
    this.#orders.delete(id);
    this.#desk.close(order, "expired", result.reason ?? "NO_LIQUIDITY", this.#now());
  }

  /** Puts an open order of an earlier life back, resting. */
  reenter(order: HeldOrder): void {
    const { request } = order;
    const { clientOrderId, side, limitPrice } = request;
    invariant(limitPrice !== null, `order ${clientOrderId} rests without a price`);
    this.#orders.set(clientOrderId, order);
    const price = toUnits(limitPrice, this.#instrument.priceDecimals);
    this.#matcher.rest(clientOrderId, side, price, toUnits(remainingQuantity(order), this.#instrument.quantityDecimals), false);
  }

  cancel(order: HeldOrder): void {
    const id = order.request.clientOrderId;
    invariant(this.#matcher.cancel(id), `open order ${id} does not rest`);
    this.#orders.delete(id);
    this.#desk.close(order, "canceled", "canceled on request", this.#now());
  }

  /** What a market order pays for what is displayed. */
  #cost({ side, quantity }: OrderRequest): MarketView["expectedNotional"] {
    const { priceDecimals, quantityDecimals } = this.#instrument;
    const name = side === "buy" ? "ask" : "bid";
    // Floored to whole units: a quantity finer than that is refused by the instrument's rules.
    let left = Number(quantity / fromUnits(1, quantityDecimals));
    let notional = 0n;
    for (let rank = 0; left > 0 && this.book.priceAt(name, rank) !== 0; rank++) {
      const part = Math.min(left, this.book.quantityAt(name, rank));
      notional += BigInt(part) * BigInt(this.book.priceAt(name, rank));
      left -= part;
    }
    return mul(fromUnits(notional, priceDecimals), fromUnits(1, quantityDecimals));
  }

  #fill(fills: readonly ReplayFill[]): void {
    const { priceDecimals, quantityDecimals, symbol } = this.#instrument;
    for (const { id, price, quantity, liquidity } of fills) {
      const order = this.#orders.get(id);
      invariant(order, `fill of order ${id}, which does not rest`);
      const tradeId = String(this.#desk.history.lastTradeId(symbol) + 1);
      const fill = { tradeId, price: fromUnits(price, priceDecimals), quantity: fromUnits(quantity, quantityDecimals), liquidity };
      this.#desk.fill(order, fill, this.#now());
      if (order.status !== "open") this.#orders.delete(id);
    }
  }
}
