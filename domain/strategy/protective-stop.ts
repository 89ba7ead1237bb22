/**
 * The protective stop of one instance: a price at which its whole position is closed with a market order. Kept by the
 * runner, not by the venue: it is saved with the state, survives a restart, and works alike live, on paper and in a
 * backtest; while the program is down nothing watches it. One at a time; it goes with the position it protects.
 */
import { format, toNumber, type Decimal } from "../kernel/decimal.ts";
import { amountOf, badIntent } from "./amounts.ts";

/** As it is saved: JSON. */
export interface SavedStop {
  readonly price: string;
  readonly why: string;
}

export class ProtectiveStop {
  /** NaN when there is none: no comparison with it is ever true. */
  price = Number.NaN;
  why = "";
  #exact: Decimal | null = null;
  #hasHeld = false;

  constructor(saved: SavedStop | null) {
    this.restore(saved);
  }

  restore(saved: SavedStop | null): void {
    if (saved === null) this.clear();
    else this.set(saved.price, saved.why);
  }

  /** @throws {DstaError} BAD_INTENT for a price that is none. */
  set(price: number | string | Decimal, why: string): void {
    const exact = amountOf(price, "stop");
    if (exact <= 0n) throw badIntent("stop", "a price above 0", format(exact));
    this.#exact = exact;
    this.price = toNumber(exact);
    this.why = why;
  }

  clear(): void {
    this.#exact = null;
    this.#hasHeld = false;
    this.price = Number.NaN;
    this.why = "";
  }

  get isSet(): boolean {
    return this.#exact !== null;
  }

  /** Has a position of this signed size been taken to its stop by a price of `price`? */
  isHit(quantity: number, price: number): boolean {
    return quantity > 0 ? price <= this.price : quantity < 0 && price >= this.price;
  }

  /** The position after a fill: a stop set ahead of its entry waits, one whose position has ended is gone. */
  follow(quantity: number): void {
    if (quantity !== 0) this.#hasHeld = true;
    else if (this.#hasHeld) this.clear();
  }

  saved(): SavedStop | null {
    return this.#exact === null ? null : { price: format(this.#exact), why: this.why };
  }
}
