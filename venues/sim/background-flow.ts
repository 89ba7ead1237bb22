/**
 * The other traders of one simulated market: makers who quote around the fair price, a pricer who takes what has been
 * left behind it, and takers who come at random.
 *
 * Each step asks the fair price of the moment, pulls quotes that are out of place, lets the pricer take every order
 * beyond fair (ours included: resting orders are picked off when the market moves through them), then quotes again and
 * lets the takers due by now trade. It matches nothing itself. After a pause of the clock it catches up at once: at
 * most 5 takers a step, the rest never came. Numbers are integer units; fair prices are floats.
 */
import type { Random } from "../../domain/kernel/random.ts";
import type { Side } from "../../domain/market/events.ts";
import type { EngineOrder, EngineResult, MatchingEngine } from "../../domain/simulation/matching-engine.ts";
import type { FlowProfile } from "./catalogue.ts";

interface QuoteSlot {
  readonly owner: string;
  readonly side: Side;
  /** Distance from fair in basis points. */
  readonly offsetBps: number;
  readonly sizeFactor: number;
  /** How far, in basis points, the quote may be from its place before it is moved. */
  readonly patienceBps: number;
  orderId: number;
  price: number;
}

export interface FlowMarket {
  readonly engine: MatchingEngine;
  readonly flow: FlowProfile;
  readonly random: Random;
  /** Price and quantity increments, in units. */
  readonly tickUnits: number;
  readonly lotUnits: number;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Fair price now, in quote. */
  fair(atMs: number): number;
  /** Sends an order to the engine and tells the world of its executions. */
  match(order: EngineOrder): EngineResult;
}

const MAKERS = 2;
const NEAR_LEVELS = 6;
const FAR_LEVELS = 8;
const FAR_STEP_BPS = 8;
/** Per quote and step: makers change their sizes also when the price stands still. */
const REFRESH_PROBABILITY = 0.02;
const MAX_TAKERS_PER_STEP = 5;

export class BackgroundFlow {
  readonly #market: FlowMarket;
  readonly #slots: QuoteSlot[] = [];
  #nextTakerMs = 0;

  constructor(market: FlowMarket) {
    this.#market = market;
    const { halfSpreadBps, stepBps } = market.flow;
    for (const side of ["buy", "sell"] as const) {
      for (let maker = 0; maker < MAKERS; maker++) {
        for (let level = 0; level < NEAR_LEVELS; level++) {
          const offsetBps = halfSpreadBps * (1 + 0.4 * maker) + stepBps * level;
          this.#addSlot(`maker-${maker + 1}`, side, offsetBps, 0.6 + 0.3 * level, Math.min(halfSpreadBps, stepBps) * 0.5);
        }
      }
      for (let level = 1; level <= FAR_LEVELS; level++) {
        this.#addSlot("maker-far", side, FAR_STEP_BPS * level, 6 + 3 * level, FAR_STEP_BPS * 0.4);
      }
    }
  }

  step(nowMs: number): void {
    const fair = this.#market.fair(nowMs) * 10 ** this.#market.priceDecimals;
    this.#pullMisplaced(fair);
    this.#takeBeyondFair("buy", fair);
    this.#takeBeyondFair("sell", fair);
    this.#quote(fair);
    this.#letTakersTrade(nowMs, fair);
  }

  #addSlot(owner: string, side: Side, offsetBps: number, sizeFactor: number, patienceBps: number): void {
    // A patience of its own per quote, so that they do not all move in the same step.
    const patience = patienceBps * (0.6 + 0.8 * this.#market.random.next());
    this.#slots.push({ owner, side, offsetBps, sizeFactor, patienceBps: patience, orderId: 0, price: 0 });
  }

  #pullMisplaced(fair: number): void {
    const { engine, tickUnits, random } = this.#market;
    for (const slot of this.#slots) {
      if (slot.orderId === 0) continue;
      const patience = Math.max(tickUnits * 0.75, (fair * slot.patienceBps) / 10_000);
      const isGone = engine.remainingOf(slot.orderId) === 0;
      const isRefreshed = random.next() < REFRESH_PROBABILITY;
      if (!isGone && !isRefreshed && Math.abs(slot.price - this.#place(slot, fair)) <= patience) continue;
      if (!isGone) engine.cancel(slot.orderId);
      slot.orderId = 0;
    }
  }

  /** Buys what is offered below fair, sells to what is bid above it. */
  #takeBeyondFair(side: Side, fair: number): void {
    const { engine, tickUnits, lotUnits } = this.#market;
    const limit = side === "buy" ? Math.ceil(fair / tickUnits - 1) * tickUnits : Math.floor(fair / tickUnits + 1) * tickUnits;
    const best = side === "buy" ? engine.askPrice : engine.bidPrice;
    if (best === 0 || (side === "buy" ? best > limit : best < limit)) return;
    const { filled } = engine.sweep(side, Number.MAX_SAFE_INTEGER, limit);
    const quantity = Math.ceil(filled / lotUnits) * lotUnits;
    this.#send({ owner: "pricer", side, type: "limit", price: limit, quantity, timeInForce: "IOC", postOnly: false });
  }

  #quote(fair: number): void {
    const { random, flow } = this.#market;
    for (const slot of this.#slots) {
      if (slot.orderId !== 0) continue;
      const price = this.#place(slot, fair);
      if (price <= 0) continue;
      const quantity = this.#quantity(flow.levelNotional * slot.sizeFactor * (0.5 + random.next()), fair);
      const id = this.#market.engine.nextOrderId();
      const { owner, side } = slot;
      const result = this.#market.match({ id, owner, side, type: "limit", price, quantity, timeInForce: "GTC", postOnly: true });
      if (result.outcome !== "resting") continue;
      slot.orderId = id;
      slot.price = price;
    }
  }

  #letTakersTrade(nowMs: number, fair: number): void {
    const { random, flow } = this.#market;
    if (this.#nextTakerMs === 0) this.#nextTakerMs = nowMs + random.exponential(flow.takerEveryMs);
    for (let takers = 0; this.#nextTakerMs <= nowMs && takers < MAX_TAKERS_PER_STEP; takers++) {
      const side: Side = random.next() < 0.5 ? "buy" : "sell";
      const quantity = this.#quantity(random.exponential(flow.takerNotional), fair);
      this.#send({ owner: "taker", side, type: "market", price: 0, quantity, timeInForce: "IOC", postOnly: false });
      this.#nextTakerMs += random.exponential(flow.takerEveryMs);
    }
    if (this.#nextTakerMs <= nowMs) this.#nextTakerMs = nowMs + random.exponential(flow.takerEveryMs);
  }

  #send(order: Omit<EngineOrder, "id">): void {
    this.#market.match({ ...order, id: this.#market.engine.nextOrderId() });
  }

  /** Where the quote belongs: rounded away from fair. */
  #place(slot: QuoteSlot, fair: number): number {
    const { tickUnits } = this.#market;
    const away = (fair * slot.offsetBps) / 10_000;
    return slot.side === "buy" ? Math.floor((fair - away) / tickUnits) * tickUnits : Math.ceil((fair + away) / tickUnits) * tickUnits;
  }

  /** Lots worth about `notional` at fair, at least one. */
  #quantity(notional: number, fair: number): number {
    const { lotUnits, priceDecimals, quantityDecimals } = this.#market;
    const units = (notional / (fair / 10 ** priceDecimals)) * 10 ** quantityDecimals;
    return Math.max(1, Math.round(units / lotUnits)) * lotUnits;
  }
}
