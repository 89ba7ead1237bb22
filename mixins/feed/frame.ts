/**
 * The head of every feed message between nodes: 40 bytes, little-endian, the same in all versions up to `sequence`.
 * Sessions are 53-bit numbers made from a node's session text: a message for an earlier life of a node, or from one,
 * is told apart without shipping names.
 *
 *   0 magic  1 version  2 type  3 flags  4 from (f64)  12 to (f64)  20 stamp (f64)  28 sequence (f64)  36 count (u16)  38 outlet (u8)
 */
import { hash32 } from "../../domain/kernel/random.ts";

export const HEAD_BYTES = 40;
const MAGIC = 0xdf;
export const FRAME_VERSION = 1;

/** `ack`: all before `sequence` has arrived, or is known to be lost. `ask`: say the newest values again. */
export const FRAME = { batch: 1, ack: 2, ask: 3 } as const;

/** `OPENS`: the first batch of an outlet. `ANSWERS`: what was asked for is in this batch and those after it. */
export const OPENS = 1;
export const ANSWERS = 2;

export interface FrameHead {
  type: number;
  flags: number;
  from: number;
  to: number;
  stamp: number;
  /** Of a batch: the number of its first record. */
  sequence: number;
  count: number;
  /** A node has one outlet for each area it publishes in and each taker. */
  outlet: number;
}

/** Positive, below 2^53. */
export function sessionNumber(session: string): number {
  return (hash32(session, 0x51ed) & 0x1f_ffff) * 2 ** 32 + hash32(session, 0xfeed) + 1;
}

export function writeHead(view: DataView, head: FrameHead): void {
  view.setUint8(0, MAGIC);
  view.setUint8(1, FRAME_VERSION);
  view.setUint8(2, head.type);
  view.setUint8(3, head.flags);
  view.setFloat64(4, head.from, true);
  view.setFloat64(12, head.to, true);
  view.setFloat64(20, head.stamp, true);
  view.setFloat64(28, head.sequence, true);
  view.setUint16(36, head.count, true);
  view.setUint8(38, head.outlet);
  view.setUint8(39, 0);
}

/** A message without records. */
export function headBytes(head: FrameHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  writeHead(new DataView(bytes.buffer), head);
  return bytes;
}

/** Fills `into`. False for what is no feed message at all. The version is for the caller to judge: `versionOf`. */
export function readHead(view: DataView, into: FrameHead): boolean {
  if (view.byteLength < HEAD_BYTES || view.getUint8(0) !== MAGIC) return false;
  into.type = view.getUint8(2);
  into.flags = view.getUint8(3);
  into.from = view.getFloat64(4, true);
  into.to = view.getFloat64(12, true);
  into.stamp = view.getFloat64(20, true);
  into.sequence = view.getFloat64(28, true);
  into.count = view.getUint16(36, true);
  into.outlet = view.getUint8(38);
  return Number.isSafeInteger(into.sequence) && into.sequence >= 0 && Number.isFinite(into.stamp);
}

export function versionOf(view: DataView): number {
  return view.getUint8(1);
}
