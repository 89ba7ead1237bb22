/**
 * Nothing is lost or made by folding fills, to the last unit of 10^-18, whatever the prices, fees and flips.
 * A failure prints the seed and path to repeat it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, decimal, type Decimal, format, mul, sub, ZERO } from "../../domain/kernel/decimal.ts";
import type { Fill } from "../../domain/order/types.ts";
import { accountCash } from "../../domain/position/cash.ts";
import { portfolioPnl } from "../../domain/position/position-views.ts";
import { applyFill, FLAT, unrealisedPnl } from "../../domain/position/position.ts";
import { PositionsBook } from "../../domain/position/positions-book.ts";
import { restorePositions, snapshotPositions } from "../../domain/position/positions-snapshot.ts";
import { RecentMap } from "../../domain/position/recent-map.ts";
import { symbolAssets } from "../../domain/position/symbol-assets.ts";
import { filledOf, intentOf, START_MS } from "../unit/risk-samples.ts";

const RUNS = { numRuns: 300, seed: 20_250_102 };

/** Up to 18 decimals: products have more than fit, so rounding happens. */
const amount = (low: bigint, high: bigint) => fc.bigInt(low, high).map((units) => units as Decimal);
const price = amount(10n ** 12n, 10n ** 23n);
const quantity = amount(1n, 10n ** 21n);
const side = fc.constantFrom("buy" as const, "sell" as const);

const trade = fc.record({
  side,
  price,
  quantity,
  feeAsset: fc.constantFrom("USDT", "BTC", "BNB"),
  /** In 10^-5 of what the fee is taken from. */
  feeRate: fc.integer({ min: -20, max: 200 }),
});
type Trade = typeof trade extends fc.Arbitrary<infer T> ? T : never;

function fillOf({ price: at, quantity: size, feeAsset, feeRate }: Trade, index: number): Fill {
  const from = feeAsset === "BTC" ? size : feeAsset === "USDT" ? mul(at, size) : decimal("1");
  const fee = mul(from, (BigInt(feeRate) * 10n ** 13n) as Decimal);
  return { tradeId: `t${index}`, price: at, quantity: size, fee, feeAsset, liquidity: "taker", venueTimeMs: START_MS };
}

describe("position, for any fills", () => {
  it.each(["BTC/USDT", "BTC/USDT:USDT"])("cash + market value − fees = realised + unrealised − fees, exactly (%s)", (symbol) => {
    const assets = symbolAssets(symbol);
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 40 }), price, (trades, mark) => {
        let position = FLAT;
        let closedResults = ZERO;
        let realised = ZERO;
        for (const [index, each] of trades.entries()) {
          const outcome = applyFill(position, each.side, fillOf(each, index), assets);
          position = outcome.position;
          closedResults = add(closedResults, outcome.netRealisedPnl);
          realised = add(realised, outcome.realisedPnl);
          if (position.quantity === ZERO) expect([position.costBasis, position.openFees]).toEqual([ZERO, ZERO]);
        }
        const quoteFees = position.feesByAsset.get("USDT") ?? ZERO;
        const left = add(sub(position.cashFlow, quoteFees), mul(mark, position.quantity));
        const right = sub(add(position.realisedPnl, unrealisedPnl(position, mark)), position.feesInQuote);
        expect(format(left)).toBe(format(right));
        expect(position.realisedPnl).toBe(realised);
      }),
      RUNS,
    );
  });

  it("results of closed trades, less the fees of what is open, are the realised P&L less all fees", () => {
    const assets = symbolAssets("BTC/USDT:USDT");
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 40 }), (trades) => {
        let position = FLAT;
        let closedResults = ZERO;
        for (const [index, each] of trades.entries()) {
          const outcome = applyFill(position, each.side, fillOf({ ...each, feeAsset: "USDT" }, index), assets);
          position = outcome.position;
          closedResults = add(closedResults, outcome.netRealisedPnl);
        }
        expect(format(sub(closedResults, position.openFees))).toBe(format(sub(position.realisedPnl, position.feesInQuote)));
      }),
      RUNS,
    );
  });
});

describe("positions book, for any fills and marks", () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("trade" as const),
        strategyId: fc.constantFrom("a", "b", "c"),
        symbol: fc.constantFrom("BTC/USDT", "BTC/USDT:USDT"),
        trade,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("mark" as const), symbol: fc.constantFrom("BTC/USDT", "BTC/USDT:USDT"), price }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("bnb" as const), price }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("day" as const), afterMs: fc.integer({ min: 0, max: 86_400_000 * 3 }) }) },
  );

  it("strategies add up to the account, equity to cash and holdings, and a restored book is equal", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), price, price, price, (steps, spotMark, perpetualMark, bnb) => {
        const book = new PositionsBook({ account: "paper", currency: "USDT", startEquity: decimal("100000"), simulated: true });
        for (const [index, each] of steps.entries()) {
          if (each.kind === "mark") book.setMark("sim", each.symbol, each.price);
          else if (each.kind === "bnb") book.setAssetPrice("BNB", each.price);
          else if (each.kind === "day") {
            const event = book.rollDay(START_MS + each.afterMs);
            if (event) book.apply(event);
          } else {
            const intent = intentOf({ intentId: `i${index}`, strategyId: each.strategyId, symbol: each.symbol, side: each.trade.side });
            book.onOrderEvent(filledOf(intent, fillOf(each.trade, index)), book.appliedVersion + 1);
          }
        }
        expect(portfolioPnl(restorePositions(snapshotPositions(book)))).toEqual(portfolioPnl(book));
        book.setMark("sim", "BTC/USDT:USDT", perpetualMark);
        book.setMark("sim", "BTC/USDT", spotMark);
        book.setAssetPrice("BNB", bnb);
        expect(book.isPriced).toBe(true);

        let parts = ZERO;
        let holdings = accountCash(book);
        for (const { assets, position, valuation } of book.entries()) {
          parts = add(parts, valuation.netPnl);
          const value = assets.kind === "spot" ? mul(spotMark, position.quantity) : unrealisedPnl(position, perpetualMark);
          holdings = sub(add(holdings, value), mul(position.feesByAsset.get("BNB") ?? ZERO, bnb));
          if (assets.kind === "linear") holdings = sub(holdings, mul(position.feesByAsset.get("BTC") ?? ZERO, spotMark));
        }
        expect(format(book.equity)).toBe(format(add(decimal("100000"), parts)));
        expect(format(holdings)).toBe(format(book.equity));
        expect(snapshotPositions(restorePositions(snapshotPositions(book)))).toEqual(snapshotPositions(book));
      }),
      RUNS,
    );
  });
});

describe("recent map", () => {
  it("remembers exactly the newest keys, in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.string({ maxLength: 2 }), { maxLength: 60 }), (capacity, keys) => {
        const recent = new RecentMap<number>(capacity);
        let model: string[] = [];
        for (const [index, key] of keys.entries()) {
          expect(recent.add(key, index)).toBe(!model.includes(key));
          if (!model.includes(key)) model = [...model, key].slice(-capacity);
          expect(Array.from(recent.entries(), ([known]) => known)).toEqual(model);
        }
        expect(recent.size).toBe(model.length);
      }),
      RUNS,
    );
  });
});
