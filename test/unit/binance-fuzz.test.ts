/**
 * Real frames, broken at random: decoding either works or throws MALFORMED_FRAME, nothing else, and whatever the fast
 * scanner accepts the complete reading accepts with the same result.
 */
import { describe, expect, it } from "vitest";
import { type DepthUpdate, emptyDepthUpdate } from "../../domain/book/depth.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { scanDepth } from "../../venues/binance/depth-scanner.ts";
import { inferInstrument } from "../../venues/binance/infer-instrument.ts";
import { readDepth } from "../../venues/binance/messages.ts";
import { binanceSpotCodec } from "../../venues/binance/spot-codec.ts";
import { binanceUsdmCodec } from "../../venues/binance/usdm-codec.ts";
import type { StreamCodec } from "../../venues/codec.ts";
import { readRecording } from "../golden/orderbook-recording.ts";

const SEED = "binance-fuzz-1";
const MUTATIONS = 12_000;
const FRAMES = 400;
const LETTERS = '0123456789.,:"[]{}-+eEuUpsbaT \\\n\t\u0000é€';

const spotFrames = readRecording("binance-spot-btcusdt_20240808.gz").map(({ text }) => text);
const usdmFrames = readRecording("binance-usdm-ethusdt_20240808.gz").map(({ text }) => text);

/** One to three small injuries: a cut, a changed, removed, added or repeated character or stretch, a swap of two digits. */
function mutate(frame: string, random: Random): string {
  let text = frame;
  for (let injuries = random.integer(1, 3); injuries > 0; injuries--) {
    const at = random.integer(0, Math.max(0, text.length - 1));
    const letter = LETTERS[random.integer(0, LETTERS.length - 1)]!;
    const length = random.integer(1, 12);
    switch (random.integer(0, 6)) {
      case 0:
        text = text.slice(0, at);
        break;
      case 1:
        text = text.slice(0, at) + letter + text.slice(at + 1);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(at + length);
        break;
      case 3:
        text = text.slice(0, at) + letter + text.slice(at);
        break;
      case 4:
        text = text.slice(0, at + length) + text.slice(at);
        break;
      case 5:
        text = text.replace(/\d/g, (digit) => (random.next() < 0.02 ? String(random.integer(0, 9)) : digit));
        break;
      default:
        text = text.replaceAll(",", random.next() < 0.5 ? ", " : ",");
        break;
    }
  }
  return text;
}

function contentOf(update: DepthUpdate): string {
  const { bids, asks, bidCount, askCount, ...ids } = update;
  return JSON.stringify([ids, [...bids.subarray(0, bidCount * 2)], [...asks.subarray(0, askCount * 2)]]);
}

/** The result, or null for MALFORMED_FRAME; anything else thrown fails the test. */
function attempt(decode: () => DepthUpdate): string | null {
  try {
    return contentOf(decode());
  } catch (error) {
    if (isExpected(error) && error.type === "MALFORMED_FRAME") return null;
    throw error;
  }
}

function fuzz(codec: StreamCodec, instrument: Instrument, frames: string[], hasPrevious: boolean) {
  const random = seededRandom(SEED);
  const depth = frames.filter((frame) => codec.route(frame).kind === "depth" && frame.length < 3_000).slice(0, FRAMES);
  const reused = emptyDepthUpdate(1);
  const seen = { fast: 0, complete: 0, refused: 0 };
  for (let round = 0; round < MUTATIONS; round++) {
    const frame = mutate(depth[random.integer(0, depth.length - 1)]!, random);
    const fast = scanDepth(frame, instrument, hasPrevious, reused) ? contentOf(reused) : null;
    const complete = attempt(() => readDepth(frame, instrument, hasPrevious, emptyDepthUpdate(1)));
    if (fast !== null) expect(fast, frame).toBe(complete);
    expect(attempt(() => codec.depth(frame, instrument, emptyDepthUpdate(1)))).toBe(complete);
    codec.route(frame);
    seen[fast !== null ? "fast" : complete !== null ? "complete" : "refused"] += 1;
  }
  return seen;
}

describe(`mutated frames, seed ${SEED}`, () => {
  const spot = inferInstrument("binance", "BTCUSDT", "spot", spotFrames);
  const usdm = inferInstrument("binanceusdm", "ETHUSDT", "linear", usdmFrames);

  it.each([
    { name: "spot", codec: binanceSpotCodec, instrument: spot, frames: spotFrames, hasPrevious: false },
    { name: "USD-M", codec: binanceUsdmCodec, instrument: usdm, frames: usdmFrames, hasPrevious: true },
  ])(`$name: ${MUTATIONS} depth frames`, { timeout: 60_000 }, ({ codec, instrument, frames, hasPrevious }) => {
    const seen = fuzz(codec, instrument, frames, hasPrevious);
    expect(seen.fast + seen.complete + seen.refused).toBe(MUTATIONS);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
  });

  it("trades, tops and snapshots only ever throw MALFORMED_FRAME", () => {
    const random = seededRandom(SEED);
    const others = spotFrames.filter((frame) => binanceSpotCodec.route(frame).kind !== "depth").slice(0, FRAMES);
    let refused = 0;
    for (let round = 0; round < 4_000; round++) {
      const frame = mutate(others[random.integer(0, others.length - 1)]!, random);
      for (const read of [binanceSpotCodec.trade, binanceSpotCodec.top, binanceUsdmCodec.snapshot]) {
        try {
          read(frame, spot, 0);
        } catch (error) {
          expect(error).toMatchObject({ type: "MALFORMED_FRAME" });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(8_000);
  });

  it("every real depth frame takes the fast way, with the complete reading's result", () => {
    const reused = emptyDepthUpdate(1);
    for (const frame of spotFrames.filter((text) => binanceSpotCodec.route(text).kind === "depth")) {
      expect(scanDepth(frame, spot, false, reused)).toBe(true);
      expect(contentOf(reused)).toBe(contentOf(readDepth(frame, spot, false, emptyDepthUpdate(1))));
    }
    for (const frame of usdmFrames.filter((text) => binanceUsdmCodec.route(text).kind === "depth")) {
      expect(scanDepth(frame, usdm, true, reused)).toBe(true);
      expect(contentOf(reused)).toBe(contentOf(readDepth(frame, usdm, true, emptyDepthUpdate(1))));
    }
  });
});
