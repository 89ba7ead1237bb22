/**
 * Depth frames per second from raw JSON text to integer levels, on every depth frame of two real recordings.
 *
 * Goals: several times the speed of JSON.parse alone, which is the floor and does less: it leaves strings to convert.
 * Non-goals: sockets, trades and tickers, the book (book.bench.ts). Frames are flat one-byte strings, as ws delivers.
 * Run: node bench/codec.bench.ts [--quick]
 */
import { emptyDepthUpdate } from "../domain/book/depth.ts";
import type { Instrument } from "../domain/instrument/instrument.ts";
import { readRecording } from "../test/golden/orderbook-recording.ts";
import { inferInstrument } from "../venues/binance/infer-instrument.ts";
import { binanceSpotCodec } from "../venues/binance/spot-codec.ts";
import { binanceUsdmCodec } from "../venues/binance/usdm-codec.ts";
import type { StreamCodec } from "../venues/codec.ts";
import { measure, rounded } from "./measure.ts";

interface Recording {
  readonly codec: StreamCodec;
  readonly instrument: Instrument;
  readonly frames: string[];
}

function loadFrames(codec: StreamCodec, venueSymbol: string, kind: Instrument["kind"], files: string[]): Recording {
  const all = readRecording(...files).map(({ text }) => Buffer.from(text, "latin1").toString("latin1"));
  const instrument = inferInstrument("binance", venueSymbol, kind, all);
  return { codec, instrument, frames: all.filter((frame) => codec.route(frame).kind === "depth") };
}

const update = emptyDepthUpdate(2_048);

function runCodec({ codec, instrument, frames }: Recording): number {
  let hash = 0;
  for (const frame of frames) {
    if (codec.route(frame).kind !== "depth") continue;
    codec.depth(frame, instrument, update);
    hash = (Math.imul(hash, 31) + update.lastId + update.bidCount * 31 + update.askCount * 37 + update.bids[0]!) | 0;
  }
  return hash;
}

function runFloor({ frames }: Recording): number {
  let hash = 0;
  for (const frame of frames) {
    const { data } = JSON.parse(frame) as { data: { u: number; b: unknown[]; a: unknown[] } };
    hash = (Math.imul(hash, 31) + data.u + data.b.length * 31 + data.a.length * 37) | 0;
  }
  return hash;
}

const quick = process.argv.includes("--quick");
const rounds = quick ? 4 : 15;
const recordings = [
  loadFrames(binanceSpotCodec, "BTCUSDT", "spot", ["binance-spot-btcusdt_20240808.gz", "binance-spot-btcusdt_20240809.gz"]),
  ...(quick ? [] : [loadFrames(binanceUsdmCodec, "ETHUSDT", "linear", ["binance-usdm-ethusdt_20240808.gz"])]),
];
const frames = recordings.reduce((total, recording) => total + recording.frames.length, 0);
const bytes = recordings.reduce((total, recording) => total + recording.frames.reduce((sum, frame) => sum + frame.length, 0), 0);
const floor = measure(rounds, frames, () => recordings.reduce((hash, recording) => (hash + runFloor(recording)) | 0, 0));
const result = measure(rounds, frames, () => recordings.reduce((hash, recording) => (hash + runCodec(recording)) | 0, 0));
console.log(
  JSON.stringify({
    bench: "codec",
    result: result.perSecond,
    floor: floor.perSecond,
    ratio: rounded(result.perSecond / floor.perSecond),
    unit: "frames/s",
    median: result.medianPerSecond,
    frames,
    bytesPerFrame: Math.round(bytes / frames),
    hash: result.hash,
  }),
);
