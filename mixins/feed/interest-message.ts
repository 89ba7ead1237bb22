/**
 * What a node says about what it wants to hear, to everybody: rare, so it is JSON, checked when read.
 *
 *   full, more   everything it wants, in parts; `end` on the last. What is not named any more is not wanted any more.
 *   delta        what came and what went since
 *   beat         nothing changed; `sequence` is that of the last full, more or delta
 *
 * Each full, more and delta has the next sequence; who finds a hole asks for a full one. `ask` names those who are asked
 * ("*" for everybody).
 */
import { z } from "zod";
import { FRAME_VERSION } from "./frame.ts";

/** Of a feed subject, in characters. */
export const SUBJECT_LENGTH_MAX = 512;
/** Subjects in one message: below the server's limit with the longest subjects. */
export const INTERESTS_A_MESSAGE = 500;

const text = z.string().min(1).max(SUBJECT_LENGTH_MAX);
const id = z.int().min(1).max(0xffff_ffff);

const schema = z.strictObject({
  v: z.literal(FRAME_VERSION),
  node: text,
  session: text,
  kind: z.enum(["full", "more", "delta", "beat"]),
  end: z.boolean(),
  sequence: z.int().min(0),
  stamp: z.number(),
  add: z.array(z.tuple([id, text])),
  remove: z.array(id),
  ask: z.array(text),
});

export type InterestMessage = z.output<typeof schema>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeInterest(message: InterestMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** Null for what is none, or of a version this program does not know. */
export function decodeInterest(bytes: Uint8Array): InterestMessage | null {
  try {
    return schema.parse(JSON.parse(decoder.decode(bytes)));
  } catch {
    return null;
  }
}
