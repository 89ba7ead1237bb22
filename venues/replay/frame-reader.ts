/**
 * What a recorded line says, decoded: playback and the columns of research read it here, so that both take and refuse the
 * same lines. Owns which lines are malformed; what they mean is the taker's.
 */
import { type DepthSnapshot, type DepthUpdate, emptyDepthUpdate } from "../../domain/book/depth.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Trade } from "../../domain/market/events.ts";
import type { FrameLine, FrameRecording } from "./recording.ts";

export interface FrameTaker {
  /** Valid until the next line is read. */
  depth(update: DepthUpdate, atMs: number): void;
  trade(trade: Trade): void;
  snapshot(snapshot: DepthSnapshot, atMs: number): void;
  /** Quotes of the venue itself, and control frames. */
  other(atMs: number): void;
}

export class FrameReader {
  readonly #recording: FrameRecording;
  readonly #instrument: Instrument;
  readonly #update = emptyDepthUpdate(1_024);

  constructor(recording: FrameRecording, instrument: Instrument) {
    this.#recording = recording;
    this.#instrument = instrument;
  }

  /** A snapshot is the answer to a question, no frame of the stream. @throws {DstaError} MALFORMED_FRAME */
  read({ text, atMs }: FrameLine, taker: FrameTaker): "answer" | "frame" {
    const { codec, venueSymbol } = this.#recording;
    const { kind, symbol } = codec.route(text);
    if (kind === "snapshot") {
      taker.snapshot(codec.snapshot(text, this.#instrument), atMs);
      return "answer";
    }
    if (kind === "unknown") throw new DstaError("MALFORMED_FRAME", "not a frame this venue sends");
    if (kind !== "control" && symbol !== venueSymbol) {
      throw new DstaError("MALFORMED_FRAME", `symbol ${symbol} is not the recording's ${venueSymbol}`);
    }
    if (kind === "depth") taker.depth(codec.depth(text, this.#instrument, this.#update), atMs);
    else if (kind === "trade") taker.trade(codec.trade(text, this.#instrument, atMs));
    else {
      if (kind === "top") codec.top(text, this.#instrument, atMs);
      taker.other(atMs);
    }
    return "frame";
  }
}
