/**
 * How a venue's public stream is read. A codec is pure: text in, numbers out; it holds no book and no socket.
 * Decimals become integers in the instrument's units; a value that does not fit them is malformed, never rounded.
 */
import type { Instrument } from "../domain/instrument/instrument.ts";
import type { SequenceRules } from "../domain/book/sequencer.ts";
import type { DepthSnapshot, DepthUpdate } from "../domain/book/depth.ts";
import type { BookTop, Trade } from "../domain/market/events.ts";

/** What a frame is about, found without decoding all of it. `symbol` is the venue's own spelling. */
export interface FrameRoute {
  readonly kind: "depth" | "trade" | "top" | "snapshot" | "control" | "unknown";
  readonly symbol: string;
}

export interface StreamCodec {
  /** Continuity rules of this venue's depth stream. */
  readonly rules: SequenceRules;
  route(frame: string): FrameRoute;
  /**
   * Decodes a depth frame into `into` (reused by the caller) and returns it.
   * @throws {DstaError} MALFORMED_FRAME, with the reason; `into` is then undefined in content.
   */
  depth(frame: string, instrument: Instrument, into: DepthUpdate): DepthUpdate;
  snapshot(text: string, instrument: Instrument): DepthSnapshot;
  trade(frame: string, instrument: Instrument, receivedAtMs: number): Trade;
  /** Best bid and ask as the venue itself states them, for cross-checks. */
  top(frame: string, instrument: Instrument, receivedAtMs: number): BookTop;
}
