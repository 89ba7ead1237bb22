/**
 * The trading desk of a backtest: takes what strategies decide through risk review to orders, matches those on bars, and
 * tells strategies, account and trade logs of every fill. One account, many strategies, many markets.
 *
 * The way of an order is the live one (review, reservation, order events, position), in one call instead of four actors.
 * An order sized as a share of equity (`allocation`) is sized, reviewed and filled at one moment: where it fills.
 * Bound: 20,000 open orders (the review's), 1,000 decisions that answer each other at one time (BACKTEST_LOOP).
 */
import { type Decimal, abs, add, div, format, fromUnits, mul, negate, quantize, toNumber, UNIT, ZERO } from "../../kernel/decimal.ts";
import { DstaError } from "../../kernel/errors.ts";
import { remainingQuantity, type Order } from "../../order/order.ts";
import type { Fill, OrderIntent } from "../../order/types.ts";
import { decide } from "../../risk/review.ts";
import type { RiskBook } from "../../risk/risk-book.ts";
import type { Decision } from "../../strategy/decision.ts";
import { refusalOf, updateOf } from "../../strategy/order-update.ts";
import { isBelowMinimum } from "../../strategy/position-view.ts";
import type { Owner, SimulatedAccount } from "./account.ts";
import type { FeeSchedule, Slippage } from "./costs.ts";
import { lackingFunds } from "./funds.ts";
import { OrderKeeping } from "./order-book-keeping.ts";
import type { BacktestRecord } from "./record.ts";
import type { Seat } from "./seat.ts";
import { newWorking, type Working } from "./working.ts";

const ANSWERS_MAX = 1_000;

/** Where and when something fills. */
export interface Moment {
  readonly atMs: number;
  /** The first row in which what is bought here is held. */
  readonly row: number;
  /** The row whose volume and range the fill is measured by. */
  readonly costRow: number;
}

export interface DeskParts {
  readonly account: SimulatedAccount;
  readonly risk: RiskBook;
  readonly fees: FeeSchedule;
  /** Null for none. */
  readonly slippage: Slippage | null;
  readonly latencyMs: () => number;
  readonly record: BacktestRecord;
  /** Newest close of the owner's market. */
  readonly mark: (owner: Owner) => Decimal;
  readonly sizesLater: boolean;
}

export class Desk {
  /** By market: in order of arrival. */
  readonly working: Working[][];
  readonly #parts: DeskParts;
  readonly #keeping: OrderKeeping;
  #trades = 0;
  #answers = 0;
  #answersAtMs = -1;

  constructor(markets: number, parts: DeskParts) {
    this.#parts = parts;
    this.#keeping = new OrderKeeping(parts.risk);
    this.working = Array.from({ length: markets }, () => []);
  }

  /** Takes what a strategy decided at `nowMs`. */
  act(seat: Seat, { intents, cancels, notes }: Decision, nowMs: number): void {
    if (nowMs !== this.#answersAtMs) this.#answers = 0;
    this.#answersAtMs = nowMs;
    if (++this.#answers > ANSWERS_MAX) {
      throw new DstaError(
        "BACKTEST_LOOP",
        `${seat.owner.strategyId}: ${ANSWERS_MAX} decisions at one time, each in answer to its own orders`,
      );
    }
    for (const intent of intents) this.#place(seat, intent, nowMs);
    for (const id of cancels) this.#cancel(seat, id, nowMs);
    if (notes.length > 0) this.#parts.record.note(seat.owner.strategyId, notes, nowMs);
  }

  /** Fills at most `quantity` (NaN: what is left) at `price`, before slippage when it takes. Returns what was filled. */
  fill(working: Working, price: Decimal, liquidity: "maker" | "taker", moment: Moment, quantity = Number.NaN): number {
    const { seat } = working;
    const { owner } = seat;
    const order = working.order ?? this.#sized(working, price, moment);
    if (order === null) return 0;
    const left = this.#reducible(owner, order);
    if (left === ZERO) {
      this.end(working, "OrderExpired", "REDUCE_ONLY: there is nothing left to reduce", moment.atMs);
      return 0;
    }
    const filled = Number.isNaN(quantity) ? left : this.#atMost(owner, left, quantity);
    if (filled === ZERO) return 0;
    const amount = toNumber(filled);
    const paid = liquidity === "maker" ? price : this.#slipped(owner, order.intent.side, price, amount, moment);
    const feeRate = this.#parts.fees.rate(liquidity, moment.atMs);
    const lacking = lackingFunds(this.#parts, owner, { side: order.intent.side, price: paid, quantity: filled, amount, feeRate });
    if (lacking !== null) {
      this.end(working, "OrderExpired", lacking, moment.atMs);
      this.#parts.record.refused("INSUFFICIENT_FUNDS", lacking);
      return 0;
    }
    this.#book(working, order, { price, paid, filled, amount, feeRate, liquidity, moment });
    return amount;
  }

  end(working: Working, type: "OrderExpired" | "OrderCanceled", reason: string, atMs: number): void {
    working.isOver = true;
    if (type === "OrderCanceled") this.#parts.record.canceled++;
    const { seat, intent, order } = working;
    if (order === null) return this.#tell(seat, refusalOf(intent, reason, atMs), atMs);
    this.#tell(seat, updateOf(this.#keeping.end(order, type, reason, atMs)), atMs);
  }

  /** The strategy's protective stop has been reached: its targets are taken back, what it closes fills here and now. */
  stopOut(seat: Seat, price: Decimal, moment: Moment): void {
    const { intents, cancels, notes } = seat.runner.stopOut(moment.atMs);
    if (notes.length > 0) this.#parts.record.note(seat.owner.strategyId, notes, moment.atMs);
    for (const id of cancels) this.#cancel(seat, id, moment.atMs);
    for (const intent of intents) {
      const working = newWorking(seat, intent, moment.atMs, price);
      working.order = this.#reviewed(seat, intent, price, moment.atMs, true);
      if (working.order !== null) this.fill(working, price, "taker", moment);
    }
    if (cancels.length > 0 && intents.length === 0) this.stopOut(seat, price, moment);
  }

  /** Takes the place of the strategy: used at the end of the data and by liquidation. */
  closeOut(seat: Seat, price: Decimal, why: string, moment: Moment): void {
    const { owner } = seat;
    const held = owner.exactQuantity;
    if (held === ZERO) return;
    const { instrument } = owner.market;
    const intent: OrderIntent = {
      intentId: `${owner.strategyId}.close.${++this.#trades}`,
      strategyId: owner.strategyId,
      account: this.#parts.risk.account,
      venue: instrument.venue,
      symbol: instrument.symbol,
      side: held > ZERO ? "sell" : "buy",
      type: "market",
      quantity: abs(held),
      limitPrice: null,
      timeInForce: "IOC",
      postOnly: false,
      reduceOnly: true,
      why,
      decidedAtMs: moment.atMs,
    };
    const working = newWorking(seat, intent, moment.atMs, price);
    working.order = this.#keeping.submit(intent, moment.atMs);
    this.#parts.record.submitted++;
    this.fill(working, price, "taker", moment);
  }

  #place(seat: Seat, intent: OrderIntent, nowMs: number): void {
    const { mark, latencyMs, sizesLater } = this.#parts;
    const price = mark(seat.owner);
    const working = newWorking(seat, intent, nowMs + latencyMs(), price);
    if (intent.allocation === undefined || !sizesLater) {
      working.order = this.#reviewed(seat, intent, price, nowMs);
      if (working.order === null) return;
    }
    this.working[seat.marketIndex]!.push(working);
    // What may rest can be cancelled once its id is known; an order at the market is over at the next open.
    const { order } = working;
    if (order !== null && (intent.type === "limit" || seat.hearsOrders)) this.#tell(seat, updateOf(order), nowMs);
  }

  #reviewed(seat: Seat, intent: OrderIntent, price: Decimal, nowMs: number, fillsAtOnce = false): Order | null {
    const { risk, record } = this.#parts;
    const { instrument } = seat.owner.market;
    const decision = decide(risk, intent, { instrument, top: null, markPrice: price, markAtMs: nowMs, nowMs });
    if (decision.kind === "approved") {
      record.submitted++;
      return fillsAtOnce ? this.#keeping.submit(decision.intent, nowMs) : this.#keeping.open(decision.intent, nowMs);
    }
    record.refused(decision.code, decision.reason);
    this.#tell(seat, refusalOf(intent, `${decision.code}: ${decision.reason}`, nowMs), nowMs);
    return null;
  }

  /** The order that a share of equity makes at this price, net of its fee; null when it is too small or refused. */
  #sized(working: Working, price: Decimal, moment: Moment): Order | null {
    const { seat, intent } = working;
    const { owner } = seat;
    const { instrument } = owner.market;
    const { account, fees, mark, slippage } = this.#parts;
    const equity = account.equity((each) => (each === owner ? price : mark(each)));
    const budget = seat.budget(equity, intent.allocation);
    const paid = slippage === null ? price : this.#slipped(owner, intent.side, price, estimated(owner, budget, price), moment);
    const withFee = add(UNIT, fees.rate("taker", moment.atMs));
    const size = owner.isInverse
      ? div(mul(budget, paid, "down"), withFee, "down")
      : div(budget, withFee === UNIT ? paid : mul(paid, withFee), "down");
    const quantity = quantize(size, instrument.lotSize, "down");
    if (isBelowMinimum(instrument, quantity, toNumber(price))) {
      this.#parts.record.refused("BELOW_MINIMUM", `${format(size)} ${instrument.base} is below the lot or the least notional`);
      working.isOver = true;
      this.#tell(seat, refusalOf(intent, "BELOW_MINIMUM", moment.atMs), moment.atMs);
      return null;
    }
    working.order = this.#reviewed(seat, { ...intent, quantity, decidedAtMs: moment.atMs }, price, moment.atMs, true);
    if (working.order === null) working.isOver = true;
    return working.order;
  }

  #book(working: Working, before: Order, { price, paid, filled, amount, feeRate, liquidity, moment }: Booked): void {
    const { account, fees, record } = this.#parts;
    const { seat } = working;
    const { owner } = seat;
    const { intent } = before;
    const notional = account.notional(owner, filled, paid);
    const fee = feeRate === ZERO ? ZERO : mul(notional, feeRate);
    const tradeId = String(++this.#trades);
    const fill: Fill = { tradeId, price: paid, quantity: filled, fee, feeAsset: owner.assets.quote, liquidity, venueTimeMs: moment.atMs };
    fees.traded(notional, moment.atMs);
    const order = this.#keeping.fill(before, fill, moment.atMs);
    working.order = order;
    working.isOver = order.status === "Filled";
    const outcome = account.fill(owner, intent.side, fill, notional);
    const logged = {
      side: intent.side,
      price: toNumber(paid),
      quantity: amount,
      fee,
      atMs: moment.atMs,
      row: moment.row,
      why: intent.why,
    };
    seat.trades.add(logged, outcome);
    record.filled({ owner, order, fill, referencePrice: price, decisionPrice: working.decisionPrice }, logged);
    const { orderId } = order;
    const update = { orderId, intentId: intent.intentId, side: intent.side, why: intent.why, fill, atMs: moment.atMs };
    this.#answer(seat, seat.runner.onFill(update, owner.state), moment.atMs);
    if (working.isOver || seat.hearsOrders) this.#tell(seat, updateOf(order), moment.atMs);
  }

  #tell(seat: Seat, update: ReturnType<typeof updateOf>, atMs: number): void {
    this.#answer(seat, seat.runner.onOrder(update), atMs);
  }

  #answer(seat: Seat, decision: Decision, atMs: number): void {
    if (decision.intents.length + decision.cancels.length + decision.notes.length > 0) this.act(seat, decision, atMs);
  }

  #cancel(seat: Seat, id: string, nowMs: number): void {
    const working = this.working[seat.marketIndex]!.find((each) => each.intent.intentId === id && each.seat === seat && !each.isOver);
    if (working !== undefined) this.end(working, "OrderCanceled", "canceled on request", nowMs);
  }

  #slipped(owner: Owner, side: OrderIntent["side"], price: Decimal, quantity: number, { costRow }: Moment): Decimal {
    const { slippage } = this.#parts;
    return slippage === null ? price : slippage({ side, price, quantity, bars: owner.market.bars, row: costRow });
  }

  /** What is left of it; of a reduce-only order at most the position it is against. */
  #reducible(owner: Owner, order: Order): Decimal {
    const left = remainingQuantity(order);
    if (!order.intent.reduceOnly) return left;
    const held = owner.exactQuantity;
    const against = order.intent.side === "sell" ? held : negate(held);
    return against <= ZERO ? ZERO : against < left ? against : left;
  }

  #atMost(owner: Owner, left: Decimal, quantity: number): Decimal {
    const bounded = quantize(fromUnits(Math.floor(quantity * 1e6), 6), owner.market.instrument.lotSize, "down");
    return bounded < left ? bounded : left;
  }
}

/** About as much as the budget buys, for what slippage makes of the size. */
function estimated(owner: Owner, budget: Decimal, price: Decimal): number {
  const amount = Math.max(0, toNumber(budget));
  return owner.isInverse ? amount * toNumber(price) : amount / toNumber(price);
}

interface Booked {
  readonly price: Decimal;
  readonly paid: Decimal;
  readonly filled: Decimal;
  /** As a float. */
  readonly amount: number;
  readonly feeRate: Decimal;
  readonly liquidity: Fill["liquidity"];
  readonly moment: Moment;
}
