/**
 * What the directory writes into its two buckets: sessions (one per node) and leases (one per actor), as text, with the
 * keys they stand under. Refuses to trust what it reads: a value that does not fit is null, for the reader to count.
 * Keys are legal for any id: kinds are plain words, everything else is base64url.
 */
import { z } from "zod";
import { invalid, invariant } from "../../domain/kernel/errors.ts";

/** Actors that a node may be asked to keep: its record is written with every renewal. */
export const PINS_MAX = 64;

const sessionRecord = z.object({
  session: z.string().min(1),
  node: z.string().min(1),
  roles: z.array(z.string()),
  kinds: z.array(z.string()),
  draining: z.boolean(),
  /** Few: each is in every renewal. */
  pins: z.array(z.string()).max(PINS_MAX),
  startedAtMs: z.number(),
  /** Grows with each renewal. */
  beat: z.number().int().nonnegative(),
});

export type SessionRecord = Readonly<z.infer<typeof sessionRecord>>;

const holder = z.object({ node: z.string().min(1), session: z.string().min(1) });

/** Who holds a lease. */
export type Holder = Readonly<z.infer<typeof holder>>;

/** The key whose presence says that the bucket is old enough for claims; see BucketLife. */
export const OPEN_KEY = "bucket.open";

const NODE_PREFIX = "node.";
const KIND = /^[A-Za-z][\w-]*$/;
/** Stands for the empty text, which a key cannot hold; not a base64url word. */
const EMPTY = "=";

export function sessionKey(node: string): string {
  return NODE_PREFIX + encode("node", node);
}

/** Null for keys that are no session's. */
export function nodeOfKey(key: string): string | null {
  return key.startsWith(NODE_PREFIX) ? decode(key.slice(NODE_PREFIX.length)) : null;
}

export function actorName(kind: string, id: string): string {
  return `${kind}/${id}`;
}

/** @throws {DstaError} VALIDATION_ERROR for a kind or id that no key can stand for */
export function leaseKey(kind: string, id: string): string {
  if (!KIND.test(kind)) throw invalid("kind", "a word of letters, digits, - and _ that begins with a letter", kind);
  return `${kind}.${encode("id", id)}`;
}

/** `<kind>/<id>`; null for keys that are no lease's. */
export function actorOfKey(key: string): string | null {
  const dot = key.indexOf(".");
  if (dot < 1 || key === OPEN_KEY) return null;
  const id = decode(key.slice(dot + 1));
  return id === null ? null : actorName(key.slice(0, dot), id);
}

export function parseSession(text: string): SessionRecord | null {
  return parse(sessionRecord, text);
}

export function parseHolder(text: string): Holder | null {
  return parse(holder, text);
}

/** Epochs of one bucket grow with its revisions, and those of its next life are above all of them. */
export function epochOf(generation: number, revision: number): bigint {
  invariant(revision < 2 ** 32, `revision ${revision} of the leases' bucket does not fit an epoch: the bucket must be made again`);
  return (BigInt(generation) << 32n) | BigInt(revision);
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const result = schema.safeParse(value);
  return result.success ? result.data : null;
}

function encode(field: string, text: string): string {
  if (!text.isWellFormed()) throw invalid(field, "well-formed Unicode", text);
  return text === "" ? EMPTY : Buffer.from(text).toString("base64url");
}

function decode(word: string): string | null {
  if (word === EMPTY) return "";
  return word === "" ? null : Buffer.from(word, "base64url").toString();
}
