/**
 * Records of one batch, in fixed little-endian layouts: BookTop, Trade and Bar are numbers only, because venue and
 * symbol are known from the subject; a depth frame is its text; anything else is v8-serialized. A message that does not
 * fit its subject's layout (another venue, a missing number) goes as a value, so nothing is lost by the layout.
 *
 *   kind (u8, 0x80 set: a stamp follows)  id (u32)  [stamp f64]  fields
 */
import { serialize } from "node:v8";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Bar, BookTop, Trade } from "../../domain/market/events.ts";
import { type FrameHead, HEAD_BYTES, writeHead } from "./frame.ts";
import type { Topic } from "./topic.ts";

/** Below a NATS server's default limit of 1 MiB a message, with a batch of up to 64 KiB before it. */
export const RECORD_BYTES_MAX = 900 * 1_024;

export const RECORD = { top: 1, trade: 2, bar: 3, frame: 4, value: 5, lost: 8, maybeLost: 9, late: 10 } as const;
export const STAMPED = 0x80;

/** By their number in a record. */
export const QUALITIES = ["LIVE", "RESYNC", "STALE"] as const;

export interface DepthFrame {
  readonly receivedAtMs: number;
  readonly text: string;
}

/** Ids of subjects whose records are lost (overflow), may be (told when asked), or came before the taker was known. */
export type LossMark = typeof RECORD.lost | typeof RECORD.maybeLost | typeof RECORD.late;

export class RecordWriter {
  #bytes = Buffer.allocUnsafeSlow(4_096);
  #view = viewOf(this.#bytes);
  #length = HEAD_BYTES;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * `stamp` 0 for a message said just now. @throws {DstaError} MESSAGE_TOO_LARGE; what v8 throws for a value it cannot copy.
   * Nothing is written then.
   */
  write(topic: Topic, id: number, message: unknown, stamp: number): void {
    if (topic.shape === "top" && isTop(message, topic)) this.#top(message, id, stamp);
    else if (topic.shape === "trade" && isTrade(message, topic)) this.#trade(message, id, stamp);
    else if (topic.shape === "bar" && isBar(message, topic)) this.#bar(message, id, stamp);
    else if (topic.shape === "frame" && isFrame(message)) this.#frame(message, id, stamp);
    else this.#value(topic, message, id, stamp);
    this.#count++;
  }

  mark(kind: LossMark, id: number, stamp: number): void {
    this.#begin(kind, id, stamp, 0);
    this.#count++;
  }

  clear(): void {
    this.#length = HEAD_BYTES;
    this.#count = 0;
  }

  /** The batch as bytes of its own; the writer is empty then. */
  take(head: FrameHead): Uint8Array {
    head.count = this.#count;
    writeHead(this.#view, head);
    const bytes = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.clear();
    return bytes;
  }

  /** Returns where the fields begin, with room for `size` bytes; the record counts as written. */
  #begin(kind: number, id: number, stamp: number, size: number): number {
    const at = this.#length;
    const end = at + (stamp === 0 ? 5 : 13) + size;
    if (end > this.#bytes.length) this.#grow(end);
    this.#view.setUint8(at, stamp === 0 ? kind : kind | STAMPED);
    this.#view.setUint32(at + 1, id, true);
    if (stamp !== 0) this.#view.setFloat64(at + 5, stamp, true);
    this.#length = end;
    return end - size;
  }

  #top(top: BookTop, id: number, stamp: number): void {
    const at = this.#begin(RECORD.top, id, stamp, 57);
    const view = this.#view;
    view.setUint8(at, QUALITIES.indexOf(top.quality));
    view.setFloat64(at + 1, top.updateId, true);
    view.setFloat64(at + 9, top.bidPrice, true);
    view.setFloat64(at + 17, top.bidQuantity, true);
    view.setFloat64(at + 25, top.askPrice, true);
    view.setFloat64(at + 33, top.askQuantity, true);
    view.setFloat64(at + 41, top.venueTimeMs, true);
    view.setFloat64(at + 49, top.receivedAtMs, true);
  }

  #trade(trade: Trade, id: number, stamp: number): void {
    const at = this.#begin(RECORD.trade, id, stamp, 34 + trade.tradeId.length);
    const view = this.#view;
    view.setUint8(at, trade.side === "buy" ? 1 : 0);
    view.setFloat64(at + 1, trade.price, true);
    view.setFloat64(at + 9, trade.quantity, true);
    view.setFloat64(at + 17, trade.venueTimeMs, true);
    view.setFloat64(at + 25, trade.receivedAtMs, true);
    view.setUint8(at + 33, trade.tradeId.length);
    this.#bytes.write(trade.tradeId, at + 34, "latin1");
  }

  #bar(bar: Bar, id: number, stamp: number): void {
    const at = this.#begin(RECORD.bar, id, stamp, 56);
    const view = this.#view;
    view.setFloat64(at, bar.intervalMs, true);
    view.setFloat64(at + 8, bar.openTimeMs, true);
    view.setFloat64(at + 16, bar.open, true);
    view.setFloat64(at + 24, bar.high, true);
    view.setFloat64(at + 32, bar.low, true);
    view.setFloat64(at + 40, bar.close, true);
    view.setFloat64(at + 48, bar.volume, true);
  }

  #frame(frame: DepthFrame, id: number, stamp: number): void {
    const size = Buffer.byteLength(frame.text);
    checkSize(size, "a depth frame");
    const at = this.#begin(RECORD.frame, id, stamp, 12 + size);
    this.#view.setFloat64(at, frame.receivedAtMs, true);
    this.#view.setUint32(at + 8, size, true);
    this.#bytes.write(frame.text, at + 12, "utf8");
  }

  #value(topic: Topic, message: unknown, id: number, stamp: number): void {
    const bytes = serialize(message);
    checkSize(bytes.length, topic.subject);
    const at = this.#begin(RECORD.value, id, stamp, 4 + bytes.length);
    this.#view.setUint32(at, bytes.length, true);
    bytes.copy(this.#bytes, at + 4);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(size)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSize(size: number, what: string): void {
  if (size <= RECORD_BYTES_MAX) return;
  throw new DstaError("MESSAGE_TOO_LARGE", `${what}: expected at most ${RECORD_BYTES_MAX} bytes, got ${size}`, { data: { what, size } });
}

function isOfMarket(message: unknown, topic: Topic): message is Record<string, unknown> {
  if (typeof message !== "object" || message === null || topic.venue === "") return false;
  const { venue, symbol } = message as { venue?: unknown; symbol?: unknown };
  return venue === topic.venue && symbol === topic.symbol;
}

function isTop(message: unknown, topic: Topic): message is BookTop {
  if (!isOfMarket(message, topic)) return false;
  const top = message as Partial<BookTop>;
  return (
    (top.quality === "LIVE" || top.quality === "RESYNC" || top.quality === "STALE") &&
    typeof top.updateId === "number" &&
    typeof top.bidPrice === "number" &&
    typeof top.bidQuantity === "number" &&
    typeof top.askPrice === "number" &&
    typeof top.askQuantity === "number" &&
    typeof top.venueTimeMs === "number" &&
    typeof top.receivedAtMs === "number"
  );
}

/** What Latin-1 can carry, in a length of one byte. */
const ONE_BYTE_ID = /^[ -\u00ff]{0,255}$/;

function isTrade(message: unknown, topic: Topic): message is Trade {
  if (!isOfMarket(message, topic)) return false;
  const trade = message as Partial<Trade>;
  return (
    (trade.side === "buy" || trade.side === "sell") &&
    typeof trade.price === "number" &&
    typeof trade.quantity === "number" &&
    typeof trade.venueTimeMs === "number" &&
    typeof trade.receivedAtMs === "number" &&
    typeof trade.tradeId === "string" &&
    ONE_BYTE_ID.test(trade.tradeId)
  );
}

function isBar(message: unknown, topic: Topic): message is Bar {
  if (!isOfMarket(message, topic)) return false;
  const bar = message as Partial<Bar>;
  return (
    typeof bar.intervalMs === "number" &&
    typeof bar.openTimeMs === "number" &&
    typeof bar.open === "number" &&
    typeof bar.high === "number" &&
    typeof bar.low === "number" &&
    typeof bar.close === "number" &&
    typeof bar.volume === "number"
  );
}

/** Text with half a surrogate pair would not survive UTF-8. */
function isFrame(message: unknown): message is DepthFrame {
  if (typeof message !== "object" || message === null) return false;
  const frame = message as Partial<DepthFrame>;
  return typeof frame.receivedAtMs === "number" && typeof frame.text === "string" && frame.text.isWellFormed();
}
