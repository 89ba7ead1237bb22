/**
 * Depth frames as the venue sends them for an ordinary symbol (up to 4 levels a side), for as many symbols as asked.
 *
 * The recordings are of the busiest symbols, whose frames carry dozens of levels. An ordinary one is made of them: after
 * each recorded frame, the changes that bring a second book's four best levels a side nearer to the recorded book's. So
 * prices, sizes and the pace of the top are real. Each symbol plays these changes with its own name, and with update ids
 * that follow each other. Deterministic.
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

export interface SmallFrames {
  readonly instrument: Instrument;
  readonly snapshot: DepthSnapshot;
  /** Event text behind its ids: `"b":[…],"a":[…]`. */
  readonly bodies: readonly string[];
}

type Level = readonly [price: number, quantity: number];

export function readSmallFrames(): SmallFrames {
  const frames = readRecording(...FILES).map(({ text }) => text);
  const instrument = inferInstrument("binance", "BTCUSDT", "spot", frames);
  const whole = binanceSpotCodec.snapshot(
    frames.find((frame) => binanceSpotCodec.route(frame).kind === "snapshot")!,
    instrument,
  );
  const snapshot = { lastId: 1, bids: whole.bids.slice(0, SNAPSHOT_LEVELS * 2), asks: whole.asks.slice(0, SNAPSHOT_LEVELS * 2) };
  const [recorded, small] = [new OrderBook(), new OrderBook()];
  recorded.load(whole);
  small.load(snapshot);
  const update = emptyDepthUpdate();
  const bodies: string[] = [];
  for (const frame of frames) {
    if (binanceSpotCodec.route(frame).kind !== "depth") continue;
    binanceSpotCodec.depth(frame, instrument, update);
    if (update.lastId <= whole.lastId) continue;
    recorded.apply(update);
    const [bids, asks] = [changesOf("bid", small, recorded), changesOf("ask", small, recorded)];
    if (bids.length + asks.length === 0) continue;
    for (const [price, quantity] of bids) small.setBid(price, quantity);
    for (const [price, quantity] of asks) small.setAsk(price, quantity);
    if (small.isCrossed()) throw new Error(`the small book crosses after ${bodies.length} frames`);
    bodies.push(`"b":${textOf(bids, instrument)},"a":${textOf(asks, instrument)}`);
  }
  return { instrument, snapshot, bodies };
}

/** Levels that are no longer there first, so that the small book never crosses; then the best ones that differ. */
function changesOf(side: "bid" | "ask", small: OrderBook, recorded: OrderBook): Level[] {
  const view = recorded.levels(side, LEVELS_MAX);
  const worst = view.at(-1)?.[0] ?? 0;
  const isInView = (price: number): boolean => (side === "bid" ? price >= worst : price <= worst);
  const gone: Level[] = small
    .levels(side, 64)
    .flatMap(([price]) => (isInView(price) && recorded.quantityOf(side, price) === 0 ? [[price, 0] as const] : []));
  const fresh = view.filter(([price, quantity]) => small.quantityOf(side, price) !== quantity);
  return [...gone, ...fresh.slice(0, Math.max(0, LEVELS_MAX - gone.length))];
}

function textOf(levels: readonly Level[], { priceDecimals, quantityDecimals }: Instrument): string {
  const text = (units: number, decimals: number): string => (units / 10 ** decimals).toFixed(8);
  return JSON.stringify(levels.map(([price, quantity]) => [text(price, priceDecimals), text(quantity, quantityDecimals)]));
}

/** Frame number `round` (from 0) of a symbol, as a flat one-byte string, which is what a socket delivers. */
export function frameOf({ bodies }: SmallFrames, venueSymbol: string, round: number): string {
  const id = round + 2;
  const head = `{"stream":"${venueSymbol.toLowerCase()}@depth@100ms","data":{"e":"depthUpdate","E":${1_723_117_312_000 + round * 100}`;
  const text = `${head},"s":"${venueSymbol}","U":${id},"u":${id},${bodies[round % bodies.length]}}}`;
  return Buffer.from(text, "latin1").toString("latin1");
}
