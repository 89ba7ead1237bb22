/**
 * One market of the simulated venue: its matching engine, its other traders, its stream, and our orders in it.
 *
 * Owns the mapping between engine orders and ours; every execution becomes a public trade frame and, where we took
 * part, a fill at the order desk. Depth changes are published on `publish`, as one diff since the last, with contiguous
 * ids. Ids start from the clock (trades: ms; updates: 16 per ms), above anything an earlier life of the venue used at
 * less than 1,000 trades and 16,000 book changes a second, and above every trade id in our ledger.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { fromNumber, fromUnits, mul, toUnits } from "../../domain/kernel/decimal.ts";
import { invariant } from "../../domain/kernel/errors.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import { FairValue, fairBars } from "../../domain/simulation/fair-value.ts";
import { type EngineOrder, type EngineResult, type Execution, MatchingEngine } from "../../domain/simulation/matching-engine.ts";
import { bookFull, type MarketView, type OrderDesk, wouldTake } from "../../domain/simulation/order-desk.ts";
import { type HeldOrder, remainingQuantity } from "../../domain/simulation/order-history.ts";
import { BackgroundFlow } from "./background-flow.ts";
import type { SimListing } from "./catalogue.ts";
import { depthFrame, snapshotText, tradeFrame } from "./frames.ts";

export interface SimMarketOptions {
  readonly listing: SimListing;
  readonly seed: string;
  readonly startMs: number;
  readonly desk: OrderDesk;
  /** Venue time now, UTC ms. */
  now(): number;
  emitFrame(text: string): void;
}

const OURS = "account";
/** Room our orders may take in one book. */
const MAX_OWN_ORDERS = 10_000;

export class SimMarket {
  readonly instrument: Instrument;
  readonly venueSymbol: string;
  readonly #options: SimMarketOptions;
  readonly #engine: MatchingEngine;
  readonly #flow: BackgroundFlow;
  readonly #fair: FairValue;
  readonly #premium: number;
  readonly #ours = new Map<number, HeldOrder>();
  readonly #engineIds = new Map<string, number>();

  constructor(options: SimMarketOptions) {
    const { listing, seed, startMs, desk } = options;
    this.instrument = listing.instrument;
    this.venueSymbol = listing.venueSymbol;
    this.#options = options;
    this.#premium = 1 + listing.basisBps / 10_000;
    this.#fair = new FairValue(seed, this.instrument.base, listing.profile);
    this.#engine = new MatchingEngine({
      lastTradeId: Math.max(Math.floor(startMs), desk.history.lastTradeId(this.instrument.symbol)),
      lastUpdateId: Math.floor(startMs) * 16,
    });
    const { priceDecimals, quantityDecimals, tickSize, lotSize } = this.instrument;
    this.#flow = new BackgroundFlow({
      engine: this.#engine,
      flow: listing.flow,
      random: seededRandom(`${seed}|${this.venueSymbol}|${startMs}`),
      tickUnits: toUnits(tickSize, priceDecimals),
      lotUnits: toUnits(lotSize, quantityDecimals),
      priceDecimals,
      quantityDecimals,
      fair: (atMs) => this.#fair.price(atMs) * this.#premium,
      match: (order) => this.#match(order),
    });
  }

  /** Lets the other traders act. */
  step(nowMs: number): void {
    this.#flow.step(nowMs);
  }

  /** Sends what changed in the book since the last time. */
  publish(): void {
    const change = this.#engine.drainDepth();
    if (change) this.#options.emitFrame(depthFrame(this.#frameMarket(), change, this.#options.now()));
  }

  snapshot(): string {
    return snapshotText(this.#frameMarket(), this.#engine.updateId, this.#engine.levels("buy"), this.#engine.levels("sell"));
  }

  /** Completed bars of the fair price, up to now. */
  bars(intervalMs: number, limit: number): Bar[] {
    const { venue, symbol, priceDecimals } = this.instrument;
    const nextOpenMs = Math.floor(this.#options.now() / intervalMs) * intervalMs;
    return fairBars(this.#fair, { venue, symbol, intervalMs, priceDecimals }, nextOpenMs - limit * intervalMs, limit);
  }

  /** What an order would meet on arrival. */
  view(request: OrderRequest): MarketView {
    const { priceDecimals, quantityDecimals, symbol } = this.instrument;
    const isBuy = request.side === "buy";
    const best = isBuy ? this.#engine.askPrice : this.#engine.bidPrice;
    const referencePrice = best === 0 ? null : fromUnits(best, priceDecimals);
    const limit = request.limitPrice;
    const takes = referencePrice !== null && (limit === null || (isBuy ? limit >= referencePrice : limit <= referencePrice));
    if (request.postOnly && takes) return { referencePrice, expectedNotional: fromNumber(0), refusal: wouldTake(symbol) };
    const refusal = this.#ours.size >= MAX_OWN_ORDERS ? bookFull(symbol) : null;
    if (!takes) return { referencePrice, expectedNotional: fromNumber(0), refusal };
    if (limit !== null) return { referencePrice, expectedNotional: mul(isBuy ? limit : referencePrice, request.quantity), refusal };
    // Floored to whole units: a quantity finer than that is refused by the instrument's rules right after.
    const quantity = Number(request.quantity / fromUnits(1, quantityDecimals));
    const { notional } = this.#engine.sweep(request.side, quantity);
    return { referencePrice, expectedNotional: mul(fromUnits(notional, priceDecimals), fromUnits(1, quantityDecimals)), refusal };
  }

  /** Matches an admitted order of ours. */
  trade(order: HeldOrder): void {
    const id = this.#adopt(order);
    const { request } = order;
    const { priceDecimals, quantityDecimals } = this.instrument;
    const result = this.#match({
      id,
      owner: OURS,
      side: request.side,
      type: request.type,
      price: request.limitPrice === null ? 0 : toUnits(request.limitPrice, priceDecimals),
      quantity: toUnits(request.quantity, quantityDecimals),
      timeInForce: request.timeInForce,
      postOnly: request.postOnly,
    });
    invariant(result.outcome !== "rejected", `order ${request.clientOrderId} was admitted but the engine refused it: ${result.reason}`);
    if (result.outcome === "expired") this.#options.desk.close(order, "expired", result.reason ?? "NO_LIQUIDITY", this.#options.now());
    if (result.outcome !== "resting") this.#forget(id, order);
  }

  /**
   * Puts an open order back after a restart, with what remains of it. Called on an empty book before others quote, so it
   * never takes: if the market has moved through it meanwhile, it trades as a maker when the others return.
   */
  reenter(order: HeldOrder): void {
    const { request } = order;
    invariant(request.limitPrice !== null, `order ${request.clientOrderId} rests without a price`);
    const result = this.#match({
      id: this.#adopt(order),
      owner: OURS,
      side: request.side,
      type: "limit",
      price: toUnits(request.limitPrice, this.instrument.priceDecimals),
      quantity: toUnits(remainingQuantity(order), this.instrument.quantityDecimals),
      timeInForce: "GTC",
      postOnly: true,
    });
    invariant(result.outcome === "resting", `order ${request.clientOrderId} cannot return to the book: ${result.reason}`);
  }

  cancel(order: HeldOrder): void {
    const id = this.#engineIds.get(order.request.clientOrderId);
    invariant(id !== undefined && this.#engine.cancel(id), `open order ${order.request.clientOrderId} is not in the book`);
    this.#forget(id, order);
    this.#options.desk.close(order, "canceled", "canceled on request", this.#options.now());
  }

  #match(order: EngineOrder): EngineResult {
    const result = this.#engine.submit(order);
    for (const execution of result.executions) this.#publishTrade(execution);
    return result;
  }

  #publishTrade(execution: Execution): void {
    const atMs = this.#options.now();
    this.#options.emitFrame(tradeFrame(this.#frameMarket(), execution, atMs));
    if (execution.makerOwner === OURS) this.#fillOurs(execution.makerId, execution, "maker", atMs);
    if (execution.takerOwner === OURS) this.#fillOurs(execution.takerId, execution, "taker", atMs);
    if (execution.makerOwner === OURS && execution.makerRemaining === 0) {
      const order = this.#ours.get(execution.makerId);
      if (order) this.#forget(execution.makerId, order);
    }
  }

  #fillOurs(id: number, execution: Execution, liquidity: "maker" | "taker", atMs: number): void {
    const order = this.#ours.get(id);
    invariant(order, `engine order ${id} is ours but not known`);
    const { priceDecimals, quantityDecimals } = this.instrument;
    const price = fromUnits(execution.price, priceDecimals);
    const quantity = fromUnits(execution.quantity, quantityDecimals);
    this.#options.desk.fill(order, { tradeId: String(execution.tradeId), price, quantity, liquidity }, atMs);
  }

  #adopt(order: HeldOrder): number {
    const id = this.#engine.nextOrderId();
    this.#ours.set(id, order);
    this.#engineIds.set(order.request.clientOrderId, id);
    return id;
  }

  #forget(id: number, order: HeldOrder): void {
    this.#ours.delete(id);
    this.#engineIds.delete(order.request.clientOrderId);
  }

  #frameMarket(): { venueSymbol: string; priceDecimals: number; quantityDecimals: number } {
    const { priceDecimals, quantityDecimals } = this.instrument;
    return { venueSymbol: this.venueSymbol, priceDecimals, quantityDecimals };
  }
}
