/** Decimal against exact rational arithmetic on plain bigints: text round trips, arithmetic laws, every rounding. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  type Decimal,
  decimal,
  div,
  format,
  fromNumber,
  fromUnits,
  isMultiple,
  max,
  min,
  mul,
  mulDiv,
  negate,
  quantize,
  type Rounding,
  sub,
  toNumber,
  toUnits,
  UNIT,
  ZERO,
} from "../../domain/kernel/decimal.ts";

const ONE = 10n ** 18n;
const any = fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n }).map((value) => value as Decimal);
/** Small magnitudes: where roundings meet zero and ties. */
const small = fc.bigInt({ min: -50n, max: 50n }).map((value) => value as Decimal);
const mixed = fc.oneof(
  any,
  small,
  any.map((value) => ((value / ONE) * ONE) as Decimal),
);
const nonZero = mixed.filter((value) => value !== 0n);
const rounding = fc.constantFrom<Rounding>("down", "up", "half-even");

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** What a rounding means, said without division of signed numbers: the integer next to |n|/|d|, with the sign put back. */
function rounded(numerator: bigint, denominator: bigint, mode: Rounding): bigint {
  const [top, bottom] = [magnitude(numerator), magnitude(denominator)];
  const floor = top / bottom;
  const twice = 2n * (top - floor * bottom);
  const raise = mode === "up" ? twice > 0n : mode === "half-even" && (twice > bottom || (twice === bottom && floor % 2n === 1n));
  const size = raise ? floor + 1n : floor;
  return numerator < 0n !== denominator < 0n ? -size : size;
}

describe("texts", () => {
  it("read back exactly what was printed, in its shortest form", () => {
    fc.assert(
      fc.property(mixed, (value) => {
        const text = format(value);
        expect(decimal(text)).toBe(value);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(text).not.toBe("-0");
      }),
    );
  });

  it("mean the same with signs, leading and trailing zeros and an exponent", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (digits, zeros, exponent) => {
          const shifted = exponent >= 0 ? digits * 10n ** BigInt(exponent) * ONE : (digits * ONE) / 10n ** BigInt(-exponent);
          expect(decimal(`+${"0".repeat(zeros)}${digits}.${"0".repeat(zeros + 1)}e${exponent}`)).toBe(shifted);
          expect(decimal(`-${digits}E${exponent}`)).toBe(-shifted);
        },
      ),
    );
  });

  it("take a float by its shortest text and give the same float back", () => {
    const money = fc
      .tuple(fc.integer({ min: -(10 ** 11), max: 10 ** 11 }), fc.integer({ min: 0, max: 8 }))
      .map(([units, decimals]) => units / 10 ** decimals);
    fc.assert(
      fc.property(money, (value) => {
        const exact = fromNumber(value);
        expect(format(exact)).toBe(format(decimal(String(value))));
        expect(Math.abs(toNumber(exact) - value)).toBeLessThanOrEqual(Math.abs(value) * Number.EPSILON);
      }),
    );
  });
});

describe("arithmetic", () => {
  it("adds, subtracts and negates like integers", () => {
    fc.assert(
      fc.property(mixed, mixed, mixed, (a, b, c) => {
        expect(add(a, b)).toBe(add(b, a));
        expect(add(add(a, b), c)).toBe(add(a, add(b, c)));
        expect(sub(a, b)).toBe(add(a, negate(b)));
        expect(sub(add(a, b), b)).toBe(a);
        expect(abs(a)).toBe(magnitude(a));
        expect(add(min(a, b), max(a, b))).toBe(add(a, b));
        expect(min(a, b) <= max(a, b)).toBe(true);
      }),
    );
  });

  it("multiplies and divides the exact rational, rounded once as asked", () => {
    fc.assert(
      fc.property(mixed, nonZero, rounding, (a, b, mode) => {
        expect(mul(a, b, mode)).toBe(rounded(a * b, ONE, mode));
        expect(div(a, b, mode)).toBe(rounded(a * ONE, b, mode));
      }),
      { numRuns: 500 },
    );
  });

  it("multiplies then divides with one rounding, not two", () => {
    fc.assert(
      fc.property(mixed, mixed, nonZero, rounding, (a, b, c, mode) => {
        expect(mulDiv(a, b, c, mode)).toBe(rounded(a * b, c, mode));
        if (b !== 0n) expect(mulDiv(a, b, b, mode)).toBe(a);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps a product of two numbers of at most 9 decimals exact", () => {
    const coarse = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map((units) => (units * 10n ** 9n) as Decimal);
    fc.assert(
      fc.property(coarse, coarse, rounding, (a, b, mode) => {
        expect(mul(a, b, mode) * ONE).toBe(a * b);
      }),
    );
  });

  it("is symmetric around zero in every rounding", () => {
    fc.assert(
      fc.property(mixed, nonZero, rounding, (a, b, mode) => {
        expect(mul(negate(a), b, mode)).toBe(negate(mul(a, b, mode)));
        expect(div(a, negate(b), mode)).toBe(negate(div(a, b, mode)));
      }),
    );
  });
});

describe("steps and units", () => {
  const step = fc.bigInt({ min: 1n, max: 10n ** 19n }).map((value) => value as Decimal);

  it("quantizes to the multiple the rounding names, and leaves multiples alone", () => {
    fc.assert(
      fc.property(mixed, step, rounding, (value, size, mode) => {
        const result = quantize(value, size, mode);
        expect(result).toBe(rounded(value, size, mode) * size);
        expect(isMultiple(result, size)).toBe(true);
        expect(quantize(result, size, mode)).toBe(result);
        expect(magnitude(result - value) < size).toBe(true);
        if (mode === "down") expect(magnitude(result) <= magnitude(value)).toBe(true);
        if (mode === "up") expect(magnitude(result) >= magnitude(value)).toBe(true);
      }),
    );
  });

  it("counts units and back", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 18 }), (units, decimals) => {
        const value = fromUnits(units, decimals);
        expect(toUnits(value, decimals)).toBe(units === 0 ? 0 : units);
        expect(value * 10n ** BigInt(decimals)).toBe(BigInt(units) * ONE);
      }),
    );
  });

  it("has the constants it says", () => expect([ZERO, UNIT]).toEqual([0n, ONE]));
});
