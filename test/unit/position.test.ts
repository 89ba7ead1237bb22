/** One position, against ledgers computed by hand. */
import { describe, expect, it } from "vitest";
import { decimal, format, ZERO } from "../../domain/kernel/decimal.ts";
import type { Side } from "../../domain/market/events.ts";
import { closeable, isDust } from "../../domain/position/dust.ts";
import { applyFill, averagePrice, FLAT, type Position, thirdAssetFees, unrealisedPnl } from "../../domain/position/position.ts";
import { symbolAssets } from "../../domain/position/symbol-assets.ts";
import { fillOf, SPOT } from "./risk-samples.ts";

const BTC = symbolAssets("BTC/USDT");
const ETH = symbolAssets("ETH/USDT:USDT");

type Row = [side: Side, price: string, quantity: string, quantityAfter: string, average: string | null, realised: string];

function fold(rows: readonly Row[], assets = ETH): Position {
  let position = FLAT;
  for (const [index, [side, price, quantity, after, average, realised]] of rows.entries()) {
    const outcome = applyFill(position, side, fillOf(`t${index}`, price, quantity), assets);
    position = outcome.position;
    expect(format(position.quantity), `quantity after row ${index}`).toBe(after);
    const mean = averagePrice(position);
    expect(mean === null ? null : format(mean), `average after row ${index}`).toBe(average);
    expect(format(position.realisedPnl), `realised after row ${index}`).toBe(realised);
  }
  return position;
}

describe("position", () => {
  it("is quantity 1 at 50000 after buying 1 at 50000", () => {
    const { position } = applyFill(FLAT, "buy", fillOf("t1", "50000", "1"), BTC);
    expect(format(position.quantity)).toBe("1");
    expect(format(averagePrice(position)!)).toBe("50000");
    expect(format(unrealisedPnl(position, decimal("50100")))).toBe("100");
  });

  it("re-averages when adding and keeps the average when reducing", () => {
    const position = fold([
      ["buy", "50000", "1", "1", "50000", "0"],
      ["buy", "51000", "1", "2", "50500", "0"],
      ["sell", "52000", "0.5", "1.5", "50500", "750"],
      ["sell", "50000", "0.5", "1", "50500", "500"],
      ["sell", "50500", "1", "0", null, "500"],
    ]);
    expect(position.costBasis).toBe(ZERO);
    expect(format(position.cashFlow)).toBe("500");
    expect(format(position.volume)).toBe("202500");
  });

  it("closes and opens on a flip, both ways", () => {
    fold([
      ["buy", "100", "2", "2", "100", "0"],
      ["sell", "110", "5", "-3", "110", "20"],
      ["sell", "120", "1", "-4", "112.5", "20"],
      ["buy", "100", "6", "2", "100", "70"],
    ]);
  });

  it("leaves no cost behind when thirds are sold one by one", () => {
    let position = FLAT;
    const trades = [
      ["buy", "100", "1"],
      ["buy", "101", "2"],
      ["sell", "101", "1"],
      ["sell", "101", "1"],
      ["sell", "101", "1"],
    ] as const;
    for (const [side, price, quantity] of trades) position = applyFill(position, side, fillOf("t", price, quantity), ETH).position;
    expect(position.quantity).toBe(ZERO);
    expect(position.costBasis).toBe(ZERO);
    expect(format(position.realisedPnl)).toBe("1");
  });

  it("takes quote fees from the result, not from the average", () => {
    const { position } = applyFill(FLAT, "buy", fillOf("t1", "50000", "1", "50"), BTC);
    expect(format(averagePrice(position)!)).toBe("50000");
    expect(format(position.feesInQuote)).toBe("50");
    const sold = applyFill(position, "sell", fillOf("t2", "51000", "1", "51"), BTC);
    expect(format(sold.realisedPnl)).toBe("1000");
    expect(format(sold.netRealisedPnl)).toBe("899");
    expect(sold.position.openFees).toBe(ZERO);
  });

  it("takes base fees from the quantity held, valued at the fill", () => {
    const { position } = applyFill(FLAT, "buy", fillOf("t1", "50000", "1", "0.001", "BTC"), BTC);
    expect(format(position.quantity)).toBe("0.999");
    expect(format(averagePrice(position)!)).toBe("50000");
    expect(format(position.feesInQuote)).toBe("50");
    expect(format(position.cashFlow)).toBe("-50000");
    expect(format(position.feesByAsset.get("BTC")!)).toBe("0.001");
  });

  it("keeps fees in a third asset by asset, and a perpetual's base asset is one", () => {
    const { position } = applyFill(FLAT, "buy", fillOf("t1", "50000", "1", "0.05", "BNB"), BTC);
    expect(thirdAssetFees(position, BTC)).toEqual([["BNB", decimal("0.05")]]);
    expect(position.feesInQuote).toBe(ZERO);
    const contract = applyFill(FLAT, "buy", fillOf("t1", "2000", "1", "0.001", "ETH"), ETH).position;
    expect(format(contract.quantity)).toBe("1");
    expect(thirdAssetFees(contract, ETH)).toEqual([["ETH", decimal("0.001")]]);
  });

  it("takes a rebate as a negative fee", () => {
    const { position } = applyFill(FLAT, "sell", fillOf("t1", "100", "1", "-0.02"), ETH);
    expect(format(position.feesInQuote)).toBe("-0.02");
  });

  it("refuses symbols it cannot account for", () => {
    expect(() => symbolAssets("BTC/USD:BTC")).toThrow("settles in BTC");
    expect(() => symbolAssets("BTCUSDT")).toThrow("symbol: expected a symbol such as BTC/USDT");
  });
});

describe("dust", () => {
  const rows: [quantity: string, price: string | null, closes: string, dust: string, isDust: boolean][] = [
    ["0.5", "50000", "0.5", "0", false],
    ["-0.5", "50000", "0.5", "0", false],
    ["0.123456", "50000", "0.12345", "0.000006", false],
    ["0.000009", "50000", "0", "0.000009", true],
    ["0.00005", "50000", "0", "0.00005", true],
    ["0.00005", null, "0.00005", "0", false],
    ["0", "50000", "0", "0", false],
    ["9500", "50000", "9000", "0", false],
  ];
  it.each(rows)("%s at %s closes %s, rests %s", (quantity, price, closes, dust, expected) => {
    const at = price === null ? null : decimal(price);
    const split = closeable(SPOT, decimal(quantity), at);
    expect(format(split.quantity)).toBe(closes);
    expect(format(split.dust)).toBe(dust);
    expect(isDust(SPOT, decimal(quantity), at)).toBe(expected);
  });
});
