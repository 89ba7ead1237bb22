/**
 * A frame of messages from one node to actors of one area on another.
 *
 *   magic, version, kind | sender, its life | session of the receiver, area, incarnation | floor, first | items
 *   item: flags, time left | kind, id, name, params (value-codec.ts)
 *
 * `first` is the sequence number of the first sequenced item; the others follow without a gap. Everything below `floor`
 * is settled at the sender. A frame without items asks for an acknowledgement of everything known.
 */
import { type ByteReader, ByteWriter, FrameError } from "./bytes.ts";
import { encodeValue } from "./value-codec.ts";

const MAGIC = 0xd5;
const VERSION = 1;
export const MESSAGES = 1;
export const REPLIES = 2;

/** Waits for an answer. */
export const ASK = 1;
export const MARKET = 2;
/** Took a number and is not sent any more: its time was over before it left. */
export const SKIP = 4;
/** The sender has dealt with every refusal for this actor: later messages for it may be taken again. */
export const AFTER_DETOUR = 8;
/** Starts the actor, and says nothing to it. Without a number, as market messages. */
export const WAKE = 16;

export interface MessageHeader {
  readonly sender: string;
  /** Of the sending process: another one under the same name starts its sequences anew. */
  readonly life: string;
  /** The receiver's life as the directory knows it: messages meant for an earlier one are not handled by a later. */
  readonly session: string;
  readonly area: string;
  readonly incarnation: number;
  readonly floor: number;
  readonly first: number;
}

export interface MessageItem {
  readonly flags: number;
  /** Of an ask; 0 for none. */
  readonly remainingMs: number;
  /** Made by `encodeMessage`. */
  readonly bytes: Uint8Array;
}

export interface ArrivingItem {
  readonly flags: number;
  readonly remainingMs: number;
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly params: Buffer;
}

/** @throws when the params hold something that cannot travel, a function for example. */
export function encodeMessage(kind: string, id: string, name: string, params: unknown): Uint8Array {
  const writer = new ByteWriter();
  writer.text(kind);
  writer.text(id);
  writer.text(name);
  writer.block(encodeValue(params));
  return writer.take();
}

export function openFrame(kind: number): ByteWriter {
  const writer = new ByteWriter();
  writer.byte(MAGIC);
  writer.byte(VERSION);
  writer.byte(kind);
  return writer;
}

/** The kind of the frame. @throws {FrameError} for anything that is not a frame of this version. */
export function readFrameKind(reader: ByteReader): number {
  if (reader.byte() !== MAGIC) throw new FrameError("does not begin as a frame does");
  const version = reader.byte();
  if (version !== VERSION) throw new FrameError(`has version ${version}, this node speaks ${VERSION}`);
  return reader.byte();
}

export function writeMessages(header: MessageHeader, items: readonly MessageItem[]): Uint8Array {
  const writer = openFrame(MESSAGES);
  writer.text(header.sender);
  writer.text(header.life);
  writer.text(header.session);
  writer.text(header.area);
  writer.count(header.incarnation);
  writer.double(header.floor);
  writer.double(header.first);
  writer.count(items.length);
  for (const { flags, remainingMs, bytes } of items) {
    writer.byte(flags);
    writer.count(remainingMs);
    writer.raw(bytes);
  }
  return writer.take();
}

/** After `readFrameKind`. @throws {FrameError} */
export function readMessages(reader: ByteReader): { readonly header: MessageHeader; readonly items: readonly ArrivingItem[] } {
  const header = {
    sender: reader.text(),
    life: reader.text(),
    session: reader.text(),
    area: reader.text(),
    incarnation: reader.count(),
    floor: reader.number(),
    first: reader.number(),
  };
  const count = reader.count();
  const items: ArrivingItem[] = [];
  while (items.length < count) {
    items.push({
      flags: reader.byte(),
      remainingMs: reader.count(),
      kind: reader.text(),
      id: reader.text(),
      name: reader.text(),
      params: reader.block(),
    });
  }
  return { header, items };
}
