import { describe, expect, it } from "vitest";
import { checkOrderNumbers, findInstrument, type Instrument, roundPrice, roundQuantity } from "../../domain/instrument/instrument.ts";
import { marketKey, parseSymbol, pathSymbol } from "../../domain/instrument/symbol.ts";
import { decimal, format } from "../../domain/kernel/decimal.ts";

const BTC: Instrument = {
  venue: "sim",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  kind: "spot",
  priceDecimals: 2,
  quantityDecimals: 5,
  tickSize: decimal("0.01"),
  lotSize: decimal("0.001"),
  minQuantity: decimal("0.002"),
  maxQuantity: decimal("9"),
  minNotional: decimal("10"),
  makerFeeRate: decimal("0.001"),
  takerFeeRate: decimal("0.001"),
};

describe("an order's numbers", () => {
  it.each([
    ["1", "100", null, null],
    ["1", null, "100", null],
    ["1", null, null, null],
    ["0.1", "100", null, null],
    ["0", "100", null, "BAD_QUANTITY"],
    ["-1", "100", null, "BAD_QUANTITY"],
    ["0.0015", "100", null, "LOT_SIZE"],
    ["0.001", "100000", null, "MIN_QUANTITY"],
    ["9", "100", null, null],
    ["9.001", "100", null, "MAX_QUANTITY"],
    ["1", "0", null, "BAD_PRICE"],
    ["1", "-1", null, "BAD_PRICE"],
    ["1", "100.001", null, "TICK_SIZE"],
    ["0.099", "100", null, "MIN_NOTIONAL"],
    ["0.099", null, "100", "MIN_NOTIONAL"],
    ["0.099", "102", "1", null],
  ] as const)("quantity %s at %s (reference %s): %s", (quantity, price, reference, type) => {
    const broken = checkOrderNumbers(BTC, {
      quantity: decimal(quantity),
      price: price === null ? null : decimal(price),
      referencePrice: reference === null ? null : decimal(reference),
    });
    expect(broken?.type ?? null).toBe(type);
    if (broken)
      expect(broken).toMatchObject({
        retryable: false,
        data: { field: expect.stringMatching(/^(quantity|price)$/), expected: expect.any(String), got: expect.any(String) },
      });
  });

  it("say what would do", () => {
    const broken = checkOrderNumbers(BTC, { quantity: decimal("0.0015"), price: null, referencePrice: null });
    expect(broken?.message).toBe("quantity: expected a multiple of 0.001, got 0.0015");
  });
});

describe("rounding on request", () => {
  it("never makes an order larger or more aggressive", () => {
    expect(format(roundQuantity(BTC, decimal("-1.23456")))).toBe("1.234");
    expect(format(roundPrice(BTC, decimal("100.019"), "buy"))).toBe("100.01");
    expect(format(roundPrice(BTC, decimal("100.011"), "sell"))).toBe("100.02");
    expect(format(roundPrice(BTC, decimal("100.01"), "sell"))).toBe("100.01");
  });
});

it("finds an instrument or names what it looked for", () => {
  expect(findInstrument([BTC], "sim", "BTC/USDT")).toBe(BTC);
  expect(() => findInstrument([BTC], "sim", "ETH/USDT")).toThrow("instrument sim:ETH/USDT does not exist");
});

describe("symbols", () => {
  it.each([
    ["BTC/USDT", "BTC/USDT"],
    ["btc-usdt", "BTC/USDT"],
    ["eth-usdt:usdt", "ETH/USDT:USDT"],
    ["1000SHIB/USDT", "1000SHIB/USDT"],
  ])("%s reads as %s, and back from its path form", (text, symbol) => {
    expect(parseSymbol(text)).toBe(symbol);
    expect(parseSymbol(pathSymbol(symbol))).toBe(symbol);
    expect(encodeURIComponent(pathSymbol(symbol)).includes("%2F")).toBe(false);
  });

  it.each([
    "",
    "BTC",
    "BTC/",
    "/USDT",
    "BTC/USDT/X",
    "BTC-USDT-X",
    "BTC/USDT:",
    "BTC/ÜSDT",
    " BTC/USDT",
    "BTC/USDT\n",
    `${"A".repeat(21)}/USDT`,
  ])("refuses %j", (text) => {
    expect(() => parseSymbol(text, "market")).toThrow(
      expect.objectContaining({ type: "VALIDATION_ERROR", data: expect.objectContaining({ field: "market" }) }),
    );
  });

  it("keys a market", () => expect(marketKey("sim", "BTC/USDT")).toBe("sim:BTC/USDT"));
});
