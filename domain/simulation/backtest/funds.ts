/** Can the account pay for a fill? Spot by what is not tied up, contracts by initial margin over all they hold. */
import { type Decimal, abs, add, format, mul, sub, toNumber, ZERO } from "../../kernel/decimal.ts";
import type { Side } from "../../market/events.ts";
import type { Owner, SimulatedAccount } from "./account.ts";

interface Asked {
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** The quantity as a float. */
  readonly amount: number;
  readonly feeRate: Decimal;
}

interface Purse {
  readonly account: SimulatedAccount;
  readonly mark: (owner: Owner) => Decimal;
}

/** Why it cannot, or null. What shrinks a position always passes. */
export function lackingFunds({ account, mark }: Purse, owner: Owner, { side, price, quantity, amount, feeRate }: Asked): string | null {
  const held = owner.exactQuantity;
  const signed = (side === "buy" ? quantity : -quantity) as Decimal;
  if (held !== ZERO && held > ZERO !== signed > ZERO && abs(held) >= quantity) return null;
  if (owner.market.kind !== "spot" && account.isFarFromMargin(owner, side === "buy" ? amount : -amount, toNumber(price))) return null;
  const notional = account.notional(owner, quantity, price);
  const fee = mul(notional, feeRate);
  if (owner.market.kind === "spot") {
    const [needs, free] = [add(notional, fee), account.freeCash()];
    return needs <= free ? null : `needs ${format(needs)}, free ${format(free)}`;
  }
  const priceOf = (each: Owner) => (each === owner ? price : mark(each));
  const [needs, equity] = [account.margin(priceOf, owner, signed), sub(account.equity(priceOf), fee)];
  return needs <= equity ? null : `margin of ${format(needs)} is more than the equity ${format(equity)}`;
}
