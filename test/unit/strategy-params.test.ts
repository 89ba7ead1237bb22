import { describe, expect, it } from "vitest";
import { bool, candles, choice, defineStrategy, int, interval, number, quantity, quote } from "../../domain/strategy/index.ts";
import { toFields, validateParams } from "../../domain/strategy/param-values.ts";

const strategy = defineStrategy({
  name: "table",
  version: 1,
  params: {
    fast: int(10, { min: 2, max: 200, label: "Fast", help: "Quick one", unit: "bars" }),
    slow: int(30, { min: 5, max: 400 }),
    width: number(2, { min: 0.5, max: 5, step: 0.1 }),
    free: number(-1),
    size: quote(1_000, { max: 5_000 }),
    lot: quantity(0.5),
    loud: bool(false),
    side: choice("long", ["long", "both"]),
    bars: interval("1m", { choices: ["1m", "5m"] }),
  },
  check: ({ fast, slow }) => (slow > fast ? null : `slow above fast, ${fast}`),
  data: { bars: candles({ param: "bars" }) },
  on: { bar() {} },
});

const defaults = { fast: 10, slow: 30, width: 2, free: -1, size: 1_000, lot: 0.5, loud: false, side: "long", bars: "1m" };

describe("parameters of a strategy", () => {
  it("take their defaults and what is given, and are frozen", () => {
    expect(validateParams(strategy, {})).toEqual(defaults);
    const values = validateParams(strategy, { fast: 12, side: "both", bars: undefined });
    expect(values).toEqual({ ...defaults, fast: 12, side: "both" });
    expect(Object.isFrozen(values)).toBe(true);
  });

  it.each([
    [{ fast: 1 }, "params.fast", "a whole number from 2 to 200"],
    [{ fast: 201 }, "params.fast", "a whole number from 2 to 200"],
    [{ fast: 10.5 }, "params.fast", "a whole number from 2 to 200"],
    [{ fast: "10" }, "params.fast", "a whole number from 2 to 200"],
    [{ fast: null }, "params.fast", "a whole number from 2 to 200"],
    [{ width: Number.NaN }, "params.width", "a number from 0.5 to 5"],
    [{ width: 5.0001 }, "params.width", "a number from 0.5 to 5"],
    [{ free: Number.POSITIVE_INFINITY }, "params.free", "a number"],
    [{ size: 0 }, "params.size", "a number above 0 to 5000"],
    [{ size: -1 }, "params.size", "a number above 0 to 5000"],
    [{ lot: 0 }, "params.lot", "a number above 0"],
    [{ loud: "yes" }, "params.loud", "true or false"],
    [{ side: "short" }, "params.side", "one of long, both"],
    [{ bars: "1h" }, "params.bars", "one of 1m, 5m"],
    [{ quick: 3 }, "params.quick", "one of the parameters of table: fast, slow, width, free, size, lot, loud, side, bars"],
    [{ fast: 30 }, "params", "slow above fast, 30"],
  ])("refuse %j at %s", (given, field, expected) => {
    expect(() => validateParams(strategy, given)).toThrowError(
      expect.objectContaining({ type: "VALIDATION_ERROR", data: expect.objectContaining({ field, expected }) as unknown }),
    );
  });

  it("become form fields in the order they are declared", () => {
    const fields = toFields(strategy);
    expect(fields.map(({ name }) => name)).toEqual(Object.keys(defaults));
    expect(fields[0]).toEqual({
      name: "fast",
      type: "int",
      label: "Fast",
      unit: "bars",
      default: 10,
      min: 2,
      max: 200,
      step: 1,
      choices: null,
      help: "Quick one",
    });
    expect(fields[4]).toMatchObject({ type: "quote", label: "size", unit: "quote", min: null, max: 5_000 });
    expect(fields.at(-1)).toMatchObject({ type: "interval", default: "1m", choices: ["1m", "5m"] });
  });

  it("must have defaults that fit", () => {
    expect(() => int(1, { min: 2, max: 3 })).toThrow("default: expected a whole number from 2 to 3, got 1");
    expect(() => quote(0)).toThrow("above 0");
  });
});

describe("a definition", () => {
  const good = { name: "good", version: 1, params: {}, data: { bars: candles("1m") }, on: { bar() {} } } as const;

  it.each([
    ["name", { ...good, name: "Good One" }],
    ["version", { ...good, version: 0 }],
    ["params", { ...good, params: { Fast: int(1, { min: 1, max: 2 }) } }],
    ["data", { ...good, data: {} }],
    ["on", { ...good, on: {} }],
    ["on.tick", { ...good, on: { tick() {} } }],
    ["on.top", { ...good, on: { top() {} } }],
    ["data.bars", { ...good, data: { bars: candles({ param: "nothing" }) } }],
    ["params", { ...good, check: () => "never" }],
  ])("with a bad %s is refused by that name", (field, definition) => {
    expect(() => defineStrategy(definition as unknown as typeof good)).toThrowError(
      expect.objectContaining({ type: "VALIDATION_ERROR", data: expect.objectContaining({ field }) as unknown }),
    );
  });
});
