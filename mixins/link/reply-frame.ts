/**
 * A frame of replies to one node: what was taken, what was refused, and answers to asks.
 *
 *   magic, version, kind | replying node, its session, life of the node it is for, area | entries
 *
 * Entries of one channel refer to it by incarnation. `received`: all up to it arrived; `settled`: all up to it
 * are done with; ranges and refusals name single ones above it.
 */
import { type ByteReader, FrameError } from "./bytes.ts";
import { openFrame, REPLIES } from "./message-frame.ts";

export interface Refusal {
  readonly seq: number;
  /** Where it should go instead; null when the receiver does not know. */
  readonly node: string | null;
}

export interface Acknowledgement {
  readonly incarnation: number;
  readonly received: number;
  readonly settled: number;
  /** The receiver missed something: send again from `received` on. */
  readonly gap: boolean;
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly refusals: readonly Refusal[];
}

export interface Answer {
  readonly incarnation: number;
  readonly seq: number;
  readonly ok: boolean;
  /** Of the value, or of a PlainError. */
  readonly bytes: Uint8Array;
}

/** The channel's messages were meant for an earlier session of this node: none of them was taken. */
export interface Stale {
  readonly incarnation: number;
}

export interface ReplyBatch {
  readonly sender: string;
  readonly session: string;
  readonly life: string;
  readonly area: string;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly answers: readonly Answer[];
  readonly stale: readonly Stale[];
}

const ACKNOWLEDGEMENT = 1;
const ANSWER = 2;
const STALE = 3;

export function writeReplies(batch: ReplyBatch): Uint8Array {
  const writer = openFrame(REPLIES);
  writer.text(batch.sender);
  writer.text(batch.session);
  writer.text(batch.life);
  writer.text(batch.area);
  for (const entry of batch.stale) {
    writer.byte(STALE);
    writer.count(entry.incarnation);
  }
  // Before the answers: what is answered has been received.
  for (const entry of batch.acknowledgements) {
    writer.byte(ACKNOWLEDGEMENT);
    writer.count(entry.incarnation);
    writer.double(entry.received);
    writer.double(entry.settled);
    writer.byte(entry.gap ? 1 : 0);
    writer.count(entry.ranges.length);
    for (const [from, to] of entry.ranges) {
      writer.double(from);
      writer.double(to);
    }
    writer.count(entry.refusals.length);
    for (const { seq, node } of entry.refusals) {
      writer.double(seq);
      writer.text(node ?? "");
    }
  }
  for (const entry of batch.answers) {
    writer.byte(ANSWER);
    writer.count(entry.incarnation);
    writer.double(entry.seq);
    writer.byte(entry.ok ? 1 : 0);
    writer.block(entry.bytes);
  }
  return writer.take();
}

/** After `readFrameKind`. @throws {FrameError} */
export function readReplies(reader: ByteReader): ReplyBatch {
  const batch = {
    sender: reader.text(),
    session: reader.text(),
    life: reader.text(),
    area: reader.text(),
    acknowledgements: [] as Acknowledgement[],
    answers: [] as Answer[],
    stale: [] as Stale[],
  };
  while (!reader.done) {
    const entry = reader.byte();
    const channel = { incarnation: reader.count() };
    if (entry === STALE) batch.stale.push(channel);
    else if (entry === ACKNOWLEDGEMENT) batch.acknowledgements.push({ ...channel, ...readAcknowledgement(reader) });
    else if (entry === ANSWER) batch.answers.push({ ...channel, seq: reader.number(), ok: reader.byte() === 1, bytes: reader.block() });
    else throw new FrameError(`has an entry of unknown kind ${entry}`);
  }
  return batch;
}

function readAcknowledgement(reader: ByteReader): Omit<Acknowledgement, "incarnation"> {
  const received = reader.number();
  const settled = reader.number();
  const gap = reader.byte() === 1;
  const ranges: [number, number][] = [];
  for (let left = reader.count(); left > 0; left--) ranges.push([reader.number(), reader.number()]);
  const refusals: Refusal[] = [];
  for (let left = reader.count(); left > 0; left--) refusals.push({ seq: reader.number(), node: reader.text() || null });
  return { received, settled, gap, ranges, refusals };
}
