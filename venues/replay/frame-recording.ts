/**
 * A recording of raw stream frames of one Binance symbol. The dialect and the symbol come from its first depth frame,
 * the instrument's increments from its first 20,000 lines.
 */
import { messageOf } from "../../domain/kernel/errors.ts";
import { inferInstrument } from "../binance/infer-instrument.ts";
import { binanceSpotCodec } from "../binance/spot-codec.ts";
import { binanceUsdmCodec } from "../binance/usdm-codec.ts";
import { readLines } from "./recorded-file.ts";
import { countMalformed, emptyReadState, type FrameLine, type FrameRecording, type ReadState, type RecordingOptions } from "./recording.ts";
import { unreadable } from "./unreadable.ts";

/** Receive time in nanoseconds (16 to 19 digits), a space, a JSON object. */
export const FRAME_LINE = /^\d{16,19} \{/;
/** Bounded: tens of megabytes at most. A later frame with more decimals than all of these is malformed. */
const SAMPLE_LINES = 20_000;

export async function openFrames(files: readonly string[], totalBytes: number, options: RecordingOptions): Promise<FrameRecording> {
  const sample: FrameLine[] = [];
  for await (const line of linesOf(files, emptyReadState())) {
    sample.push(line);
    if (sample.length >= SAMPLE_LINES) break;
  }
  // Each line's route does not depend on the dialect: both share one router.
  const routed = sample.map((line) => ({ ...line, ...binanceSpotCodec.route(line.text) }));
  const depth = routed.find(({ kind }) => kind === "depth");
  if (!depth) throw unreadable(files[0]!, `expected a depth frame among the first ${SAMPLE_LINES} lines`);
  const isUsdm = /"pu"\s*:/.test(depth.text);
  const venue = options.venue ?? (isUsdm ? "binanceusdm" : "binance");
  const usable = routed.filter(({ kind, symbol }) => kind === "snapshot" || symbol === depth.symbol);
  try {
    const texts = usable.map(({ text }) => text).filter(isJson);
    const instrument = inferInstrument(venue, depth.symbol, isUsdm ? "linear" : "spot", texts);
    return {
      kind: "frames",
      files,
      venue,
      instruments: [instrument],
      startMs: sample[0]!.atMs,
      totalBytes,
      venueSymbol: depth.symbol,
      codec: isUsdm ? binanceUsdmCodec : binanceSpotCodec,
      lines: (state) => linesOf(files, state),
    };
  } catch (error) {
    throw unreadable(depth.file, messageOf(error), depth.line, error);
  }
}

/** Lines in order; those that are no frame lines, or go back in time, are counted and skipped. */
async function* linesOf(files: readonly string[], state: ReadState): AsyncGenerator<FrameLine> {
  let lastMs = 0;
  for (const file of files) {
    for await (const { number, text } of readLines(file, state)) {
      if (text === "") continue;
      if (!FRAME_LINE.test(text)) {
        countMalformed(state, file, number, "expected '<receive ns> <raw JSON>'");
        continue;
      }
      const space = text.indexOf(" ");
      const atMs = Math.floor(Number(text.slice(0, space)) / 1e6);
      if (atMs < lastMs) {
        countMalformed(state, file, number, `received at ${atMs} ms, before the line ahead of it (${lastMs} ms)`);
        continue;
      }
      lastMs = atMs;
      yield { atMs, text: text.slice(space + 1), file, line: number };
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Whether a frame is whole is playback's question; here only whole ones can teach anything.
    return false;
  }
}
