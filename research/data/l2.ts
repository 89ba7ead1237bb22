/**
 * Recorded frames of an order book to columns: several files in the given order are one recording, read once, decoded by
 * the venue's own codec. What is malformed is counted and left out; the time it came at stays, as it does for whoever
 * plays the recording. Bars for the chart and the equity curve are made of its trades. Holds the columns in memory.
 */
import { createHash } from "node:crypto";
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { isExpected } from "../../domain/kernel/errors.ts";
import type { BarTable } from "../../domain/market/bar-table.ts";
import { L2Builder, type L2Table } from "../../domain/simulation/l2/l2-table.ts";
import { barsOfRecording } from "../../domain/simulation/l2/recording-bars.ts";
import { FrameReader } from "../../venues/replay/frame-reader.ts";
import { openRecording } from "../../venues/replay/open-recording.ts";
import { countMalformed, emptyReadState } from "../../venues/replay/recording.ts";
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
  const reader = new FrameReader(recording, instrument);
  for await (const line of recording.lines(state)) {
    if (line.atMs >= toMs) break;
    try {
      reader.read(line, builder);
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

function hashOf(table: L2Table): string {
  const hash = createHash("sha256");
  hash.update(`l2 ${table.symbol} ${table.rules} ${table.kind.length}\n`);
  const { receivedAtMs, venueTimeMs, kind, offset, bidCount, askCount, firstId, lastId, previousId, levels } = table;
  for (const column of [receivedAtMs, venueTimeMs, kind, offset, bidCount, askCount, firstId, lastId, previousId, levels]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest("hex");
}
