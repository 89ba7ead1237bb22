/**
 * What risk knows of one account: limits, trading state, reservations, exposure, order rates, the day's loss and recent
 * decisions. A fold of the account's risk stream and execution stream: on recovery the risk stream is applied first, then
 * the execution stream; both orders of the live interleaving give the same state.
 *
 * A reservation is the worst case of an approved order. It goes over into exposure fill by fill, is released when the
 * order closes, and stays while the order's outcome is unknown. Late fills and overfills are facts: they add exposure and
 * are reported as breaches. Invariant: no approval raises a worst case above its limit.
 * Bounds: 50,000 newest decisions and 100,000 newest fill ids are remembered, older ones are forgotten (an intent or fill
 * repeated after that counts as new); open orders are bounded by the review.
 */
import { type Decimal, format, ZERO } from "../kernel/decimal.ts";
import { invalid } from "../kernel/errors.ts";
import { CLOSING_EVENTS, type OrderEvent } from "../order/events.ts";
import { takesTurn } from "../position/execution-turn.ts";
import { heldQuantity } from "../position/position.ts";
import { RecentMap } from "../position/recent-map.ts";
import { symbolAssets } from "../position/symbol-assets.ts";
import { DecisionMemory } from "./decision-memory.ts";
import type { LimitBreached, RiskEvent } from "./events.ts";
import { ExposureBook, type Owner } from "./exposure.ts";
import { EquityWatch } from "./equity-watch.ts";
import { type FillFinding, findFillFaults } from "./fill-control.ts";
import type { RiskLimits } from "./limits.ts";
import { TradingSwitch } from "./trading-switch.ts";
import { inUndivided, type UndividedLimits } from "./undivided-limits.ts";
import { OrderRate } from "./order-rate.ts";
import { type FirstDecision, type Reservation, ReservationBook, reservationFor } from "./reservation.ts";
import { type Halt, type RiskState, type Switch, openingState } from "./risk-state.ts";

export const DECISIONS_MAX = 50_000;
export const SEEN_FILLS_MAX = 100_000;

export class RiskBook {
  readonly account: string;
  readonly #exposure = new ExposureBook();
  readonly #reservations = new ReservationBook(this.#exposure);
  readonly #watch: EquityWatch;
  readonly #decisions: DecisionMemory;
  readonly #seenFills: RecentMap<true>;
  readonly #rates = new Map<string, OrderRate>();
  #limits: RiskLimits;
  #undivided: UndividedLimits;
  #limitsVersion: number;
  readonly #switch: TradingSwitch;
  #approvals: number;
  #appliedVersion: number;
  /** Breaches of the execution stream up to here are journaled already. */
  #breachVersion: number;

  /** `remembered`: newest decisions and fills kept; a simulation, where nothing is ever asked twice, keeps fewer. */
  constructor(state: RiskState, remembered = { decisions: DECISIONS_MAX, fills: SEEN_FILLS_MAX }) {
    this.#decisions = new DecisionMemory(remembered.decisions);
    this.#seenFills = new RecentMap<true>(remembered.fills);
    this.account = state.account;
    this.#limits = state.limits;
    this.#undivided = inUndivided(state.limits);
    this.#limitsVersion = state.limitsVersion;
    this.#switch = new TradingSwitch(state.switch, state.halt);
    this.#approvals = state.approvals;
    this.#appliedVersion = state.appliedVersion;
    this.#breachVersion = state.breachVersion;
    this.#watch = new EquityWatch(state.day);
    for (const { strategyId, venue, symbol, quantity, markPrice } of state.owners) {
      const owner = this.#exposure.ensure(strategyId, venue, symbol);
      this.#exposure.mark(owner, markPrice);
      this.#exposure.moveHeld(owner, quantity);
    }
    for (const reservation of state.reservations) this.#reservations.add({ ...reservation });
    for (const { intentId, decision } of state.decisions) this.#decisions.add(intentId, decision);
    for (const key of state.seenFills) this.#seenFills.add(key, true);
    for (const { strategyId, times } of state.rates) this.#rates.set(strategyId, new OrderRate(times));
  }

  /** An account that has not traded. */
  static open(account: string, limits?: RiskLimits): RiskBook {
    return new RiskBook(openingState(account, limits));
  }

  state(): RiskState {
    return {
      account: this.account,
      limits: this.#limits,
      limitsVersion: this.#limitsVersion,
      switch: this.#switch.now,
      halt: this.#switch.halt,
      approvals: this.#approvals,
      appliedVersion: this.#appliedVersion,
      breachVersion: this.#breachVersion,
      day: this.#watch.state(),
      owners: this.#exposure.held(),
      reservations: Array.from(this.#reservations.values(), (reservation) => ({ ...reservation })),
      decisions: this.#decisions.list(),
      seenFills: Array.from(this.#seenFills.entries(), ([key]) => key),
      rates: Array.from(this.#rates, ([strategyId, rate]) => ({ strategyId, times: rate.recent() })),
    };
  }

  get limits(): RiskLimits {
    return this.#limits;
  }

  get undividedLimits(): UndividedLimits {
    return this.#undivided;
  }

  get limitsVersion(): number {
    return this.#limitsVersion;
  }

  get trading(): Switch {
    return this.#switch.now;
  }

  get halt(): Halt | null {
    return this.#switch.halt;
  }

  /** Version of the execution stream up to which this book has folded it. */
  get appliedVersion(): number {
    return this.#appliedVersion;
  }

  /** The number the next approval gets. */
  get nextApproval(): number {
    return this.#approvals + 1;
  }

  reservations(): IterableIterator<Reservation> {
    return this.#reservations.values();
  }

  get openReservations(): number {
    return this.#reservations.size;
  }

  owners(): Iterable<Readonly<Owner>> {
    return this.#exposure.owners();
  }

  owner(strategyId: string, venue: string, symbol: string): Readonly<Owner> | undefined {
    return this.#exposure.find(strategyId, venue, symbol);
  }

  /** Undivided: Σ of every owner's worst case. */
  get gross(): bigint {
    return this.#exposure.gross;
  }

  /** Since 00:00 UTC; 0 while there is none or the equity is not known. */
  get dayLoss(): Decimal {
    return this.#watch.loss;
  }

  /** While its order is open, or not submitted yet. */
  reservationOf(intentId: string): Reservation | undefined {
    return this.#reservations.get(intentId);
  }

  /** Is this reservation, made for this intent, still open? What execution asks before it submits. */
  holds(reservationId: string, intentId: string): boolean {
    return this.#reservations.get(intentId)?.reservationId === reservationId;
  }

  /** The decision that stands; none for an intent never seen, or withdrawn. */
  decisionOf(intentId: string): FirstDecision | undefined {
    return this.#decisions.standing(intentId);
  }

  rateOf(strategyId: string): OrderRate | undefined {
    return this.#rates.get(strategyId);
  }

  rates(): IterableIterator<[string, OrderRate]> {
    return this.#rates.entries();
  }

  /** Changes the state by an event this book made (or made before a restart). Applying one twice changes nothing more. */
  apply(event: RiskEvent): void {
    switch (event.type) {
      case "IntentApproved":
        return this.#approve(event);
      case "IntentRefused":
        this.#decisions.remember(event.intent, { reservationId: null, code: event.code, reason: event.reason });
        return;
      case "ReservationReleased":
        return this.#withdraw(event.intentId);
      case "TradingStateChanged":
        return this.#switch.turn(event);
      case "HaltSettled":
        return this.#switch.settle(event);
      case "LimitsChanged":
        if (event.version <= this.#limitsVersion) return;
        this.#limits = event.limits;
        this.#undivided = inUndivided(event.limits);
        this.#limitsVersion = event.version;
        return this.#watch.rearm();
      case "RiskDayStarted":
        return this.#watch.startDay(event.dayStartMs, event.equity);
      case "LimitBreached":
        if (event.executionVersion === null) this.#watch.fired();
        else this.#breachVersion = Math.max(this.#breachVersion, event.executionVersion);
    }
  }

  /**
   * Folds event `version` of the execution stream. The events returned are breaches to journal and apply; none is
   * returned for what was journaled before a restart.
   * @throws {DstaError} EXECUTION_GAP (retryable): events before `version` are missing.
   */
  onOrderEvent(event: OrderEvent, version: number): LimitBreached[] {
    if (!takesTurn(this.#appliedVersion, version)) return [];
    const findings = this.#fold(event);
    this.#appliedVersion = version;
    if (version <= this.#breachVersion) return [];
    const { strategyId, symbol, intentId, atMs } = event;
    return findings.map(({ code, reason }) => ({
      type: "LimitBreached",
      atMs,
      account: this.account,
      code,
      reason,
      strategyId,
      symbol,
      intentId,
      executionVersion: version,
    }));
  }

  /** Moves past an event of the execution stream that is not about an order. */
  skip(version: number): void {
    if (takesTurn(this.#appliedVersion, version)) this.#appliedVersion = version;
  }

  /** Values every owner of a symbol at a newer price. An observation: in snapshots, not in the journal. */
  setMark(venue: string, symbol: string, price: Decimal): void {
    if (price <= ZERO) throw invalid("markPrice", "a price above 0", format(price));
    for (const owner of this.#exposure.owners()) if (owner.venue === venue && owner.symbol === symbol) this.#exposure.mark(owner, price);
  }

  /**
   * The account's equity at `nowMs`. Returns what to journal and apply: the day's start, and once a day (and again after
   * the limits changed) the loss reaching its limit with the switch to reducing.
   */
  onEquity(equity: Decimal, nowMs: number): RiskEvent[] {
    return this.#watch.observe({ account: this.account, equity, nowMs, limits: this.#limits, trading: this.#switch.now.state });
  }

  #approve(event: Extract<RiskEvent, { type: "IntentApproved" }>): void {
    const { intent, reservationId } = event;
    if (!this.#decisions.remember(intent, { reservationId, code: null, reason: null })) return;
    this.#approvals++;
    let rate = this.#rates.get(intent.strategyId);
    if (!rate) this.#rates.set(intent.strategyId, (rate = new OrderRate()));
    rate.record(event.atMs);
    this.#exposure.mark(this.#exposure.ensure(intent.strategyId, intent.venue, intent.symbol), event.markPrice);
    this.#reservations.add(reservationFor(intent, reservationId, event.reservePrice));
  }

  #withdraw(intentId: string): void {
    this.#reservations.release(intentId);
    this.#decisions.withdraw(intentId);
  }

  #fold(event: OrderEvent): readonly FillFinding[] {
    const isReserved = this.#reservations.markSubmitted(event.intentId);
    if (event.type === "OrderFilled") return this.#fill(event);
    if (event.type === "OrderSubmitted" && !isReserved) return this.#reserveUnapproved(event);
    if (CLOSING_EVENTS.has(event.type)) this.#reservations.release(event.intentId);
    return [];
  }

  /** An order submitted without a reservation is a fault, and it can fill: its worst case is reserved all the same. */
  #reserveUnapproved(event: Extract<OrderEvent, { type: "OrderSubmitted" }>): readonly FillFinding[] {
    const price = event.intent.limitPrice ?? this.#ownerOf(event).markPrice;
    this.#reservations.add({ ...reservationFor(event.intent, `${event.intentId}@0`, price), submitted: true });
    return [{ code: "SUBMITTED_WITHOUT_RESERVATION", reason: `order ${event.orderId} was submitted without a reservation` }];
  }

  #fill(event: Extract<OrderEvent, { type: "OrderFilled" }>): readonly FillFinding[] {
    const { venue, symbol, side, fill, intentId } = event;
    if (!this.#seenFills.add(`${venue}|${symbol}|${fill.tradeId}`, true)) return [];
    const owner = this.#ownerOf(event);
    if (owner.markPrice === 0n) this.#exposure.mark(owner, fill.price);
    const known = this.#decisions.get(intentId);
    const limitPrice = this.#reservations.get(intentId)?.limitPrice ?? known?.limitPrice ?? null;
    this.#exposure.moveHeld(owner, heldQuantity(side, fill, symbolAssets(symbol)));
    const remaining = this.#reservations.fill(intentId, fill.quantity);
    return findFillFaults({ event, limitPrice, remaining, known, owner, positionMax: this.#undivided.position });
  }

  #ownerOf({ strategyId, venue, symbol }: { strategyId: string; venue: string; symbol: string }): Owner {
    return this.#exposure.ensure(strategyId, venue, symbol);
  }
}
