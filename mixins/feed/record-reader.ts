/**
 * Reads the records of a batch in order and hands each to a sink, without looking anything up by name. A batch that is
 * cut short, names an unknown kind or holds a value v8 cannot read throws; what was read before it has been handed over.
 * Messages never share memory with the batch.
 */
import { deserialize } from "node:v8";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Bar, BookTop, Trade } from "../../domain/market/events.ts";
import { HEAD_BYTES } from "./frame.ts";
import { type DepthFrame, type LossMark, QUALITIES, RECORD, STAMPED } from "./record-writer.ts";
import type { Topic } from "./topic.ts";

export interface RecordSink {
  /** Undefined for a subject that is no longer wanted: its records are passed over. */
  topicOf(id: number): Topic | undefined;
  /** `stamp` is 0 for a message said when the batch was. */
  record(topic: Topic, message: unknown, stamp: number): void;
  mark(kind: LossMark, topic: Topic, stamp: number): void;
}

/** @throws {DstaError} MALFORMED_BATCH; RangeError where it ends too early. */
export function readRecords(bytes: Uint8Array, view: DataView, count: number, sink: RecordSink): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = HEAD_BYTES;
  for (let index = 0; index < count; index++) {
    const head = view.getUint8(at);
    const topic = sink.topicOf(view.getUint32(at + 1, true));
    const isStamped = head >= STAMPED;
    const stamp = isStamped ? view.getFloat64(at + 5, true) : 0;
    const kind = isStamped ? head - STAMPED : head;
    at += isStamped ? 13 : 5;
    switch (kind) {
      case RECORD.top:
        if (topic) sink.record(topic, readTop(view, at, topic), stamp);
        at += 57;
        break;
      case RECORD.trade:
        if (topic) sink.record(topic, readTrade(view, buffer, at, topic), stamp);
        at += 34 + view.getUint8(at + 33);
        break;
      case RECORD.bar:
        if (topic) sink.record(topic, readBar(view, at, topic), stamp);
        at += 56;
        break;
      case RECORD.frame:
        if (topic) sink.record(topic, readFrame(view, buffer, at), stamp);
        at += 12 + view.getUint32(at + 8, true);
        break;
      case RECORD.value:
        if (topic) sink.record(topic, readValue(view, buffer, at), stamp);
        at += 4 + view.getUint32(at, true);
        break;
      case RECORD.lost:
      case RECORD.maybeLost:
      case RECORD.late:
        if (topic) sink.mark(kind, topic, stamp);
        break;
      default:
        throw malformed(`record ${index} is of an unknown kind ${kind}`);
    }
  }
  if (at !== view.byteLength) throw malformed(`${view.byteLength - at} bytes after the last record`);
}

function malformed(why: string): DstaError {
  return new DstaError("MALFORMED_BATCH", why);
}

function readTop(view: DataView, at: number, { venue, symbol }: Topic): BookTop {
  const quality = QUALITIES[view.getUint8(at)];
  if (quality === undefined) throw malformed("unknown book quality");
  return {
    venue,
    symbol,
    quality,
    updateId: view.getFloat64(at + 1, true),
    bidPrice: view.getFloat64(at + 9, true),
    bidQuantity: view.getFloat64(at + 17, true),
    askPrice: view.getFloat64(at + 25, true),
    askQuantity: view.getFloat64(at + 33, true),
    venueTimeMs: view.getFloat64(at + 41, true),
    receivedAtMs: view.getFloat64(at + 49, true),
  };
}

function readTrade(view: DataView, buffer: Buffer, at: number, { venue, symbol }: Topic): Trade {
  const length = view.getUint8(at + 33);
  return {
    venue,
    symbol,
    tradeId: textAt(buffer, "latin1", at + 34, length),
    price: view.getFloat64(at + 1, true),
    quantity: view.getFloat64(at + 9, true),
    side: view.getUint8(at) === 1 ? "buy" : "sell",
    venueTimeMs: view.getFloat64(at + 17, true),
    receivedAtMs: view.getFloat64(at + 25, true),
  };
}

function readBar(view: DataView, at: number, { venue, symbol }: Topic): Bar {
  return {
    venue,
    symbol,
    intervalMs: view.getFloat64(at, true),
    openTimeMs: view.getFloat64(at + 8, true),
    open: view.getFloat64(at + 16, true),
    high: view.getFloat64(at + 24, true),
    low: view.getFloat64(at + 32, true),
    close: view.getFloat64(at + 40, true),
    volume: view.getFloat64(at + 48, true),
  };
}

function readFrame(view: DataView, buffer: Buffer, at: number): DepthFrame {
  return { text: textAt(buffer, "utf8", at + 12, view.getUint32(at + 8, true)), receivedAtMs: view.getFloat64(at, true) };
}

function readValue(view: DataView, buffer: Buffer, at: number): unknown {
  const from = at + 4;
  const length = view.getUint32(at, true);
  if (from + length > buffer.length) throw malformed("a value ends after the batch");
  // Copied: v8 may give out views on the bytes it reads.
  return deserialize(Buffer.from(buffer.subarray(from, from + length)));
}

function textAt(buffer: Buffer, encoding: BufferEncoding, from: number, length: number): string {
  if (from + length > buffer.length) throw malformed("a text ends after the batch");
  return buffer.toString(encoding, from, from + length);
}
