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

export class Owner implements HeldPosition {
  readonly strategyId: string;
  readonly venue: string;
  readonly symbol: string;
  quantity = ZERO;
  markPrice = ZERO;
  /** Unsigned quantities and undivided notionals of open orders. */
  workingBuys = 0n;
  workingSells = 0n;
  buyNotional = 0n;
  sellNotional = 0n;
  /** What the account's gross holds of it. */
  counted = 0n;

  constructor(strategyId: string, venue: string, symbol: string) {
    this.strategyId = strategyId;
    this.venue = venue;
    this.symbol = symbol;
  }

  /** Undivided notional of the worst case, at `markPrice`. */
  get worst(): bigint {
    return worstCase(this);
  }
}

/** The larger of the long and the short worst case at the owner's mark, never below 0. */
export function worstCase(owner: Readonly<Omit<Owner, "worst">>): bigint {
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
  /** Σ of what is counted of the owners. */
  #gross = 0n;
  /** The owner whose worst case has changed since it was counted: one order changes it several times before anyone asks. */
  #behind: Owner | null = null;
  /** The owner found last: all that happens to one order looks for the same. */
  #found: Owner | null = null;

  /** Undivided: Σ of every owner's worst case. */
  get gross(): bigint {
    this.#count();
    return this.#gross;
  }

  find(strategyId: string, venue: string, symbol: string): Owner | undefined {
    const last = this.#found;
    if (last !== null && last.strategyId === strategyId && last.symbol === symbol && last.venue === venue) return last;
    const found = this.#byStrategy
      .get(strategyId)
      ?.get(symbol)
      ?.find((owner) => owner.venue === venue);
    if (found !== undefined) this.#found = found;
    return found;
  }

  ensure(strategyId: string, venue: string, symbol: string): Owner {
    const known = this.find(strategyId, venue, symbol);
    if (known) return known;
    if (this.#owners >= OWNERS_MAX) this.#forgetIdle();
    const owner = new Owner(strategyId, venue, symbol);
    const symbols = this.#byStrategy.get(strategyId) ?? new Map<string, Owner[]>();
    symbols.set(symbol, [...(symbols.get(symbol) ?? []), owner]);
    this.#byStrategy.set(strategyId, symbols);
    this.#owners++;
    return owner;
  }

  /** `quantity` more (or, negative, less) open on `side`, at `price` each. */
  moveWorking(owner: Owner, side: Side, quantity: bigint, price: bigint): void {
    this.#changes(owner);
    if (side === "buy") {
      owner.workingBuys += quantity;
      owner.buyNotional += quantity * price;
    } else {
      owner.workingSells += quantity;
      owner.sellNotional += quantity * price;
    }
  }

  moveHeld(owner: Owner, quantity: Decimal): void {
    this.#changes(owner);
    owner.quantity = add(owner.quantity, quantity);
  }

  mark(owner: Owner, price: Decimal): void {
    if (owner.markPrice === price) return;
    this.#changes(owner);
    owner.markPrice = price;
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

  #changes(owner: Owner): void {
    if (owner === this.#behind) return;
    this.#count();
    this.#behind = owner;
  }

  #count(): void {
    const owner = this.#behind;
    if (owner === null) return;
    const worst = worstCase(owner);
    this.#gross += worst - owner.counted;
    owner.counted = worst;
    this.#behind = null;
  }

  #forgetIdle(): void {
    this.#count();
    this.#found = null;
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
export const NEW_OWNER: Readonly<Owner> = Object.freeze(new Owner("", "", ""));

/** The decimal nearest below an undivided notional, for showing. */
export function shown(notional: bigint): Decimal {
  return (notional === 0n ? ZERO : notional / UNIT) as Decimal;
}
