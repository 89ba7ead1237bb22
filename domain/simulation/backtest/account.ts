/**
 * The money of a simulated account: one position for each strategy, cash, margin, funding. Exact; the same fold of fills
 * as live (domain/position). What the equity curve needs at every bar is kept beside it as floats.
 *
 * Inverse contracts (settled in the base asset, a contract worth one unit of quote) are folded as their mirror: long q
 * contracts at P is short q units of a thing priced 1/P, whose profit q·(1/entry − 1/exit) comes out in base.
 * Invariant: equity = cash + Σ realised + Σ unrealised − fees + funding, exactly, at every moment.
 */
import { type Decimal, abs, add, div, mul, negate, sub, toNumber, UNIT, ZERO } from "../../kernel/decimal.ts";
import type { Side } from "../../market/events.ts";
import type { Fill } from "../../order/types.ts";
import { applyFill, averagePrice, type FillOutcome, FLAT, type Position, unrealisedPnl } from "../../position/position.ts";
import { FLAT as NOTHING_HELD, type PositionState } from "../../strategy/position-view.ts";
import type { SymbolAssets } from "../../position/symbol-assets.ts";
import type { BacktestMarket } from "./types.ts";

/** One strategy in its market. */
export class Owner {
  readonly strategyId: string;
  readonly market: BacktestMarket;
  readonly assets: SymbolAssets;
  readonly isInverse: boolean;
  /** Of the mirror when inverse. */
  position: Position = FLAT;
  /** Signed, in the market's own units; negative is short. */
  quantity = 0;
  /** As `quantity`, in the fold's own sense: worth of the position is `held × priceOf(mark)`. */
  held = 0;
  /** Received, net. */
  funding: Decimal = ZERO;

  constructor(strategyId: string, market: BacktestMarket) {
    this.strategyId = strategyId;
    this.market = market;
    this.isInverse = market.kind === "inverse";
    const { base, quote } = market.instrument;
    this.assets = { base, quote, kind: market.kind === "spot" ? "spot" : "linear" };
  }

  /** Signed, exact, in the market's own units. */
  get exactQuantity(): Decimal {
    return this.isInverse ? negate(this.position.quantity) : this.position.quantity;
  }

  /** As a strategy is told of it; the average is worked out when it is asked for. */
  get state(): PositionState {
    return this.position.quantity === ZERO ? NOTHING_HELD : new HeldState(this.exactQuantity, this);
  }

  /** A price of the market as the fold values it. */
  valued(price: Decimal): Decimal {
    return this.isInverse ? div(UNIT, price) : price;
  }
}

/** The average price is that of the moment it is made at, asked for or not. */
class HeldState implements PositionState {
  readonly quantity: Decimal;
  readonly #position: Position;
  readonly #isInverse: boolean;

  constructor(quantity: Decimal, { position, isInverse }: Owner) {
    this.quantity = quantity;
    this.#position = position;
    this.#isInverse = isInverse;
  }

  get averagePrice(): Decimal | null {
    const average = averagePrice(this.#position);
    return average === null || !this.#isInverse ? average : div(UNIT, average);
  }
}

export class SimulatedAccount {
  readonly owners: readonly Owner[];
  readonly #cash: Decimal;
  /** Σ realised − fees + funding. */
  #settled: Decimal = ZERO;
  /** cash + settled − Σ cost of what is open: equity is this and Σ held × price. */
  floatBase: number;
  /** Owners that hold something. */
  holding = 0;
  /** The one that holds, while there is just one. */
  onlyHolder: Owner | null = null;
  /** At the last moment that was marked: equity, and Σ |worth| of what is held. Infinite gross before the first. */
  lastEquity = 0;
  lastGross = Number.POSITIVE_INFINITY;
  #openCost: Decimal = ZERO;
  fees: Decimal = ZERO;
  funding: Decimal = ZERO;
  turnover: Decimal = ZERO;

  constructor(cash: Decimal, owners: readonly Owner[]) {
    this.#cash = cash;
    this.owners = owners;
    this.floatBase = toNumber(cash);
  }

  /** Equity with every owner's market at its newest close; `places` is each owner's market. */
  markAt(closes: Float64Array, places: readonly number[]): number {
    const { owners } = this;
    let equity = this.floatBase;
    let gross = 0;
    for (let index = 0; index < owners.length && this.holding > 0; index++) {
      const { held, isInverse } = owners[index]!;
      if (held === 0) continue;
      const close = closes[places[index]!]!;
      const worth = held * (isInverse ? 1 / close : close);
      equity += worth;
      gross += Math.abs(worth);
    }
    this.lastEquity = equity;
    this.lastGross = gross;
    return equity;
  }

  /** `fill.fee` is in the account's currency. */
  fill(owner: Owner, side: Side, fill: Fill, notional: Decimal): FillOutcome {
    const mirrored = owner.isInverse ? { ...fill, price: div(UNIT, fill.price), feeAsset: owner.assets.quote } : fill;
    const foldedSide = owner.isInverse ? (side === "buy" ? "sell" : "buy") : side;
    const before = owner.position;
    const outcome = applyFill(before, foldedSide, mirrored, owner.assets);
    owner.position = outcome.position;
    this.#openCost = (this.#openCost + outcome.position.costBasis - before.costBasis) as Decimal;
    owner.held = toNumber(outcome.position.quantity);
    owner.quantity = owner.isInverse ? -owner.held : owner.held;
    this.#settled = (this.#settled + outcome.realisedPnl - fill.fee) as Decimal;
    this.fees = add(this.fees, fill.fee);
    this.turnover = add(this.turnover, notional);
    this.lastGross += toNumber(notional);
    this.#refloat();
    if ((before.quantity === ZERO) !== (outcome.position.quantity === ZERO)) this.#countHolders(before.quantity === ZERO);
    return outcome;
  }

  /** Longs pay a positive rate. Returns what was received, negative when paid. */
  fund(owner: Owner, mark: Decimal, rate: Decimal): Decimal {
    const quantity = owner.exactQuantity;
    if (quantity === ZERO) return ZERO;
    const received = negate(mul(this.notional(owner, quantity, mark), rate));
    owner.funding = add(owner.funding, received);
    this.funding = add(this.funding, received);
    this.#settled = add(this.#settled, received);
    this.#refloat();
    return received;
  }

  /** Worth of a quantity in the account's currency; signed as the quantity is. */
  notional(owner: Owner, quantity: Decimal, price: Decimal): Decimal {
    return owner.isInverse ? div(quantity, price) : mul(price, quantity);
  }

  /** Exact equity with every position at the mark `priceOf` gives. */
  equity(priceOf: (owner: Owner) => Decimal): Decimal {
    let equity = add(this.#cash, this.#settled);
    for (const owner of this.owners) {
      if (owner.position.quantity !== ZERO) equity = add(equity, unrealisedPnl(owner.position, owner.valued(priceOf(owner))));
    }
    return equity;
  }

  /** Quote not tied up in spot holdings. */
  freeCash(): Decimal {
    let free = add(this.#cash, this.#settled);
    for (const { position, market } of this.owners) if (market.kind === "spot") free = sub(free, position.costBasis);
    return free;
  }

  /** Does the equity cover twice the margin of one holder's position at this price? Far from rounding: floats will do. */
  isFarFromMargin(owner: Owner, quantity: number, price: number): boolean {
    if (this.holding > 1 || (this.holding === 1 && this.onlyHolder !== owner)) return false;
    const valued = owner.isInverse ? 1 / price : price;
    const worth = Math.abs(owner.quantity + quantity) * valued;
    return this.floatBase + owner.held * valued > (2 * worth) / owner.market.leverage;
  }

  /** Initial margin of everything held, with `extra` more of `owner` (signed). */
  margin(priceOf: (owner: Owner) => Decimal, owner: Owner, extra: Decimal): Decimal {
    let margin = ZERO;
    for (const each of this.owners) {
      if (each.market.kind === "spot") continue;
      const quantity = each === owner ? add(each.exactQuantity, extra) : each.exactQuantity;
      if (quantity === ZERO) continue;
      const notional = abs(this.notional(each, quantity, priceOf(each)));
      margin = add(margin, ((notional * 1_000n) / BigInt(Math.round(each.market.leverage * 1_000))) as Decimal);
    }
    return margin;
  }

  #refloat(): void {
    this.floatBase = toNumber((this.#cash + this.#settled - this.#openCost) as Decimal);
  }

  #countHolders(one: boolean): void {
    this.holding += one ? 1 : -1;
    this.onlyHolder = this.holding === 1 ? (this.owners.find(({ held }) => held !== 0) ?? null) : null;
  }
}
