/**
 * A replayed market of raw frames: keeps its own book from the same frames it plays, and matches our orders on it
 * (rules and their bias: domain/simulation/replay-matching.ts).
 *
 * A step first updates the book and fills our orders, then hands the frame to the sink, so a fill's report never comes
 * before the frame that caused it could have been seen. Snapshot lines are answers, not stream frames: they end the
 * wait of `snapshot`, they do not reach the sink. While the book is not whole orders are refused (NO_MARKET).
 */
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import { OrderBook } from "../../domain/book/order-book.ts";
import { BookSequencer } from "../../domain/book/sequencer.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { fromUnits, mul, toUnits, ZERO } from "../../domain/kernel/decimal.ts";
import { DstaError, invariant, isExpected, notFound } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import { bookFull, type MarketView, type OrderDesk, wouldTake } from "../../domain/simulation/order-desk.ts";
import { type HeldOrder, remainingQuantity } from "../../domain/simulation/order-history.ts";
import { MAX_RESTING, type ReplayFill, ReplayMatcher } from "../../domain/simulation/replay-matching.ts";
import type { StreamCodec } from "../codec.ts";
import { snapshotText } from "../sim/frames.ts";
import type { VenueCapabilities, VenueSink } from "../venue.ts";
import type { ReplayBackend, ReplayStep } from "./backend.ts";
import { countMalformed, type FrameLine, type FrameRecording, type ReadState } from "./recording.ts";

const CAPABILITIES: VenueCapabilities = {
  depthStream: true,
  tradeStream: true,
  barStream: false,
  marketOrder: "emulated",
  limitOrder: "emulated",
  postOnly: "emulated",
  immediateOrCancel: "emulated",
  shortSelling: true,
  barHistory: false,
};

export function bookMatchingCapabilities({ instruments }: FrameRecording): VenueCapabilities {
  return { ...CAPABILITIES, shortSelling: instruments.every(({ kind }) => kind === "linear") };
}

interface SnapshotWaiter {
  resolve(text: string): void;
  reject(error: DstaError): void;
}

export class BookMatching implements ReplayBackend {
  readonly codec: StreamCodec;
  readonly capabilities: VenueCapabilities;
  readonly instruments: readonly Instrument[];
  readonly hasLatency = true;
  readonly #recording: FrameRecording;
  readonly #instrument: Instrument;
  readonly #desk: OrderDesk;
  readonly #clock: Clock;
  readonly #book = new OrderBook();
  readonly #sequencer: BookSequencer;
  readonly #matcher: ReplayMatcher;
  readonly #update = emptyDepthUpdate(1_024);
  readonly #orders = new Map<string, HeldOrder>();
  #waiters: SnapshotWaiter[] = [];
  #ended = false;

  constructor(recording: FrameRecording, desk: OrderDesk, clock: Clock) {
    const [instrument] = recording.instruments;
    invariant(instrument, "a frame recording has one instrument");
    this.codec = recording.codec;
    this.capabilities = bookMatchingCapabilities(recording);
    this.instruments = recording.instruments;
    this.#recording = recording;
    this.#instrument = instrument;
    this.#desk = desk;
    this.#clock = clock;
    this.#sequencer = new BookSequencer(this.#book, recording.codec.rules);
    this.#matcher = new ReplayMatcher(this.#book);
  }

  /** @throws {DstaError} NOT_FOUND */
  venueSymbol(symbol: string): string {
    if (symbol !== this.#instrument.symbol) throw notFound("symbol", symbol);
    return this.#recording.venueSymbol;
  }

  async *steps(state: ReadState): AsyncGenerator<ReplayStep> {
    for await (const line of this.#recording.lines(state)) {
      yield { atMs: line.atMs, play: (sink) => this.#play(line, sink, state) };
    }
  }

  view(request: OrderRequest, instrument: Instrument): MarketView {
    if (this.#sequencer.quality !== "LIVE") {
      const refusal = new DstaError("NO_MARKET", `the recorded book of ${instrument.symbol} is not whole yet`, { retryable: true });
      return { referencePrice: null, expectedNotional: ZERO, refusal };
    }
    const isBuy = request.side === "buy";
    const { priceDecimals, quantityDecimals, symbol } = instrument;
    const best = isBuy ? this.#book.bestAskPrice : this.#book.bestBidPrice;
    const referencePrice = best === 0 ? null : fromUnits(best, priceDecimals);
    const limit = request.limitPrice;
    const takes = referencePrice !== null && (limit === null || (isBuy ? limit >= referencePrice : limit <= referencePrice));
    if (takes && request.postOnly) return { referencePrice, expectedNotional: ZERO, refusal: wouldTake(symbol) };
    const refusal = this.#orders.size >= MAX_RESTING ? bookFull(symbol) : null;
    if (!takes || referencePrice === null) return { referencePrice, expectedNotional: ZERO, refusal };
    if (limit !== null) return { referencePrice, expectedNotional: mul(isBuy ? limit : referencePrice, request.quantity), refusal };
    const name = isBuy ? "ask" : "bid";
    // Floored to whole units: a quantity finer than that is refused by the instrument's rules.
    let left = Number(request.quantity / fromUnits(1, quantityDecimals));
    let notional = 0n;
    for (let rank = 0; left > 0 && this.#book.priceAt(name, rank) !== 0; rank++) {
      const part = Math.min(left, this.#book.quantityAt(name, rank));
      notional += BigInt(part) * BigInt(this.#book.priceAt(name, rank));
      left -= part;
    }
    return { referencePrice, expectedNotional: mul(fromUnits(notional, priceDecimals), fromUnits(1, quantityDecimals)), refusal };
  }

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
    this.#desk.close(order, "expired", result.reason ?? "NO_LIQUIDITY", this.#clock.now());
  }

  reenter(order: HeldOrder): void {
    const { request } = order;
    invariant(request.limitPrice !== null, `order ${request.clientOrderId} rests without a price`);
    this.#orders.set(request.clientOrderId, order);
    const price = toUnits(request.limitPrice, this.#instrument.priceDecimals);
    this.#matcher.rest(
      request.clientOrderId,
      request.side,
      price,
      toUnits(remainingQuantity(order), this.#instrument.quantityDecimals),
      false,
    );
  }

  cancel(order: HeldOrder): void {
    const id = order.request.clientOrderId;
    invariant(this.#matcher.cancel(id), `open order ${id} does not rest`);
    this.#orders.delete(id);
    this.#desk.close(order, "canceled", "canceled on request", this.#clock.now());
  }

  /**
   * While the book is whole: that book, as the venue's REST answer. Else the answer comes when playback reaches the next
   * recorded snapshot. @throws {DstaError} REPLAY_ENDED when there is none.
   */
  snapshot(symbol: string): Promise<string> {
    if (symbol !== this.#instrument.symbol) return Promise.reject(notFound("symbol", symbol));
    if (this.#sequencer.quality === "LIVE") {
      const { priceDecimals, quantityDecimals } = this.#instrument;
      const market = { venueSymbol: this.#recording.venueSymbol, priceDecimals, quantityDecimals };
      return Promise.resolve(snapshotText(market, this.#sequencer.updateId, this.#book.levels("bid"), this.#book.levels("ask")));
    }
    if (this.#ended) return Promise.reject(noSnapshot(symbol));
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  bars(): readonly Bar[] {
    return [];
  }

  end(): void {
    this.#ended = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(noSnapshot(this.#instrument.symbol));
  }

  #play(line: FrameLine, sink: VenueSink, state: ReadState): boolean {
    try {
      const { kind, symbol } = this.codec.route(line.text);
      if (kind === "snapshot") {
        this.#onSnapshot(line.text);
        return true;
      }
      if (kind === "unknown") throw new DstaError("MALFORMED_FRAME", "not a frame this venue sends");
      if (kind !== "control" && symbol !== this.#recording.venueSymbol) {
        throw new DstaError("MALFORMED_FRAME", `symbol ${symbol} is not the recording's ${this.#recording.venueSymbol}`);
      }
      if (kind === "depth") this.#onDepth(line.text);
      else if (kind === "trade") this.#onTrade(line);
      else if (kind === "top") this.codec.top(line.text, this.#instrument, line.atMs);
      sink.frame(line.text, line.atMs);
      return true;
    } catch (error) {
      if (!isExpected(error) || error.type !== "MALFORMED_FRAME") throw error;
      countMalformed(state, line.file, line.line, error.message);
      return false;
    }
  }

  #onDepth(text: string): void {
    const update = this.codec.depth(text, this.#instrument, this.#update);
    if (this.#sequencer.onDelta(update) === "applied") this.#fill(this.#matcher.onBook(update));
  }

  #onSnapshot(text: string): void {
    if (this.#sequencer.onSnapshot(this.codec.snapshot(text, this.#instrument)) === "live") this.#fill(this.#matcher.onBook(null));
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve(text);
  }

  #onTrade(line: FrameLine): void {
    const { price, quantity, side } = this.codec.trade(line.text, this.#instrument, line.atMs);
    this.#fill(this.#matcher.onTrade(price, quantity, side));
  }

  #fill(fills: readonly ReplayFill[]): void {
    const { priceDecimals, quantityDecimals, symbol } = this.#instrument;
    for (const { id, price, quantity, liquidity } of fills) {
      const order = this.#orders.get(id);
      invariant(order, `fill of order ${id}, which does not rest`);
      const tradeId = String(this.#desk.history.lastTradeId(symbol) + 1);
      const fill = { tradeId, price: fromUnits(price, priceDecimals), quantity: fromUnits(quantity, quantityDecimals), liquidity };
      this.#desk.fill(order, fill, this.#clock.now());
      if (order.status !== "open") this.#orders.delete(id);
    }
  }
}

function noSnapshot(symbol: string): DstaError {
  return new DstaError("REPLAY_ENDED", `the recording ended without a snapshot of ${symbol}`, { code: 410, data: { symbol } });
}
