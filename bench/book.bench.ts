/**
 * Level updates per second of the order book, the top read after each, on every diff of two real recordings; `nearTop` is
 * the same on made-up changes close to the best prices of a book of 1,000 levels a side.
 *
 * Goals: 14 million updates/s of both kinds. The recorded books are deep (1,000 to 3,200 levels a side) and change a hundred
 * levels down at the median. `bytesPerBook` is what one holds after its whole recording, the larger of the two; goal 1.1 MB.
 * Floor: a bare loop that writes the same pairs into typed arrays, in the same run.
 * Non-goals: decoding (codec.bench.ts), sequencing (tick-to-order.bench.ts).
 * Run: node bench/book.bench.ts [--quick]
 */
import type { DepthSnapshot } from "../domain/book/depth.ts";
import { emptyDepthUpdate } from "../domain/book/depth.ts";
import { OrderBook } from "../domain/book/order-book.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { seededRandom } from "../domain/kernel/random.ts";
import { readRecording } from "../test/golden/orderbook-recording.ts";
import { inferInstrument } from "../venues/binance/infer-instrument.ts";
import { binanceSpotCodec } from "../venues/binance/spot-codec.ts";
import { binanceUsdmCodec } from "../venues/binance/usdm-codec.ts";
import type { StreamCodec } from "../venues/codec.ts";
import { bytesInUse, measure, rounded } from "./measure.ts";

/** A recording as flat level changes: side (1 bid, 0 ask), price, quantity. */
interface Changes {
  readonly snapshot: DepthSnapshot;
  readonly sides: Uint8Array;
  readonly prices: Float64Array;
  readonly quantities: Float64Array;
}

const MASK = 0xffff;

function decodeAll(codec: StreamCodec, venueSymbol: string, kind: Instrument["kind"], files: string[]): Changes {
  const frames = readRecording(...files).map(({ text }) => text);
  const instrument = inferInstrument("binance", venueSymbol, kind, frames);
  const update = emptyDepthUpdate();
  const flat: number[] = [];
  let snapshot: DepthSnapshot = { lastId: 0, bids: new Float64Array(), asks: new Float64Array() };
  for (const frame of frames) {
    const { kind: about } = codec.route(frame);
    if (about === "snapshot") snapshot = codec.snapshot(frame, instrument);
    if (about !== "depth") continue;
    codec.depth(frame, instrument, update);
    if (codec.rules.isOld(snapshot.lastId, update)) continue;
    for (let level = 0; level < update.bidCount; level++) flat.push(1, update.bids[level * 2]!, update.bids[level * 2 + 1]!);
    for (let level = 0; level < update.askCount; level++) flat.push(0, update.asks[level * 2]!, update.asks[level * 2 + 1]!);
  }
  const count = flat.length / 3;
  const column = (offset: number) => Float64Array.from({ length: count }, (_, index) => flat[index * 3 + offset]!);
  return { snapshot, sides: Uint8Array.from(column(0)), prices: column(1), quantities: column(2) };
}

/** Changes at a mean distance of eight ticks from a slowly moving middle; three in ten delete. */
function nearTopChanges(count: number): Changes {
  const random = seededRandom("near-top");
  const distances = Float64Array.from({ length: 1_000 }, (_, rank) => rank + 1);
  const ladder = (sign: 1 | -1) => Float64Array.from([...distances].flatMap((distance) => [100_000 + sign * distance, 5]));
  const changes = {
    snapshot: { lastId: 1, bids: ladder(-1), asks: ladder(1) },
    sides: new Uint8Array(count),
    prices: new Float64Array(count),
    quantities: new Float64Array(count),
  };
  let middle = 100_000;
  for (let index = 0; index < count; index++) {
    if (random.next() < 0.005) middle += random.integer(-1, 1);
    const isBid = random.next() < 0.5;
    const distance = 1 + Math.floor(random.exponential(8));
    changes.sides[index] = isBid ? 1 : 0;
    changes.prices[index] = isBid ? middle - distance : middle + distance;
    changes.quantities[index] = random.next() < 0.3 ? 0 : random.integer(1, 1_000_000);
  }
  return changes;
}

function runBook(book: OrderBook, { snapshot, sides, prices, quantities }: Changes): number {
  book.load(snapshot);
  let hash = 0;
  for (let index = 0; index < sides.length; index++) {
    if (sides[index] === 1) book.setBid(prices[index]!, quantities[index]!);
    else book.setAsk(prices[index]!, quantities[index]!);
    hash = (Math.imul(hash, 31) + book.bestBidPrice + book.bestAskPrice + book.bestBidQuantity + book.bestAskQuantity) | 0;
  }
  return hash;
}

function runFloor(bids: Float64Array, asks: Float64Array, { sides, prices, quantities }: Changes): number {
  bids.fill(0);
  asks.fill(0);
  let hash = 0;
  for (let index = 0; index < sides.length; index++) {
    const target = sides[index] === 1 ? bids : asks;
    const at = (index * 2) & MASK;
    target[at] = prices[index]!;
    target[at + 1] = quantities[index]!;
    hash = (Math.imul(hash, 31) + bids[0]! + asks[0]! + bids[1]! + asks[1]!) | 0;
  }
  return hash;
}

/** Memory of one book that has lived through the changes: twenty of them, by twenty. */
function bytesPerBook(changes: Changes): number {
  const before = bytesInUse();
  const books = Array.from({ length: 20 }, () => new OrderBook());
  for (const one of books) runBook(one, changes);
  return Math.round((bytesInUse() - before) / books.length);
}

const quick = process.argv.includes("--quick");
const rounds = quick ? 5 : 30;
const recordings = [
  decodeAll(binanceSpotCodec, "BTCUSDT", "spot", ["binance-spot-btcusdt_20240808.gz", "binance-spot-btcusdt_20240809.gz"]),
  ...(quick ? [] : [decodeAll(binanceUsdmCodec, "ETHUSDT", "linear", ["binance-usdm-ethusdt_20240808.gz"])]),
];
const updates = recordings.reduce((total, { sides }) => total + sides.length, 0);
const book = new OrderBook();
const [bids, asks] = [new Float64Array(MASK + 1), new Float64Array(MASK + 1)];
const floor = measure(rounds, updates, () => recordings.reduce((hash, changes) => (hash + runFloor(bids, asks, changes)) | 0, 0));
const result = measure(rounds, updates, () => recordings.reduce((hash, changes) => (hash + runBook(book, changes)) | 0, 0));
const near = nearTopChanges(quick ? 100_000 : 500_000);
const nearFloor = measure(rounds, near.sides.length, () => runFloor(bids, asks, near));
const nearTop = measure(rounds, near.sides.length, () => runBook(book, near));
const bytes = Math.max(...recordings.map(bytesPerBook));
console.log(
  JSON.stringify({
    bench: "book",
    result: result.perSecond,
    floor: floor.perSecond,
    ratio: rounded(result.perSecond / floor.perSecond),
    unit: "updates/s",
    updates,
    median: result.medianPerSecond,
    nearTop: nearTop.perSecond,
    nearTopRatio: rounded(nearTop.perSecond / nearFloor.perSecond),
    bytesPerBook: bytes,
    hash: (result.hash + nearTop.hash) | 0,
  }),
);
