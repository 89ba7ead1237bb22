import { describe, expect, it } from "vitest";
import {
  type Decimal,
  decimal,
  div,
  format,
  fromNumber,
  fromUnits,
  isMultiple,
  mul,
  mulDiv,
  quantize,
  toNumber,
  toUnits,
  ZERO,
} from "../../domain/kernel/decimal.ts";

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was refused";
};

describe("reading a decimal", () => {
  it.each([
    ["0", 0n],
    ["-0", 0n],
    ["00012.5000", 12_500_000_000_000_000_000n],
    ["+1", 10n ** 18n],
    ["1e-18", 1n],
    ["-1E+2", -(10n ** 20n)],
    ["0.000000000000000001", 1n],
    ["1.0000000000000000000000000000000000000000", 10n ** 18n],
  ])("reads %s", (text, units) => {
    expect(decimal(text)).toBe(units);
  });

  it.each(["", " 1", "1 ", ".5", "5.", "1,5", "0x10", "NaN", "Infinity", "--1", "1e", "1e1.5", "1_000", "١", "1\n", "1".repeat(31)])(
    "refuses %j, naming the field and what it got",
    (text) => {
      expect(() => decimal(text, "size")).toThrow(
        expect.objectContaining({ type: "VALIDATION_ERROR", data: expect.objectContaining({ field: "size" }) }),
      );
      expect(refusal(() => decimal(text, "size"))).toBe(`size: expected a decimal number, got ${JSON.stringify(text)}`);
    },
  );

  it("says what is too fine and what is too large", () => {
    expect(refusal(() => decimal("1.0000000000000000001", "price"))).toBe(
      'price: expected at most 18 decimals, got "1.0000000000000000001"',
    );
    expect(refusal(() => decimal("1e99", "price"))).toBe('price: expected a decimal number below 1e30, got "1e99"');
  });

  it("takes a float only through the door that says so", () => {
    expect(format(fromNumber(0.1))).toBe("0.1");
    expect(format(fromNumber(1e21))).toBe("1000000000000000000000");
    expect(format(fromNumber(-1.5e-7))).toBe("-0.00000015");
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(refusal(() => fromNumber(bad, "mean"))).toBe(`mean: expected a finite number, got ${bad}`);
  });
});

describe("rounding", () => {
  const unit = 1n as Decimal;
  const third = (value: number): Decimal => BigInt(value) as Decimal;
  it.each([
    [5, 2, "down", 2],
    [5, 2, "up", 3],
    [5, 2, "half-even", 2],
    [7, 2, "half-even", 4],
    [-5, 2, "down", -2],
    [-5, 2, "up", -3],
    [-5, 2, "half-even", -2],
    [-7, 2, "half-even", -4],
    [8, 3, "half-even", 3],
    [7, 3, "half-even", 2],
    [-8, 3, "half-even", -3],
    [6, 3, "up", 2],
    [1, 3, "half-even", 0],
    [-1, 3, "up", -1],
  ] as const)("%i / %i %s is %i", (numerator, denominator, mode, expected) => {
    expect(mulDiv(third(numerator), unit, third(denominator), mode)).toBe(BigInt(expected));
  });

  it("rounds half to even when nothing is said", () => {
    expect(mul(1n as Decimal, decimal("0.5"))).toBe(0n);
    expect(mul(3n as Decimal, decimal("0.5"))).toBe(2n);
    expect(format(div(decimal("2"), decimal("3")))).toBe("0.666666666666666667");
    expect(format(div(decimal("-2"), decimal("3"), "down"))).toBe("-0.666666666666666666");
  });

  it("quantizes toward zero when nothing is said", () => {
    expect(format(quantize(decimal("-1.29"), decimal("0.1")))).toBe("-1.2");
    expect(isMultiple(decimal("1.3"), decimal("0.1"))).toBe(true);
    expect(isMultiple(decimal("1.35"), decimal("0.1"))).toBe(false);
  });
});

describe("what can only be a bug", () => {
  it.each([
    ["division by zero", () => div(decimal("1"), ZERO)],
    ["division by zero", () => mulDiv(decimal("1"), decimal("1"), ZERO)],
    ["quantize step must be positive", () => quantize(decimal("1"), ZERO)],
    ["1.25 has more than 1 decimals", () => toUnits(decimal("1.25"), 1)],
    ["9007199254740992 with 0 decimals is beyond 2^53", () => toUnits(decimal("9007199254740992"), 0)],
  ])("throws an InvariantError: %s", (message, work) => {
    expect(work).toThrow(expect.objectContaining({ name: "InvariantError", message }));
  });
});

it("counts units of a book's decimals", () => {
  expect(format(fromUnits(6_173_763, 2))).toBe("61737.63");
  expect(toUnits(decimal("61737.63"), 2)).toBe(6_173_763);
  expect(toNumber(decimal("61737.63"))).toBe(61_737.63);
});
