/**
 * Recorded frames of an order book to columns: several files in the given order are one recording, read once, decoded by
 * the venue's own codec. What is malformed is counted and left out; the time it came at stays, as it does for whoever
 * plays the recording. Bars for the chart and the equity curve are made of its trades. Holds the columns in memory.
 */
import { createHash } from "node:crypto";
import { emptyDepthUpdate } from "../../domain/book/depth.ts";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { BarTable } from "../../domain/market/bar-table.ts";
import { L2Builder, type L2Table } from "../../domain/simulation/l2/l2-table.ts";
import { barsOfRecording } from "../../domain/simulation/l2/recording-bars.ts";
import { openRecording } from "../../venues/replay/open-recording.ts";
import { countMalformed, emptyReadState, type FrameLine, type FrameRecording } from "../../venues/replay/recording.ts";
import { unreadable } from "../../venues/replay/unreadable.ts";
import type { DataFile } from "./data-errors.ts";
import type { DataFinding } from "./findings.ts";

export interface LoadedRecording {
  readonly table: L2Table;
  /** As the venue trades it: increments read off the recording, fee rates of the venue's regular tier. */
  readonly instrument: Instrument;
  readonly bars: BarTable;
  readonly findings: readonly DataFinding[];
  /** SHA-256, hex, of the columns. */
  readonly hash: string;
}

export interface RecordingRange {
  /** Messages received before it. */
  readonly toMs: number;
  /** Of the bars for the chart. */
  readonly intervalMs: number;
}

/** @throws {DstaError} REPLAY_UNREADABLE naming the file, and the line where there is one. */
export async function loadRecording(files: readonly DataFile[], { toMs, intervalMs }: RecordingRange): Promise<LoadedRecording> {
  const paths = files.map(({ path }) => path);
  const recording = await openRecording(paths);
  if (recording.kind !== "frames") throw unreadable(paths[0]!, "expected recorded frames of an order book, found candles");
  const instrument = recording.instruments[0]!;
  const state = emptyReadState();
  const builder = new L2Builder();
  const decoder = new RowDecoder(recording, instrument, builder);
  for await (const line of recording.lines(state)) {
    if (line.atMs >= toMs) break;
    try {
      decoder.take(line);
    } catch (error) {
      if (!isExpected(error) || error.type !== "MALFORMED_FRAME") throw error;
      builder.other(line.atMs);
      countMalformed(state, line.file, line.line, error.message);
    }
  }
  const { rules } = recording.codec;
  const table = builder.table({ venue: recording.venue, symbol: instrument.symbol, rules: rules.name });
  const bars = barsOfRecording(table, rules, instrument, intervalMs);
  const [sample] = state.samples;
  const findings: DataFinding[] = [];
  if (sample) {
    const name = files.find(({ path }) => path === sample.file)?.name ?? sample.file;
    const example = `${name}:${sample.line}: ${sample.reason}`;
    findings.push({ kind: "malformed", symbol: instrument.symbol, file: name, count: state.malformed, firstMs: null, example });
  }
  return { table, instrument, bars, findings, hash: hashOf(table) };
}

/** The same messages that playback takes and refuses; see venues/replay/book-matching.ts. */
class RowDecoder {
  readonly #recording: FrameRecording;
  readonly #instrument: Instrument;
  readonly #builder: L2Builder;
  readonly #update = emptyDepthUpdate(1_024);

  constructor(recording: FrameRecording, instrument: Instrument, builder: L2Builder) {
    this.#recording = recording;
    this.#instrument = instrument;
    this.#builder = builder;
  }

  /** @throws {DstaError} MALFORMED_FRAME */
  take({ text, atMs }: FrameLine): void {
    const { codec } = this.#recording;
    const { kind, symbol } = codec.route(text);
    if (kind === "snapshot") return this.#builder.snapshot(codec.snapshot(text, this.#instrument), atMs);
    if (kind === "unknown") throw new DstaError("MALFORMED_FRAME", "not a frame this venue sends");
    if (kind !== "control" && symbol !== this.#recording.venueSymbol) {
      throw new DstaError("MALFORMED_FRAME", `symbol ${symbol} is not the recording's ${this.#recording.venueSymbol}`);
    }
    if (kind === "depth") this.#builder.depth(codec.depth(text, this.#instrument, this.#update), atMs);
    else if (kind === "trade") this.#builder.trade(codec.trade(text, this.#instrument, atMs));
    else {
      if (kind === "top") codec.top(text, this.#instrument, atMs);
      this.#builder.other(atMs);
    }
  }
}

function hashOf(table: L2Table): string {
  const hash = createHash("sha256");
  hash.update(`l2 ${table.symbol} ${table.rules} ${table.kind.length}\n`);
  const { receivedAtMs, venueTimeMs, kind, offset, bidCount, askCount, firstId, lastId, previousId, levels } = table;
  for (const column of [receivedAtMs, venueTimeMs, kind, offset, bidCount, askCount, firstId, lastId, previousId, levels]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest("hex");
}
