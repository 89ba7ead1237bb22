import { describe, expect, it } from "vitest";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { inferInstrument } from "../../venues/binance/infer-instrument.ts";
import { binanceSpotCodec } from "../../venues/binance/spot-codec.ts";
import { binanceUsdmCodec } from "../../venues/binance/usdm-codec.ts";

const BARE =
  '{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,' +
  '"b":[["61737.63000000","0.00000000"],["56854.5","12.30000"]],"a":[["61837.64000000","1.54698000"]]}';
const COMBINED = `{"stream":"btcusdt@depth@100ms","data":${BARE}}`;
const FUTURES =
  '{"stream":"ethusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256303,"T":1723161256302,"s":"ETHUSDT",' +
  '"U":5123107832349,"u":5123107837896,"pu":5123107832175,"b":[["200.00","10.229"]],"a":[]}}';

function instrumentOf(kind: Instrument["kind"], priceDecimals: number, quantityDecimals: number): Instrument {
  const sample = '{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":true}';
  return { ...inferInstrument("binance", "BTCUSDT", kind, [sample]), priceDecimals, quantityDecimals };
}

const spot = instrumentOf("spot", 2, 5);
const futures = instrumentOf("linear", 2, 3);

function decode(frame: string, codec = binanceSpotCodec, instrument = spot) {
  const { bids, asks, bidCount, askCount, ...ids } = codec.depth(frame, instrument, emptyDepthUpdate(1));
  return { ...ids, bids: [...bids.subarray(0, bidCount * 2)], asks: [...asks.subarray(0, askCount * 2)] };
}

const DECODED = {
  firstId: 50_093_239_189,
  lastId: 50_093_239_202,
  previousId: -1,
  venueTimeMs: 1_723_161_255_208,
  bids: [6_173_763, 0, 5_685_450, 1_230_000],
  asks: [6_183_764, 154_698],
};

describe("depth", () => {
  it("decodes combined and bare spot frames into integer units", () => {
    expect(decode(COMBINED)).toEqual(DECODED);
    expect(decode(BARE)).toEqual(DECODED);
  });

  it("decodes the previous id of futures", () => {
    expect(decode(FUTURES, binanceUsdmCodec, futures)).toEqual({
      firstId: 5_123_107_832_349,
      lastId: 5_123_107_837_896,
      previousId: 5_123_107_832_175,
      venueTimeMs: 1_723_161_256_303,
      bids: [20_000, 10_229],
      asks: [],
    });
  });

  it("takes white space, any key order, and fields it does not know", () => {
    const event = JSON.parse(BARE) as Record<string, unknown>;
    const reversed = Object.fromEntries(Object.entries(event).toReversed());
    expect(decode(JSON.stringify(event, null, 2))).toEqual(DECODED);
    expect(decode(JSON.stringify(reversed))).toEqual(DECODED);
    expect(decode(JSON.stringify({ data: { new: { deep: [1] }, ...event, zz: null }, stream: "btcusdt@depth" }))).toEqual(DECODED);
    expect(decode(` ${COMBINED}\n`)).toEqual(DECODED);
  });

  it("is not confused by a longer frame decoded before", () => {
    expect(decode(COMBINED)).toEqual(DECODED);
    expect(() => decode(COMBINED.slice(0, -2))).toThrow(/frame: expected JSON/);
    expect(decode('{"e":"depthUpdate","E":1,"s":"A","U":1,"u":2,"b":[],"a":[]}')).toMatchObject({ lastId: 2, bids: [], asks: [] });
  });

  it("reads values that need more digits than the fast way takes", () => {
    const frame = '{"e":"depthUpdate","E":1,"s":"A","U":1,"u":9007199254740991,"b":[["90071992547409.91","00.00001"]],"a":[]}';
    expect(decode(frame)).toMatchObject({ lastId: 9_007_199_254_740_991, bids: [9_007_199_254_740_991, 1] });
  });

  it.each([
    ["truncated", COMBINED.slice(0, 150), /frame: expected JSON/],
    ["empty", "", /frame: expected JSON/],
    ["garbage", "\u0000\u0001binary", /frame: expected JSON/],
    ["no object", "[1,2]", /frame: expected a JSON object/],
    ["data that is no object", '{"stream":"x@depth","data":7}', /data: expected an object/],
    ["another event", BARE.replace("depthUpdate", "trade"), /e: expected "depthUpdate"/],
    ["too fine a price", BARE.replace("61737.63000000", "61737.63100000"), /b\[0\]\[0\]: expected at most 2 decimals/],
    ["too fine a quantity", BARE.replace("1.54698000", "1.54698010"), /a\[0\]\[1\]: expected at most 5 decimals/],
    ["a price of zero", BARE.replace("61837.64000000", "0.00"), /a\[0\]\[0\]: expected a price above 0/],
    ["a negative quantity", BARE.replace("1.54698000", "-1.5"), /a\[0\]\[1\]: expected a decimal number in a string/],
    ["an exponent", BARE.replace("1.54698000", "1e3"), /a\[0\]\[1\]: expected a decimal number/],
    ["a number for a price", BARE.replace('"61837.64000000"', "61837.64"), /a\[0\]\[0\]: expected a decimal number in a string/],
    ["a level without quantity", BARE.replace(',"1.54698000"', ""), /a\[0\]: expected \[price, quantity\]/],
    ["a huge quantity", BARE.replace("1.54698000", "90071992547409.92"), /a\[0\]\[1\]: expected a value below 2\^53 units/],
    ["no asks", BARE.replace(/,"a":.*\]\]/, ""), /a: expected an array of levels, got nothing/],
    ["ids in the wrong order", BARE.replace('"u":50093239202', '"u":1'), /U: expected at most u \(1\)/],
    ["a fractional id", BARE.replace('"u":50093239202', '"u":1.5'), /u: expected a whole number/],
    ["no symbol", BARE.replace('"s":"BTCUSDT",', ""), /s: expected a non-empty string/],
  ])("refuses %s and says why", (_what, frame, reason) => {
    expect(() => decode(frame)).toThrow(reason);
    expect(() => decode(frame)).toThrow(expect.objectContaining({ type: "MALFORMED_FRAME", retryable: false }));
  });

  it("refuses a futures event without pu, and more levels than any venue sends", () => {
    expect(() => decode(BARE, binanceUsdmCodec, spot)).toThrow(/pu: expected a whole number/);
    const levels = Array.from({ length: 20_001 }, (_, index) => [String(index + 1), "1"]);
    const frame = JSON.stringify({ e: "depthUpdate", E: 1, s: "A", U: 1, u: 1, b: levels, a: [] });
    expect(() => decode(frame)).toThrow(/b: expected at most 20000 levels/);
  });
});

describe("route", () => {
  it.each([
    [COMBINED, "depth", "BTCUSDT"],
    [BARE, "depth", "BTCUSDT"],
    [JSON.stringify(JSON.parse(COMBINED), null, 1), "depth", "BTCUSDT"],
    [`{"s":"BTCUSDT",${BARE.replace('"s":"BTCUSDT",', "").slice(1)}`, "depth", "BTCUSDT"],
    ['{"stream":"btcusdt@trade","data":{}}', "trade", "BTCUSDT"],
    ['{"stream":"ethusdt@aggTrade","data":{}}', "trade", "ETHUSDT"],
    ['{"e":"aggTrade","s":"ETHUSDT"}', "trade", "ETHUSDT"],
    ['{"stream":"btcusdt@bookTicker","data":{}}', "top", "BTCUSDT"],
    ['{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}', "top", "BTCUSDT"],
    ['{"e":"bookTicker","u":1,"s":"ETHUSDT"}', "top", "ETHUSDT"],
    ['{"lastUpdateId":1,"bids":[],"asks":[]}', "snapshot", ""],
    ['{ "lastUpdateId": 1 }', "snapshot", ""],
    ['{"result":null,"id":1}', "control", ""],
    ['{"error":{"code":2,"msg":"Invalid request"},"id":1}', "control", ""],
    ['{"stream":"btcusdt@depth5@100ms","data":{}}', "unknown", "BTCUSDT"],
    ['{"stream":"btcusdt@kline_1m","data":{}}', "unknown", "BTCUSDT"],
    ['{"stream":"btcusdt@toString","data":{}}', "unknown", "BTCUSDT"],
    ['{"stream":"btcusdt', "unknown", ""],
    ['{"stream":"!miniTicker","data":[]}', "unknown", ""],
    ['{"e":"depthUpdate"', "unknown", ""],
    ["[]", "unknown", ""],
    ["{}", "unknown", ""],
    ["hello", "unknown", ""],
  ])("%s is %s of %s", (frame, kind, symbol) => {
    expect(binanceSpotCodec.route(frame)).toEqual({ kind, symbol });
    expect(binanceUsdmCodec.route(frame)).toEqual({ kind, symbol });
  });
});

describe("trades, tops and snapshots", () => {
  it("reads a trade; the taker sells when the buyer made the price", () => {
    const frame =
      '{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000",' +
      '"q":"0.02000000","T":1723161255342,"m":true,"M":true}}';
    expect(binanceSpotCodec.trade(frame, spot, 7)).toEqual({
      venue: "binance",
      symbol: "BTC/USDT",
      tradeId: "3735683259",
      price: 6_183_763,
      quantity: 2_000,
      side: "sell",
      venueTimeMs: 1_723_161_255_342,
      receivedAtMs: 7,
    });
  });

  it("reads an aggregate trade", () => {
    const frame = '{"e":"aggTrade","E":9,"s":"BTCUSDT","a":12345,"p":"0.01","q":"100","f":100,"l":105,"T":8,"m":false}';
    expect(binanceUsdmCodec.trade(frame, futures, 1)).toMatchObject({ tradeId: "12345", price: 1, quantity: 100_000, side: "buy" });
    expect(() => binanceUsdmCodec.trade(frame.replace("false", '"no"'), futures, 1)).toThrow(/m: expected true or false/);
    expect(() => binanceUsdmCodec.trade(frame.replace("aggTrade", "kline"), futures, 1)).toThrow(/e: expected "trade" or "aggTrade"/);
  });

  it("reads spot and futures tops; spot's time is unknown", () => {
    const frame = '{"u":5,"s":"BTCUSDT","b":"61837.63","B":"3.78826","a":"61837.64","A":"1.5"}';
    const top = binanceSpotCodec.top(frame, spot, 3);
    expect(top).toMatchObject({ updateId: 5, bidPrice: 6_183_763, bidQuantity: 378_826, askPrice: 6_183_764, askQuantity: 150_000 });
    expect(top).toMatchObject({ quality: "LIVE", venueTimeMs: 0, receivedAtMs: 3 });
    const timed = frame.replace('{"u"', '{"e":"bookTicker","E":44,"T":43,"u"');
    expect(binanceUsdmCodec.top(timed, spot, 3).venueTimeMs).toBe(44);
    expect(() => binanceSpotCodec.top(BARE, spot, 3)).toThrow(/e: expected "bookTicker" or nothing/);
  });

  it("reads a snapshot and refuses one that is not best first", () => {
    const text = '{"lastUpdateId":9,"E":1,"T":2,"bids":[["2.50","1"],["2.40","3"]],"asks":[["2.60","4.00000"]]}';
    const snapshot = binanceSpotCodec.snapshot(text, spot);
    expect([snapshot.lastId, [...snapshot.bids], [...snapshot.asks]]).toEqual([9, [250, 100_000, 240, 300_000], [260, 400_000]]);
    const unsorted = text.replace("2.40", "2.50");
    expect(() => binanceSpotCodec.snapshot(unsorted, spot)).toThrow(/bids\[1\]: expected a price below the level before/);
    const refusal = '{"code":-1003,"msg":"Too much request weight"}';
    expect(() => binanceSpotCodec.snapshot(refusal, spot)).toThrow(/-1003: Too much request weight/);
  });
});
