/**
 * The tick window behind a book side changes nothing but speed: whatever jumps, drifts and outliers move it, the book
 * equals a plain Map, ranks are read right in any order, and the window stays within its bound.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BookSide } from "../../domain/book/book-side.ts";

type Change = readonly [price: number, quantity: number];

const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_007_199_254_740_991 }));

function apply(side: BookSide, levels: Map<number, number>, [price, amount]: Change): void {
  side.set(price, amount);
  if (amount === 0) levels.delete(price);
  else levels.set(price, amount);
}

function expectEqual(side: BookSide, sign: 1 | -1, levels: Map<number, number>): void {
  const sorted = [...levels].toSorted(([a], [b]) => (b - a) * sign);
  expect(side.count).toBe(sorted.length);
  expect([side.bestPrice, side.bestQuantity]).toEqual(sorted[0] ?? [0, 0]);
  expect(sorted.map((_, rank) => [side.priceAt(rank), side.quantityAt(rank)])).toEqual(sorted);
  expect([side.priceAt(sorted.length), side.priceAt(-1), side.quantityAt(sorted.length)]).toEqual([0, 0, 0]);
  const last = sorted.length - 1;
  if (last >= 2)
    expect([side.priceAt(last), side.priceAt(1), side.priceAt(last - 1)]).toEqual([sorted[last]![0], sorted[1]![0], sorted[last - 1]![0]]);
  expect(side.windowTicks).toBeLessThanOrEqual(65_536);
}

/** Changes around a centre that drifts, jumps by up to ten million ticks and comes back, with outliers far away. */
const journey = fc
  .array(
    fc.record({
      jump: fc.oneof(
        fc.constant(0),
        fc.integer({ min: -300, max: 300 }),
        fc.integer({ min: -70_000, max: 70_000 }),
        fc.integer({ min: -10_000_000, max: 10_000_000 }),
      ),
      near: fc.array(fc.tuple(fc.integer({ min: -80, max: 80 }), quantity), { minLength: 1, maxLength: 90 }),
      far: fc.array(fc.tuple(fc.integer({ min: 1, max: 2_000_000_000 }), quantity), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((legs) => {
    let centre = 50_000_000;
    return legs.map(({ jump, near, far }): Change[] => {
      centre = Math.max(1_000, centre + jump);
      return [...near.map(([offset, amount]): Change => [centre + offset, amount]), ...far];
    });
  });

describe("the tick window of a book side", () => {
  it.each([1, -1] as const)("agrees with a Map on any journey of the price, sign %i", (sign) => {
    fc.assert(
      fc.property(journey, (legs) => {
        const side = new BookSide(sign, 20_000);
        const levels = new Map<number, number>();
        for (const leg of legs) {
          for (const change of leg) apply(side, levels, change);
          expectEqual(side, sign, levels);
        }
      }),
      { seed: 20_240_811, numRuns: 120 },
    );
  });

  it.each([1, -1] as const)("agrees when old levels are taken away behind a moving price, sign %i", (sign) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 200, maxLength: 600 }), (moves) => {
        const side = new BookSide(sign, 20_000);
        const levels = new Map<number, number>();
        let price = 1_000_000;
        for (const [index, move] of moves.entries()) {
          price += move * 25;
          apply(side, levels, [price, index + 1]);
          if (levels.size > 30) apply(side, levels, [levels.keys().next().value!, 0]);
          if (index % 50 === 0) expectEqual(side, sign, levels);
        }
        expectEqual(side, sign, levels);
      }),
      { seed: 20_240_812, numRuns: 40 },
    );
  });

  it("is right for any tick, also one that the prices do not keep to", () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.boolean(), quantity);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.array(change, { maxLength: 200 }), fc.boolean(), (tick, changes, keeps) => {
        const side = new BookSide(1, 20_000, tick);
        const levels = new Map<number, number>();
        for (const [price, aligned, amount] of changes) apply(side, levels, [keeps || aligned ? price * tick : price, amount]);
        expectEqual(side, 1, levels);
        for (const [price] of changes) expect(side.quantityOf(price)).toBe(levels.get(price) ?? 0);
      }),
      { seed: 20_240_813, numRuns: 150 },
    );
  });

  it("agrees after any load, over what was there before", () => {
    const prices = fc.uniqueArray(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.array(prices, { minLength: 1, maxLength: 4 }), fc.constantFrom<1 | -1>(1, -1), (loads, sign) => {
        const side = new BookSide(sign, 20_000);
        for (const load of loads) {
          const sorted = load.toSorted((a, b) => (b - a) * sign);
          side.load(Float64Array.from(sorted.flatMap((price) => [price, price])));
          expectEqual(side, sign, new Map(sorted.map((price) => [price, price])));
        }
      }),
      { seed: 20_240_814, numRuns: 60 },
    );
  });

  it("forgets the farthest level, in the window or outside it", () => {
    const price = fc.oneof(fc.integer({ min: 1_000_000, max: 1_000_040 }), fc.integer({ min: 1, max: 3_000_000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(price, quantity), { maxLength: 300 }), fc.integer({ min: 1, max: 12 }), (changes, levelsMax) => {
        const side = new BookSide(1, levelsMax);
        const levels = new Map<number, number>();
        for (const change of changes) {
          apply(side, levels, change);
          if (levels.size > levelsMax) levels.delete(Math.min(...levels.keys()));
          expectEqual(side, 1, levels);
        }
      }),
      { seed: 20_240_815, numRuns: 60 },
    );
  });

  it("refuses a tick or a bound that is none, by name", () => {
    expect(() => new BookSide(1, 10, 0)).toThrow("tickUnits: expected a whole number of price units, at least 1, got 0");
    expect(() => new BookSide(1, 0)).toThrow("levelsMax: expected a whole number of levels, at least 1, got 0");
  });

  it("opens no window while changes lie near the top, one when they lie deep, and grows it while levels lie outside", () => {
    const side = new BookSide(1, 20_000);
    for (let change = 0; change < 1_000; change++) side.set(1_000_000 + (change % 4), change % 3);
    expect(side.windowTicks).toBe(0);
    for (let price = 999_999; price > 999_800; price -= 1) side.set(price, 1);
    expect(side.windowTicks).toBe(1_024);
    for (let price = 999_799; price > 950_000; price -= 10) side.set(price, 1);
    expect(side.windowTicks).toBe(65_536);
  });
});
