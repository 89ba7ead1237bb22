/**
 * The complete reading of each Binance market message: any key order, white space, unknown fields ignored. Spot and
 * USD-M differ in `pu` (depth) and in the event time of bookTicker, which spot does not send.
 * Every value that does not fit raises MALFORMED_FRAME naming the field; nothing is rounded or guessed.
 */
import type { DepthSnapshot, DepthUpdate } from "../../domain/book/depth.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { BookTop, Trade } from "../../domain/market/events.ts";
import { flagField, levelsOf, parseEvent, parseObject, priceOf, textField, type UnitDecimals, unitsOf, wholeField } from "./fields.ts";
import { malformed } from "./malformed.ts";

/** @throws {DstaError} MALFORMED_FRAME */
export function readDepth(frame: string, decimals: UnitDecimals, hasPrevious: boolean, into: DepthUpdate): DepthUpdate {
  const event = parseEvent(frame);
  if (event["e"] !== "depthUpdate") throw malformed(frame, "e", '"depthUpdate"', event["e"]);
  textField(frame, event, "s");
  into.venueTimeMs = wholeField(frame, event, "E");
  into.firstId = wholeField(frame, event, "U");
  into.lastId = wholeField(frame, event, "u");
  if (into.firstId > into.lastId) throw malformed(frame, "U", `at most u (${into.lastId})`, into.firstId);
  into.previousId = hasPrevious ? wholeField(frame, event, "pu") : -1;
  into.bids = levelsOf(frame, "b", event["b"], decimals);
  into.asks = levelsOf(frame, "a", event["a"], decimals);
  into.bidCount = into.bids.length / 2;
  into.askCount = into.asks.length / 2;
  return into;
}

/** The REST answer of `/api/v3/depth` and `/fapi/v1/depth`. @throws {DstaError} MALFORMED_FRAME, also when not best first. */
export function readSnapshot(text: string, decimals: UnitDecimals): DepthSnapshot {
  const body = parseObject(text);
  if (body["lastUpdateId"] === undefined && body["msg"] !== undefined) {
    throw malformed(text, "lastUpdateId", "a depth snapshot", `the venue's error ${String(body["code"])}: ${String(body["msg"])}`);
  }
  const snapshot = {
    lastId: wholeField(text, body, "lastUpdateId"),
    bids: levelsOf(text, "bids", body["bids"], decimals),
    asks: levelsOf(text, "asks", body["asks"], decimals),
  };
  refuseUnsorted(text, "bids", snapshot.bids, -1);
  refuseUnsorted(text, "asks", snapshot.asks, 1);
  return snapshot;
}

/** `trade` and `aggTrade` events; a taker sells when the buyer was the maker (`m`). @throws {DstaError} MALFORMED_FRAME */
export function readTrade(frame: string, instrument: Instrument, receivedAtMs: number): Trade {
  const event = parseEvent(frame);
  if (event["e"] !== "trade" && event["e"] !== "aggTrade") throw malformed(frame, "e", '"trade" or "aggTrade"', event["e"]);
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    tradeId: String(wholeField(frame, event, event["e"] === "trade" ? "t" : "a")),
    price: priceOf(frame, "p", event["p"], instrument.priceDecimals),
    quantity: unitsOf(frame, "q", event["q"], instrument.quantityDecimals),
    side: flagField(frame, event, "m") ? "sell" : "buy",
    venueTimeMs: wholeField(frame, event, "T"),
    receivedAtMs,
  };
}

/**
 * A bookTicker event. Its `quality` is `LIVE`: it is the venue's own statement. Spot sends no time; there
 * `venueTimeMs` is 0, unknown. An empty side has price and quantity 0. @throws {DstaError} MALFORMED_FRAME
 */
export function readTop(frame: string, instrument: Instrument, receivedAtMs: number): BookTop {
  const event = parseEvent(frame);
  if (event["e"] !== undefined && event["e"] !== "bookTicker") throw malformed(frame, "e", '"bookTicker" or nothing', event["e"]);
  return {
    venue: instrument.venue,
    symbol: instrument.symbol,
    quality: "LIVE",
    updateId: wholeField(frame, event, "u"),
    bidPrice: unitsOf(frame, "b", event["b"], instrument.priceDecimals),
    bidQuantity: unitsOf(frame, "B", event["B"], instrument.quantityDecimals),
    askPrice: unitsOf(frame, "a", event["a"], instrument.priceDecimals),
    askQuantity: unitsOf(frame, "A", event["A"], instrument.quantityDecimals),
    venueTimeMs: event["E"] === undefined ? 0 : wholeField(frame, event, "E"),
    receivedAtMs,
  };
}

/** `direction` 1: prices must rise from level to level; −1: fall. */
function refuseUnsorted(text: string, field: string, pairs: Float64Array, direction: 1 | -1): void {
  for (let at = 2; at < pairs.length; at += 2) {
    if ((pairs[at]! - pairs[at - 2]!) * direction > 0) continue;
    throw malformed(text, `${field}[${at / 2}]`, `a price ${direction > 0 ? "above" : "below"} the level before`, pairs[at]!);
  }
}
