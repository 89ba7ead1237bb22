import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { decimal, type Decimal, fromUnits, mul, sub, ZERO } from "../../domain/kernel/decimal.ts";
import { VenueAccount } from "../../domain/simulation/venue-account.ts";
import { simListings } from "../../venues/sim/catalogue.ts";

const SEED = 20_251_123;
const listings = new Map(simListings("sim").map(({ instrument }) => [instrument.symbol, instrument]));
const spot = listings.get("BTC/USDT") as Instrument;
const perpetual = listings.get("BTC/USDT:USDT") as Instrument;

const trade = fc.record({
  isBuy: fc.boolean(),
  price: fc.integer({ min: 5_000_000, max: 7_000_000 }).map((units) => fromUnits(units, 2)),
  quantity: fc.integer({ min: 1, max: 200_000 }).map((units) => fromUnits(units, 5)),
  isMarket: fc.boolean(),
  parts: fc.integer({ min: 0, max: 4 }),
});

describe("account of a venue, for every sequence of orders", () => {
  it("spot: never spends what it has not; money only changes hands; nothing stays reserved", () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 40 }), (trades) => {
        const account = new VenueAccount();
        account.open({ USDT: decimal("100000"), BTC: decimal("1") });
        let paid = ZERO;
        let bought = ZERO;
        for (const [index, { isBuy, price, quantity, isMarket, parts }] of trades.entries()) {
          const side = isBuy ? "buy" : "sell";
          const id = `o-${index}`;
          if (account.check(spot, side, quantity, mul(price, quantity))) continue;
          if (!isMarket) account.reserve(id, spot, side, price, quantity);
          for (const part of split(quantity, parts)) {
            const notional = mul(price, part);
            const fee = mul(notional, spot.takerFeeRate);
            account.fill(id, spot, { side, price, quantity: part, fee });
            paid = (paid + (isBuy ? notional : -notional) + fee) as Decimal;
            bought = (bought + (isBuy ? part : -part)) as Decimal;
          }
          account.release(id);
          const { USDT, BTC } = account.balances();
          expect(USDT!.total).toBe(sub(decimal("100000"), paid));
          expect(BTC!.total).toBe(decimal("1") + bought);
          for (const balance of [USDT!, BTC!]) {
            expect(balance.free).toBe(balance.total);
            expect(balance.free).toBeGreaterThanOrEqual(0n);
          }
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it("linear: flat again means the cash flow of all trades, exactly, and no margin held", () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 30 }), (trades) => {
        const account = new VenueAccount();
        account.open({ USDT: decimal("1000000") });
        let position = ZERO;
        let cash = ZERO;
        const exchange = (isBuy: boolean, price: Decimal, quantity: Decimal): void => {
          account.fill("x", perpetual, { side: isBuy ? "buy" : "sell", price, quantity, fee: ZERO });
          position = (position + (isBuy ? quantity : -quantity)) as Decimal;
          cash = (cash - (isBuy ? 1n : -1n) * mul(price, quantity)) as Decimal;
        };
        for (const { isBuy, price, quantity } of trades) {
          exchange(isBuy, price, quantity);
          expect(account.positions()[perpetual.symbol]?.quantity ?? ZERO).toBe(position);
        }
        if (position !== ZERO) exchange(position < 0n, decimal("60000"), (position < 0n ? -position : position) as Decimal);
        expect(account.positions()).toEqual({});
        const { USDT } = account.balances();
        expect(USDT!.total).toBe(decimal("1000000") + cash);
        expect(USDT!.free).toBe(USDT!.total);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

/** Up to `parts` fills of a quantity, leaving the rest unfilled when `parts` is above 2. */
function split(quantity: Decimal, parts: number): Decimal[] {
  if (parts === 0) return [];
  const unit = fromUnits(1, 5);
  const part = ((quantity / BigInt(parts) / unit) * unit) as Decimal;
  return part === ZERO ? [quantity] : Array.from({ length: parts > 2 ? parts - 1 : parts }, () => part);
}
