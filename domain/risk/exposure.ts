/**
 * Worst cases: what each owner's position could become if all its open orders of one direction fill and none of the
 * other. Owns quantities held and working, and the account's gross of all worst cases, kept ready for the review.
 *
 * Notionals here are products of two decimals left undivided (10^-36 of quote): comparing and adding them is exact and
 * needs no rounding. An owner is valued at the mark of its last review or of `setMark`; fills move quantities only.
 * Bound: beyond 10,000 owners those that hold nothing and have nothing working are forgotten; facts are never refused.
 */
import { type Decimal, add, UNIT, ZERO } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";

const OWNERS_MAX = 10_000;

/** A decimal amount in the undivided scale. */
export function undivided(amount: Decimal): bigint {
  return amount * UNIT;
}

export interface HeldPosition {
  readonly strategyId: string;
  readonly venue: string;
  readonly symbol: string;
  /** Signed, held now. */
  quantity: Decimal;
  /** 0 before the first review or fill. */
  markPrice: Decimal;
}

export interface Owner extends HeldPosition {
  /** Unsigned quantities and undivided notionals of open orders. */
  workingBuys: bigint;
  workingSells: bigint;
  buyNotional: bigint;
  sellNotional: bigint;
  /** Undivided notional of the worst case, at `markPrice`. */
  worst: bigint;
}

function newOwner(strategyId: string, venue: string, symbol: string): Owner {
  return {
    strategyId,
    venue,
    symbol,
    quantity: ZERO,
    markPrice: ZERO,
    workingBuys: 0n,
    workingSells: 0n,
    buyNotional: 0n,
    sellNotional: 0n,
    worst: 0n,
  };
}

/** The larger of the long and the short worst case at the owner's mark, never below 0. */
export function worstCase(owner: Readonly<Owner>): bigint {
  const held = owner.quantity * owner.markPrice;
  const long = held + owner.buyNotional;
  const short = owner.sellNotional - held;
  const worst = long > short ? long : short;
  return worst > 0n ? worst : 0n;
}

/** How much of the position an order on `side` can still close, working orders counted as filled; may be negative. */
export function closable(owner: Readonly<Owner>, side: Side): bigint {
  return side === "sell" ? owner.quantity - owner.workingSells : -owner.quantity - owner.workingBuys;
}

export class ExposureBook {
  readonly #byStrategy = new Map<string, Map<string, Owner[]>>();
  #owners = 0;
  #gross = 0n;

  /** Undivided: Σ of every owner's worst case. */
  get gross(): bigint {
    return this.#gross;
  }

  find(strategyId: string, venue: string, symbol: string): Owner | undefined {
    return this.#byStrategy
      .get(strategyId)
      ?.get(symbol)
      ?.find((owner) => owner.venue === venue);
  }

  ensure(strategyId: string, venue: string, symbol: string): Owner {
    const known = this.find(strategyId, venue, symbol);
    if (known) return known;
    if (this.#owners >= OWNERS_MAX) this.#forgetIdle();
    const owner = newOwner(strategyId, venue, symbol);
    const symbols = this.#byStrategy.get(strategyId) ?? new Map<string, Owner[]>();
    symbols.set(symbol, [...(symbols.get(symbol) ?? []), owner]);
    this.#byStrategy.set(strategyId, symbols);
    this.#owners++;
    return owner;
  }

  /** `quantity` more (or, negative, less) open on `side`, at `price` each. */
  moveWorking(owner: Owner, side: Side, quantity: bigint, price: bigint): void {
    if (side === "buy") {
      owner.workingBuys += quantity;
      owner.buyNotional += quantity * price;
    } else {
      owner.workingSells += quantity;
      owner.sellNotional += quantity * price;
    }
    this.#revalue(owner);
  }

  moveHeld(owner: Owner, quantity: Decimal): void {
    owner.quantity = add(owner.quantity, quantity);
    this.#revalue(owner);
  }

  mark(owner: Owner, price: Decimal): void {
    if (owner.markPrice === price) return;
    owner.markPrice = price;
    this.#revalue(owner);
  }

  /** What each owner holds and at which mark, for a snapshot. */
  held(): HeldPosition[] {
    return Array.from(this.owners(), ({ strategyId, venue, symbol, quantity, markPrice }) => ({
      strategyId,
      venue,
      symbol,
      quantity,
      markPrice,
    }));
  }

  *owners(): Generator<Owner> {
    for (const symbols of this.#byStrategy.values()) for (const owners of symbols.values()) yield* owners;
  }

  #revalue(owner: Owner): void {
    const worst = worstCase(owner);
    this.#gross += worst - owner.worst;
    owner.worst = worst;
  }

  #forgetIdle(): void {
    for (const [strategyId, symbols] of this.#byStrategy) {
      for (const [symbol, owners] of symbols) {
        const busy = owners.filter((owner) => owner.quantity !== 0n || owner.workingBuys !== 0n || owner.workingSells !== 0n);
        this.#owners -= owners.length - busy.length;
        if (busy.length > 0) symbols.set(symbol, busy);
        else symbols.delete(symbol);
      }
      if (symbols.size === 0) this.#byStrategy.delete(strategyId);
    }
  }
}

/** An owner that has never traded. */
export const NEW_OWNER: Readonly<Owner> = Object.freeze(newOwner("", "", ""));

/** The decimal nearest below an undivided notional, for showing. */
export function shown(notional: bigint): Decimal {
  return (notional === 0n ? ZERO : notional / UNIT) as Decimal;
}
