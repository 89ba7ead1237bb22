/**
 * The desk of a backtest on a recording: what strategies decide goes through the risk review to orders, over the wire to
 * the recorded venue, and its reports come back as order events to risk, positions and strategies. The way and its order
 * are those of the floor's actors, without their mailboxes: of what is decided at one moment cancels leave first (they do
 * not pass risk), then intents, one after another in order of decision.
 * Bounds: orders in answer to one's own orders by the runner (INTENT_FLOOD) and the refusals' hold; open orders by the review.
 */
import { type Decimal, add, fromUnits, mul, toNumber } from "../../kernel/decimal.ts";
import { invariant } from "../../kernel/errors.ts";
import { hash32 } from "../../kernel/random.ts";
import type { BookTop } from "../../market/events.ts";
import type { OrderEvent } from "../../order/events.ts";
import { applyOrderEvent, type Order, orderIdOf, ownerOf } from "../../order/order.ts";
import { reportEvents } from "../../order/reports.ts";
import { isOpen } from "../../order/transitions.ts";
import type { OrderIntent, OrderRequest, VenueReport } from "../../order/types.ts";
import { decide } from "../../risk/review.ts";
import type { RiskBook } from "../../risk/risk-book.ts";
import type { Decision } from "../../strategy/decision.ts";
import type { SimulatedAccount } from "../backtest/account.ts";
import { refusalOf, updateOf } from "../../strategy/order-update.ts";
import type { BacktestRecord } from "../backtest/record.ts";
import { OrderDesk } from "../order-desk.ts";
import type { L2Seat } from "./l2-seat.ts";
import type { RecordedMarket } from "./recorded-market.ts";
import { type Parcel, Wire, type WireLatency } from "./wire.ts";

export interface L2DeskParts {
  readonly seats: readonly L2Seat[];
  readonly account: SimulatedAccount;
  readonly risk: RiskBook;
  readonly record: BacktestRecord;
  readonly latency: WireLatency;
  /** Makes the market whose orders the desk's ledger keeps. */
  market(this: void, venue: OrderDesk, now: () => number): RecordedMarket;
  /** Newest closed bar's row, for the trades' lengths. */
  row(this: void): number;
  /** Told of every state of every order. */
  onOrder: ((order: Order) => void) | null;
}

interface Placing {
  readonly seat: L2Seat;
  readonly intent: OrderIntent;
}

export class L2Desk {
  readonly market: RecordedMarket;
  readonly wire: Wire;
  /** Best prices as last published; null before the first. */
  top: BookTop | null = null;
  nowMs = 0;
  readonly #parts: L2DeskParts;
  readonly #venue: OrderDesk;
  readonly #seats: ReadonlyMap<string, L2Seat>;
  readonly #orders = new Map<string, Order>();
  #arrived: VenueReport[] = [];
  #cancels: string[] = [];
  #placing: Placing[] = [];
  #version = 0;
  #isOver = false;

  constructor(parts: L2DeskParts, cash: Decimal) {
    this.#parts = parts;
    const { instrument } = parts.seats[0]!.owner.market;
    this.wire = new Wire(parts.latency);
    this.#venue = new OrderDesk(new Map([[instrument.symbol, instrument]]), (_event, report) => {
      if (report !== null) this.wire.send({ kind: "report", report }, this.nowMs);
    });
    this.#venue.recover([], { [instrument.quote]: cash }, 0);
    this.market = parts.market(this.#venue, () => this.nowMs);
    this.#seats = new Map(parts.seats.map((seat) => [seat.owner.strategyId, seat]));
  }

  get hasArrived(): boolean {
    return this.#arrived.length > 0;
  }

  /** Time passes: what is due on the way happens at its own time, at the venue; reports wait for `settle`. */
  advanceTo(nowMs: number): void {
    for (let due = this.wire.take(nowMs); due !== null; due = this.wire.take(nowMs)) {
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      this.#deliver(due.parcel);
    }
    this.nowMs = Math.max(this.nowMs, nowMs);
  }

  /** Takes what a strategy decided; it leaves with `settle`. */
  act(seat: L2Seat, { intents, cancels, notes }: Decision): void {
    if (intents.length === 0 && cancels.length === 0 && notes.length === 0) return;
    for (const orderId of cancels) this.#cancels.push(orderId);
    for (const intent of intents) this.#placing.push({ seat, intent });
    if (notes.length > 0) this.#parts.record.note(seat.owner.strategyId, notes, this.nowMs);
  }

  /** Until nobody has anything left to do about what has happened so far. */
  settle(): void {
    for (;;) {
      if (this.#cancels.length > 0) this.#cancel(this.#cancels.shift()!);
      else if (this.#placing.length > 0) this.#place(this.#placing.shift()!);
      else if (this.#arrived.length > 0) this.#report(this.#arrived.shift()!);
      else {
        // Reports without latency; what was sent to the venue arrives when time goes on.
        if (this.wire.nextMs <= this.nowMs) this.#arrived = this.wire.takeReports(this.nowMs);
        if (this.#arrived.length === 0) return;
      }
    }
  }

  /** The recording is over: what is under way arrives, and everything from now on is answered at once. */
  end(): void {
    this.#isOver = true;
    for (const parcel of this.wire.flush()) if (parcel.kind === "report") this.#arrived.push(parcel.report);
    this.settle();
  }

  openOrders(): Order[] {
    return [...this.#orders.values()];
  }

  cancelAll(): void {
    for (const { orderId } of this.openOrders()) this.#cancels.push(orderId);
    this.settle();
  }

  /** A position is closed at the best opposite price, whatever its size, at the taker's fee: at the end only. */
  closeOut(seat: L2Seat, why: string): void {
    const { owner } = seat;
    const { instrument } = owner.market;
    const held = owner.exactQuantity;
    const best = held > 0n ? this.market.book.bestBidPrice : this.market.book.bestAskPrice;
    if (held === 0n || best === 0) return;
    const price = fromUnits(best, instrument.priceDecimals);
    const quantity = (held > 0n ? held : -held) as Decimal;
    const fee = mul(mul(price, quantity), instrument.takerFeeRate);
    const intent: OrderIntent = {
      intentId: `${owner.strategyId}.close`,
      strategyId: owner.strategyId,
      account: this.#parts.risk.account,
      venue: instrument.venue,
      symbol: instrument.symbol,
      side: held > 0n ? "sell" : "buy",
      type: "market",
      quantity,
      limitPrice: null,
      timeInForce: "IOC",
      postOnly: false,
      reduceOnly: true,
      why,
      decidedAtMs: this.nowMs,
      decisionPrice: price,
    };
    const id = { orderId: intent.intentId, intent };
    const submitted = this.#apply(null, { ...ownerOf(id), type: "OrderSubmitted", atMs: this.nowMs, intent });
    this.#parts.record.submitted++;
    const fill = {
      tradeId: intent.intentId,
      price,
      quantity,
      fee,
      feeAsset: instrument.quote,
      liquidity: "taker",
      venueTimeMs: this.nowMs,
    } as const;
    this.#apply(submitted, { ...ownerOf(id), type: "OrderFilled", atMs: this.nowMs, fill, why });
  }

  #deliver(parcel: Parcel): void {
    if (parcel.kind === "report") {
      this.#arrived.push(parcel.report);
      return;
    }
    if (parcel.kind === "cancel") {
      const held = this.#venue.toCancel(parcel.clientOrderId, this.nowMs);
      if (held) this.market.cancel(held);
      return;
    }
    const { request } = parcel;
    if (this.#isOver) return this.#venue.reject(request, "REPLAY_ENDED", "the recording is over", this.nowMs);
    const held = this.#venue.admit(request, this.nowMs, () => this.market.view(request));
    if (held) this.market.trade(held);
  }

  #send(parcel: Parcel): void {
    if (!this.#isOver) return this.wire.send(parcel, this.nowMs);
    this.#deliver(parcel);
    for (const report of this.wire.flush()) this.#deliver(report);
  }

  #place({ seat, intent }: Placing): void {
    const { risk, record } = this.#parts;
    const { nowMs, top } = this;
    const { instrument } = seat.owner.market;
    const decision = decide(risk, intent, { instrument, top, markPrice: null, markAtMs: null, nowMs });
    if (decision.kind === "refused") {
      record.refused(decision.code, decision.reason);
      seat.gate.refused(nowMs);
      this.act(seat, seat.order(refusalOf(intent, `${decision.code}: ${decision.reason}`, nowMs), nowMs));
      return;
    }
    record.submitted++;
    seat.gate.approved();
    const approved = { ...decision.intent, decisionPrice: midOf(top, instrument.priceDecimals) };
    const orderId = orderIdOf(intent.intentId, hash32);
    const order = this.#apply(null, { ...ownerOf({ orderId, intent: approved }), type: "OrderSubmitted", atMs: nowMs, intent: approved });
    const { symbol, side, type, quantity, limitPrice, timeInForce, postOnly } = approved;
    const request: OrderRequest = { clientOrderId: orderId, symbol, side, type, quantity, limitPrice, timeInForce, postOnly };
    this.#send({ kind: "submit", request });
    this.act(seat, seat.order(updateOf(order), nowMs));
  }

  #cancel(orderId: string): void {
    const order = this.#orders.get(orderId);
    if (order === undefined || !isOpen(order.status)) return;
    const { nowMs } = this;
    const asked = order.cancelRequested
      ? order
      : this.#apply(order, {
          ...ownerOf(order),
          type: "OrderCancelRequested",
          atMs: nowMs,
          by: order.intent.strategyId,
          reason: "cancelled by its strategy",
        });
    this.#send({ kind: "cancel", clientOrderId: orderId });
    if (asked !== order) this.#tell(asked);
  }

  #report(report: VenueReport): void {
    const order = this.#orders.get(report.clientOrderId);
    // Closed before: a cancel that came too late, the order was faster.
    if (order === undefined) return;
    let current = order;
    for (const event of reportEvents(order, report)) {
      current = this.#apply(current, event);
      if (event.type === "OrderRejected") this.#parts.record.refused(event.code, event.reason);
      if (event.type === "OrderCanceled") this.#parts.record.canceled++;
      if (event.type === "OrderFilled") {
        const seat = this.#seatOf(current);
        const { orderId, intentId, side, why, fill, atMs } = event;
        this.act(seat, seat.filled({ orderId, intentId, side, why, fill, atMs }, this.nowMs));
      }
      this.#tell(current);
    }
  }

  #tell(order: Order): void {
    const seat = this.#seatOf(order);
    this.act(seat, seat.order(updateOf(order), this.nowMs));
  }

  /** The one way an order changes: its own fold, risk, and with a fill the account. */
  #apply(before: Order | null, event: OrderEvent): Order {
    const order = applyOrderEvent(before, event);
    this.#parts.risk.onOrderEvent(event, ++this.#version);
    if (isOpen(order.status)) this.#orders.set(order.orderId, order);
    else this.#orders.delete(order.orderId);
    if (event.type === "OrderFilled") this.#book(order, event.fill);
    this.#parts.onOrder?.(order);
    return order;
  }

  #book(order: Order, fill: Extract<OrderEvent, { type: "OrderFilled" }>["fill"]): void {
    const { account, record, row } = this.#parts;
    const { owner, trades } = this.#seatOf(order);
    const { side, why, decisionPrice } = order.intent;
    const notional = account.notional(owner, fill.quantity, fill.price);
    const outcome = account.fill(owner, side, fill, notional);
    const [price, quantity] = [toNumber(fill.price), toNumber(fill.quantity)];
    trades.add({ side, price, quantity, fee: fill.fee, atMs: fill.venueTimeMs, row: row(), why }, outcome);
    record.filled({ owner, order, fill, referencePrice: fill.price, decisionPrice: decisionPrice ?? fill.price });
  }

  #seatOf({ intent }: Order): L2Seat {
    const seat = this.#seats.get(intent.strategyId);
    invariant(seat, `an order of ${intent.strategyId}, which is not in this run`);
    return seat;
  }
}

function midOf(top: BookTop | null, priceDecimals: number): Decimal | null {
  if (top === null || top.bidPrice === 0 || top.askPrice === 0) return null;
  return (add(fromUnits(top.bidPrice, priceDecimals), fromUnits(top.askPrice, priceDecimals)) / 2n) as Decimal;
}
