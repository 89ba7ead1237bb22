/**
 * What a recording is: where it comes from, what it holds, and how it is read from its beginning again and again.
 * A malformed line in the middle is counted and skipped, and the first five are kept as samples.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { StreamCodec } from "../codec.ts";
import type { ReadMeter } from "./recorded-file.ts";

/** A line that was skipped. */
export interface MalformedSample {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** Grows while a recording is read. */
export interface ReadState extends ReadMeter {
  malformed: number;
  /** The first five. */
  readonly samples: MalformedSample[];
}

export interface FrameLine {
  /** Receive time, UTC ms. */
  readonly atMs: number;
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

interface RecordingBase {
  readonly files: readonly string[];
  /** Venue id its market data belongs to. */
  readonly venue: string;
  readonly instruments: readonly Instrument[];
  readonly startMs: number;
  /** Compressed size of everything that will be read. */
  readonly totalBytes: number;
}

export interface FrameRecording extends RecordingBase {
  readonly kind: "frames";
  readonly venueSymbol: string;
  readonly codec: StreamCodec;
  /** From the beginning; each call reads anew. */
  lines(state: ReadState): AsyncIterable<FrameLine>;
}

export interface CandleRecording extends RecordingBase {
  readonly kind: "candles";
  readonly intervalMs: number;
  /** Close of the newest bar; null when only reading on can tell. */
  readonly endMs: number | null;
  /** In order of opening time over all symbols. */
  bars(state: ReadState): AsyncIterable<Bar>;
}

export type Recording = FrameRecording | CandleRecording;

export interface RecordingOptions {
  /** Venue id instead of `binance`, `binanceusdm` or `csv`. */
  readonly venue?: string;
  /** Symbol of candle files without a symbol column; else taken from the file name, when that holds a pair. */
  readonly symbol?: string;
  /** Plays only these symbols of candle files; default all. Each costs one reading of the files. */
  readonly symbols?: readonly string[];
}

const MAX_SAMPLES = 5;

export function emptyReadState(): ReadState {
  return { bytes: 0, malformed: 0, samples: [] };
}

export function countMalformed(state: ReadState, file: string, line: number, reason: string): void {
  state.malformed++;
  if (state.samples.length < MAX_SAMPLES) state.samples.push({ file, line, reason });
}

/** Why the stream ends when all was read. */
export function endText({ malformed, samples: [first] }: ReadState): string {
  if (!first) return "end of recording";
  return `end of recording; ${malformed} malformed lines were skipped, the first in ${first.file}, line ${first.line}: ${first.reason}`;
}
