/**
 * A replayed market of candles: every bar is two moments, its open (market orders and gaps are decided) and its close
 * (limits within its range are filled, then the bar is published). At one moment closes come before opens, so an order
 * sent on a bar's close trades at the open of the next. Latencies are not modelled: a bar dwarfs them.
 * Rules and their bias: domain/simulation/bar-matching.ts. Keeps the newest 5,000 bars of each symbol for history.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { fromNumber, mul, toNumber, ZERO } from "../../domain/kernel/decimal.ts";
import { DstaError, invariant, notFound } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import { type BarDecision, BarMatcher } from "../../domain/simulation/bar-matching.ts";
import { bookFull, type MarketView, type OrderDesk } from "../../domain/simulation/order-desk.ts";
import { type HeldOrder, remainingQuantity } from "../../domain/simulation/order-history.ts";
import { binanceSpotCodec } from "../binance/spot-codec.ts";
import type { VenueCapabilities, VenueSink } from "../venue.ts";
import type { ReplayBackend, ReplayStep, StepResult } from "./backend.ts";
import type { CandleRecording, ReadState } from "./recording.ts";

const CAPABILITIES: VenueCapabilities = {
  depthStream: false,
  tradeStream: false,
  barStream: true,
  marketOrder: "emulated",
  limitOrder: "emulated",
  postOnly: "emulated",
  immediateOrCancel: "emulated",
  shortSelling: false,
  barHistory: true,
};
const MAX_RESTING = 1_000;
const MAX_HISTORY = 5_000;

export function candleMatchingCapabilities({ instruments }: CandleRecording): VenueCapabilities {
  return { ...CAPABILITIES, shortSelling: instruments.every(({ kind }) => kind === "linear") };
}

interface CandleMarket {
  readonly matcher: BarMatcher;
  history: Bar[];
  lastPrice: number | null;
}

export class CandleMatching implements ReplayBackend {
  /** Candles have no frames; a codec is part of every venue. */
  readonly codec = binanceSpotCodec;
  readonly capabilities: VenueCapabilities;
  readonly instruments: readonly Instrument[];
  readonly hasLatency = false;
  readonly #recording: CandleRecording;
  readonly #desk: OrderDesk;
  readonly #clock: Clock;
  readonly #markets = new Map<string, CandleMarket>();
  readonly #orders = new Map<string, HeldOrder>();

  constructor(recording: CandleRecording, desk: OrderDesk, clock: Clock) {
    this.capabilities = candleMatchingCapabilities(recording);
    this.instruments = recording.instruments;
    this.#recording = recording;
    this.#desk = desk;
    this.#clock = clock;
    for (const { symbol } of recording.instruments) this.#markets.set(symbol, { matcher: new BarMatcher(), history: [], lastPrice: null });
  }

  venueSymbol(symbol: string): string {
    this.#market(symbol);
    return symbol;
  }

  /** Merges opens and closes into one order of time; holds at most one open bar per symbol. */
  async *steps(state: ReadState): AsyncGenerator<ReplayStep> {
    let active: Bar[] = [];
    for await (const bar of this.#recording.bars(state)) {
      const due = active.filter((other) => closeMs(other) <= bar.openTimeMs).sort((a, b) => closeMs(a) - closeMs(b));
      active = active.filter((other) => closeMs(other) > bar.openTimeMs);
      for (const other of due) yield this.#closeStep(other);
      yield { atMs: bar.openTimeMs, play: () => this.#playOpen(bar) };
      active.push(bar);
    }
    for (const bar of active.sort((a, b) => closeMs(a) - closeMs(b))) yield this.#closeStep(bar);
  }

  view(request: OrderRequest, instrument: Instrument): MarketView {
    const last = this.#market(instrument.symbol).lastPrice;
    const refusal = this.#orders.size >= MAX_RESTING ? bookFull(instrument.symbol) : null;
    if (last === null) return { referencePrice: null, expectedNotional: ZERO, refusal };
    const referencePrice = fromNumber(last);
    const expectedNotional = request.limitPrice === null ? mul(referencePrice, request.quantity) : ZERO;
    return { referencePrice, expectedNotional, refusal };
  }

  trade(order: HeldOrder): void {
    this.#add(order, false);
  }

  reenter(order: HeldOrder): void {
    this.#add(order, order.request.type === "limit");
  }

  cancel(order: HeldOrder): void {
    const { clientOrderId, symbol } = order.request;
    invariant(this.#market(symbol).matcher.cancel(clientOrderId), `open order ${clientOrderId} does not rest`);
    this.#orders.delete(clientOrderId);
    this.#desk.close(order, "canceled", "canceled on request", this.#clock.now());
  }

  snapshot(symbol: string): Promise<string> {
    return Promise.reject(new DstaError("NOT_SUPPORTED", `candles of ${symbol} have no order book`, { code: 501, data: { symbol } }));
  }

  /** Only of the recorded interval. */
  bars(symbol: string, intervalMs: number, limit: number): readonly Bar[] {
    const { history } = this.#market(symbol);
    return intervalMs === this.#recording.intervalMs && limit > 0 ? history.slice(-limit) : [];
  }

  end(): void {
    // Nobody waits on candles.
  }

  #closeStep(bar: Bar): ReplayStep {
    return { atMs: closeMs(bar), play: (sink) => this.#playClose(bar, sink) };
  }

  #playOpen(bar: Bar): StepResult {
    const market = this.#market(bar.symbol);
    market.lastPrice = bar.open;
    this.#decide(market.matcher.onOpen(bar.openTimeMs, bar.open), bar.open);
    return "played";
  }

  #playClose(bar: Bar, sink: VenueSink): StepResult {
    const market = this.#market(bar.symbol);
    market.lastPrice = bar.close;
    this.#decide(market.matcher.onRange(bar), bar.open);
    market.history.push(bar);
    if (market.history.length >= 2 * MAX_HISTORY) market.history = market.history.slice(-MAX_HISTORY);
    sink.bar(bar);
    return "played";
  }

  #decide(decisions: readonly BarDecision[], open: number): void {
    const atMs = this.#clock.now();
    for (const decision of decisions) {
      const order = this.#orders.get(decision.id);
      invariant(order, `decision on order ${decision.id}, which does not rest`);
      this.#orders.delete(decision.id);
      if (decision.kind === "expire") {
        this.#desk.close(order, "expired", decision.reason, atMs);
        continue;
      }
      const { limitPrice, symbol } = order.request;
      const price = decision.at === "limit" && limitPrice !== null ? limitPrice : fromNumber(open);
      const quantity = remainingQuantity(order);
      // A market order reserved nothing, and the next open may cost more than the last close did.
      const lack = limitPrice === null ? this.#desk.canPay(order, price, quantity) : null;
      if (lack) {
        this.#desk.close(order, "expired", `${lack.type}: ${lack.message}`, atMs);
        continue;
      }
      const tradeId = String(this.#desk.history.lastTradeId(symbol) + 1);
      this.#desk.fill(order, { tradeId, price, quantity, liquidity: decision.liquidity }, atMs);
    }
  }

  #add(order: HeldOrder, rests: boolean): void {
    const { clientOrderId, side, type, limitPrice, timeInForce, postOnly, symbol } = order.request;
    this.#orders.set(clientOrderId, order);
    this.#market(symbol).matcher.add(
      {
        id: clientOrderId,
        side,
        type,
        price: limitPrice === null ? 0 : toNumber(limitPrice),
        timeInForce,
        postOnly,
        submittedAtMs: this.#clock.now(),
      },
      rests,
    );
  }

  /** @throws {DstaError} NOT_FOUND */
  #market(symbol: string): CandleMarket {
    const market = this.#markets.get(symbol);
    if (!market) throw notFound("symbol", symbol);
    return market;
  }
}

function closeMs(bar: Bar): number {
  return bar.openTimeMs + bar.intervalMs;
}
