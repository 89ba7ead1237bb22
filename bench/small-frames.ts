/**
 * Depth frames as the venue sends them for an ordinary symbol (1 to 4 levels a side), for as many symbols as asked.
 *
 * Taken from a recording: every frame of that size whose levels lie near the top and never cross the book, in order; each
 * symbol plays them with its own name, and with update ids that follow each other. Deterministic.
 */
import { emptyDepthUpdate, type DepthSnapshot } from "../domain/book/depth.ts";
import { OrderBook } from "../domain/book/order-book.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { readRecording } from "../test/golden/orderbook-recording.ts";
import { inferInstrument } from "../venues/binance/infer-instrument.ts";
import { binanceSpotCodec } from "../venues/binance/spot-codec.ts";

const FILES = ["binance-spot-btcusdt_20240808.gz", "binance-spot-btcusdt_20240809.gz"];
const LEVELS_MAX = 4;
const SNAPSHOT_LEVELS = 200;
const DISTANCE_MAX = 4_000;

export interface SmallFrames {
  readonly instrument: Instrument;
  readonly snapshot: DepthSnapshot;
  /** Event text between its ids and its end: `"b":[…],"a":[…]`. */
  readonly bodies: readonly string[];
}

export function readSmallFrames(): SmallFrames {
  const frames = readRecording(...FILES).map(({ text }) => text);
  const instrument = inferInstrument("binance", "BTCUSDT", "spot", frames);
  const whole = binanceSpotCodec.snapshot(frames.find((frame) => binanceSpotCodec.route(frame).kind === "snapshot")!, instrument);
  const [bids, asks] = [whole.bids.slice(0, SNAPSHOT_LEVELS * 2), whole.asks.slice(0, SNAPSHOT_LEVELS * 2)];
  const snapshot = { lastId: 1, bids, asks };
  const book = new OrderBook();
  book.load(snapshot);
  const update = emptyDepthUpdate();
  const bodies: string[] = [];
  for (const frame of frames) {
    if (binanceSpotCodec.route(frame).kind !== "depth") continue;
    binanceSpotCodec.depth(frame, instrument, update);
    const { bidCount, askCount } = update;
    if (bidCount > LEVELS_MAX || askCount > LEVELS_MAX || bidCount + askCount === 0) continue;
    const fitsBids = fits(update.bids, bidCount, book.bestAskPrice - DISTANCE_MAX, book.bestAskPrice);
    if (!fitsBids || !fits(update.asks, askCount, book.bestBidPrice, book.bestBidPrice + DISTANCE_MAX)) continue;
    if (crosses(update.bids, bidCount, update.asks, askCount)) continue;
    book.apply(update);
    bodies.push(frame.slice(frame.indexOf('"b":['), frame.lastIndexOf("]") + 1));
  }
  return { instrument, snapshot, bodies };
}

/** Frame number `round` (from 0) of a symbol, as a flat one-byte string, which is what a socket delivers. */
export function frameOf({ bodies }: SmallFrames, venueSymbol: string, round: number): string {
  const id = round + 2;
  const head = `{"stream":"${venueSymbol.toLowerCase()}@depth@100ms","data":{"e":"depthUpdate","E":${1_723_117_312_000 + round * 100}`;
  const text = `${head},"s":"${venueSymbol}","U":${id},"u":${id},${bodies[round % bodies.length]}}}`;
  return Buffer.from(text, "latin1").toString("latin1");
}

function fits(pairs: Float64Array, count: number, low: number, high: number): boolean {
  for (let at = 0; at < count * 2; at += 2) if (pairs[at]! <= low || pairs[at]! >= high) return false;
  return true;
}

function crosses(bids: Float64Array, bidCount: number, asks: Float64Array, askCount: number): boolean {
  let [best, worst] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let at = 0; at < bidCount * 2; at += 2) if (bids[at + 1]! > 0) best = Math.max(best, bids[at]!);
  for (let at = 0; at < askCount * 2; at += 2) if (asks[at + 1]! > 0) worst = Math.min(worst, asks[at]!);
  return best >= worst;
}
