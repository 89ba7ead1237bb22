import { describe, expect, it } from "vitest";
import { searchSpec } from "../../domain/contract/research/search.ts";
import { createSpace } from "../../domain/optimization/space.ts";
import { crossing } from "./optimization-surfaces.ts";

const range = (from: number, to: number, step?: number, log = false) => ({ from, to, log, ...(step === undefined ? {} : { step }) });
const valuesOf = (spec: Parameters<typeof createSpace>[0], name: string) =>
  createSpace(spec, crossing).dimensions.find((dimension) => dimension.name === name)?.values;

describe("a search's space", () => {
  it("steps without float dust", () => {
    expect(valuesOf({ threshold: range(0.1, 0.7, 0.1) }, "threshold")).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(valuesOf({ threshold: range(0, 3e-7, 1e-7) }, "threshold")).toEqual([0, 1e-7, 2e-7, 3e-7]);
    expect(valuesOf({ size: range(1e9, 1e9 + 1, 0.25) }, "size")).toEqual([1e9, 1e9 + 0.25, 1e9 + 0.5, 1e9 + 0.75, 1e9 + 1]);
  });

  it("ends at the last step that fits", () => {
    expect(valuesOf({ fast: range(4, 41, 4) }, "fast")).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
    expect(valuesOf({ fast: range(5, 5) }, "fast")).toEqual([5]);
  });

  it("takes the declaration's step when none is given: 1 of a whole number", () => {
    expect(valuesOf({ fast: range(2, 5) }, "fast")).toEqual([2, 3, 4, 5]);
  });

  it("is continuous without any step, to six digits of the range", () => {
    const { dimensions, size } = createSpace({ threshold: range(0, 1) }, crossing);
    expect(size).toBe(Infinity);
    expect(dimensions[0]?.at(1 / 3)).toBe(0.333333);
  });

  it("lists values of any type, numbers in ascending order", () => {
    const space = createSpace(
      { slow: { values: [50, 20, 100] }, side: { values: ["short", "long"] }, long: { values: [true, false] } },
      crossing,
    );
    expect(space.size).toBe(12);
    expect(space.dimensions.map(({ kind }) => kind)).toEqual(["ordered", "categorical", "categorical"]);
    expect(space.at(0)).toEqual({ slow: 20, side: "short", long: true });
    expect(space.at(11)).toEqual({ slow: 100, side: "long", long: false });
  });

  it("spreads a log scale evenly in the logarithm", () => {
    const { dimensions } = createSpace({ size: range(1, 10_000, undefined, true) }, crossing);
    expect([0, 0.25, 0.5, 0.75, 1].map((unit) => dimensions[0]!.at(unit))).toEqual([1, 10, 100, 1000, 10_000]);
  });

  it("completes a combination with fixed values and defaults, and asks the strategy", () => {
    const space = createSpace({ fast: range(10, 50, 10) }, crossing, { slow: 40 });
    expect(space.complete({ fast: 20 })).toMatchObject({ fast: 20, slow: 40, threshold: 0.1, side: "both" });
    expect([space.refusal({ fast: 30 }), space.refusal({ fast: 40 })]).toEqual([null, "fast below slow"]);
  });

  it("may search over values that do not fit the fixed ones' defaults", () => {
    expect(createSpace({ slow: range(60, 80, 10) }, crossing, { fast: 50 }).size).toBe(3);
  });

  it.each([
    ["space", {}],
    ["space.quick", { quick: range(1, 2) }],
    ["space.toString", { toString: range(1, 2) }],
    ["space.fast.from", { fast: range(1, 20) }],
    ["space.fast.from", { fast: range(2.5, 20) }],
    ["space.fast.to", { fast: range(5, 300) }],
    ["space.fast.to", { fast: range(20, 5) }],
    ["space.fast.step", { fast: range(5, 20, 0.5) }],
    ["space.threshold.step", { threshold: range(0, 10, 1e-6) }],
    ["space.threshold.from", { threshold: range(0, 10, undefined, true) }],
    ["space.size.from", { size: range(0, 10, 1) }],
    ["space.side", { side: range(0, 2) }],
    ["space.long", { long: range(0, 1) }],
    ["space.side.values.1", { side: { values: ["long", "up"] } }],
    ["space.fast.values.2", { fast: { values: [5, 10, 5] } }],
    ["space.every.values.0", { every: { values: ["7m"] } }],
  ])("refuses %s by field", (field, spec) => {
    expect(() => createSpace(spec, crossing)).toThrow(
      expect.objectContaining({ type: "VALIDATION_ERROR", data: expect.objectContaining({ field }) }),
    );
  });

  it("refuses fixed values by field", () => {
    expect(() => createSpace({ fast: range(5, 10) }, crossing, { slow: 1000 })).toThrow(
      "params.slow: expected a whole number from 5 to 400",
    );
  });

  it("takes what the search spec allows", () => {
    const parsed = searchSpec.shape.space.parse({ fast: { from: 4, to: 40, step: 4 }, slow: { from: 20, to: 200, step: 20 } });
    expect(createSpace(parsed, crossing).size).toBe(100);
  });
});
