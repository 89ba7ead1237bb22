import { describe, expect, it } from "vitest";
import { decimal } from "../../domain/kernel/decimal.ts";
import { inferInstrument } from "../../venues/binance/infer-instrument.ts";
import { binanceSymbol, splitBinanceSymbol } from "../../venues/binance/symbols.ts";

describe("Binance symbols", () => {
  it.each([
    ["BTCUSDT", "spot", "BTC", "USDT", "BTC/USDT"],
    ["ethbtc", "spot", "ETH", "BTC", "ETH/BTC"],
    ["BTCFDUSD", "spot", "BTC", "FDUSD", "BTC/FDUSD"],
    ["BTCTUSD", "spot", "BTC", "TUSD", "BTC/TUSD"],
    ["TUSDUSDT", "spot", "TUSD", "USDT", "TUSD/USDT"],
    ["USDTTRY", "spot", "USDT", "TRY", "USDT/TRY"],
    ["ETHUSDT", "linear", "ETH", "USDT", "ETH/USDT:USDT"],
    ["1000PEPEUSDC", "linear", "1000PEPE", "USDC", "1000PEPE/USDC:USDC"],
  ] as const)("%s (%s) is %s and %s", (venueSymbol, kind, base, quote, symbol) => {
    expect(splitBinanceSymbol(venueSymbol, kind)).toEqual({ base, quote, symbol });
    expect(binanceSymbol(symbol)).toBe(venueSymbol.toUpperCase());
  });

  it.each(["USDT", "BTCUSDT_240927", "BTC-USDT", "", "XYZ"])("refuses %j", (venueSymbol) => {
    expect(() => splitBinanceSymbol(venueSymbol, "spot")).toThrow(/venueSymbol: expected a Binance spot symbol/);
  });
});

describe("inferInstrument", () => {
  const frames = [
    '{"result":null,"id":1}',
    '{"lastUpdateId":1,"bids":[["100.10000000","5.00000000"]],"asks":[["101.00000000","0.50000000"]]}',
    '{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"100.12500000","q":"2.00000000"}}',
    '{"u":1,"s":"BTCUSDT","b":"100.1","B":"0.0010","a":"100.2","A":"1"}',
  ];

  it("takes the finest decimals seen anywhere and states the defaults", () => {
    expect(inferInstrument("binance", "BTCUSDT", "spot", frames)).toEqual({
      venue: "binance",
      symbol: "BTC/USDT",
      base: "BTC",
      quote: "USDT",
      kind: "spot",
      priceDecimals: 3,
      quantityDecimals: 3,
      tickSize: decimal("0.001"),
      lotSize: decimal("0.001"),
      minQuantity: decimal("0.001"),
      maxQuantity: decimal("9000000"),
      minNotional: decimal("5"),
      makerFeeRate: decimal("0.001"),
      takerFeeRate: decimal("0.001"),
    });
    const perpetual = inferInstrument("binanceusdm", "BTCUSDT", "linear", frames);
    expect([perpetual.makerFeeRate, perpetual.takerFeeRate]).toEqual([decimal("0.0002"), decimal("0.0005")]);
  });

  it("refuses frames without a price, and decimals beyond what books hold", () => {
    expect(() => inferInstrument("binance", "BTCUSDT", "spot", [frames[0]!])).toThrow(/frames: expected at least one/);
    const fine = frames[2]!.replace("100.12500000", "0.0000000001");
    expect(() => inferInstrument("binance", "BTCUSDT", "spot", [fine])).toThrow(/prices of at most 9 decimals/);
  });
});
