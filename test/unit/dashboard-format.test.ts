/** How the page writes numbers and times. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  age,
  amount,
  clockTime,
  clockTimeMs,
  compact,
  dayTime,
  decimal,
  latency,
  number,
  percent,
  placesOf,
  signOf,
  smallPercent,
  sumDecimals,
} from "../../dashboard/src/model/format.ts";

describe("decimal", () => {
  it("groups thousands, pads and rounds as text, half away from zero", () => {
    expect(decimal("1283913.394", { places: 2 })).toBe("1,283,913.39");
    expect(decimal("0.005", { places: 2 })).toBe("0.01");
    expect(decimal("-0.005", { places: 2 })).toBe("−0.01");
    expect(decimal("999.995", { places: 2 })).toBe("1,000.00");
    expect(decimal("67412.6", { places: 0 })).toBe("67,413");
    expect(decimal("0.74", { places: 4 })).toBe("0.7400");
  });
  it("signs gains, uses the true minus, and leaves zero without a sign", () => {
    expect(decimal("502.31", { places: 2, signed: true })).toBe("+502.31");
    expect(decimal("-118.4", { places: 2, signed: true })).toBe("−118.40");
    expect(decimal("-0.001", { places: 2, signed: true })).toBe("0.00");
  });
  it("keeps all digits without trailing zeros when no places are asked", () => {
    expect(decimal("0.123456789012345678")).toBe("0.123456789012345678");
    expect(decimal("10.500")).toBe("10.5");
    expect(decimal("100")).toBe("100");
  });
  it("shows what is missing as a dash and what is no decimal as it came", () => {
    expect(decimal(null)).toBe("—");
    expect(decimal("market")).toBe("market");
  });
  it("agrees with exact integer arithmetic for any amount of cents", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (cents) => {
        const text = `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
        expect(decimal(text, { places: 2 }).replaceAll(",", "")).toBe(text);
      }),
    );
  });
});

describe("sums, signs and places", () => {
  it("adds without binary fractions", () => {
    expect(sumDecimals(["0.1", "0.2"])).toBe("0.3");
    expect(sumDecimals(["-1.5", "1", "0.25"])).toBe("-0.25");
    expect(sumDecimals([])).toBe("0");
  });
  it("knows signs of texts", () => {
    expect([signOf("-0.1"), signOf("0.00"), signOf("-0"), signOf("3"), signOf(null)]).toEqual([-1, 0, 0, 1, 0]);
  });
  it("reads places from a tick size", () => {
    expect([placesOf("0.0100"), placesOf("1"), placesOf("0.5"), placesOf("1.000")]).toEqual([2, 0, 1, 0]);
  });
});

describe("statistics and times", () => {
  it("writes numbers, percent and latencies", () => {
    expect(number(1284)).toBe("1,284");
    expect(number(-4.2, 1, true)).toBe("−4.2");
    expect(number(Number.NaN)).toBe("—");
    expect(percent(0.0004, 2, true)).toBe("+0.04 %");
    expect([latency(9), latency(710), latency(1_800_000), latency(null)]).toEqual(["9 µs", "0.71 ms", "1.8 s", "—"]);
  });
  it("writes UTC times and ages", () => {
    const at = Date.UTC(2025, 10, 22, 3, 12, 8, 114);
    expect([clockTime(at), clockTimeMs(at), dayTime(at)]).toEqual(["03:12:08", "03:12:08.114", "22 Nov 03:12:08"]);
    expect([age(10), age(300), age(4_000), age(720_000), age(7_200_000), age(6 * 86_400_000)]).toEqual([
      "now",
      "0.3s",
      "4s",
      "12m",
      "2h",
      "6d",
    ]);
  });
});

describe("figures in little room", () => {
  it("keeps three significant digits and never cuts a figure", () => {
    const figures = [0, 0.02987, 0.36, 7.18, 9.999, 42.06, 4_358.2, 9_999.6, 55_864.3, 999_949, 1_234_567, 123_456_789];
    expect(figures.map(compact)).toEqual([
      "0",
      "0.0299",
      "0.360",
      "7.18",
      "10.0",
      "42.1",
      "4,358",
      "10.0k",
      "55.9k",
      "1,000k",
      "1.2M",
      "123M",
    ]);
  });
  it("shows an amount that two places would hide", () => {
    expect(["0", "1.5", "0.064", "0.00002134", "-0.0003"].map(amount)).toEqual(["0.00", "1.50", "0.06", "0.000021", "−0.00030"]);
  });
  it("gives a small share of the day a third place, and nothing no sign", () => {
    expect([0.0042, -0.000157, -0.0000001].map(smallPercent)).toEqual(["+0.42 %", "−0.016 %", "0.000 %"]);
  });
});
