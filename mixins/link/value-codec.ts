/**
 * Params and results as bytes: what messages are made of (texts, numbers, bigints, plain objects, arrays, maps, dates,
 * bytes) in a layout of our own, four times as fast for small messages as node:v8; anything else by node:v8 in place.
 * Refuses what cannot travel, a function for example. Like node:v8, it gives plain objects for instances of classes.
 */
import { deserialize, serialize } from "node:v8";
import { ByteReader, ByteWriter, FrameError } from "./bytes.ts";

const NULL = 0;
const UNDEFINED = 1;
const TRUE = 2;
const FALSE = 3;
const COUNT = 4;
const NUMBER = 5;
const TEXT = 6;
const BIGINT = 7;
const ARRAY = 8;
const OBJECT = 9;
const MAP = 10;
const DATE = 11;
const BYTES = 12;
const BY_V8 = 13;

/** Deeper values, and those that contain themselves, are node:v8's from there on. */
const DEPTH_MAX = 32;
const COUNT_MAX = 2 ** 32 - 1;

/** @throws what node:v8 throws for what cannot travel */
function writeValue(writer: ByteWriter, value: unknown, depth = 0): void {
  switch (typeof value) {
    case "string":
      writer.byte(TEXT);
      return writer.text(value);
    case "number":
      return writeNumber(writer, value);
    case "boolean":
      return writer.byte(value ? TRUE : FALSE);
    case "undefined":
      return writer.byte(UNDEFINED);
    case "bigint":
      writer.byte(BIGINT);
      return writer.text(value.toString(36));
    case "object":
      return value === null ? writer.byte(NULL) : writeObject(writer, value, depth);
    default:
      writeByV8(writer, value);
  }
}

function writeNumber(writer: ByteWriter, value: number): void {
  const isCount = Number.isInteger(value) && value >= 0 && value <= COUNT_MAX && !Object.is(value, -0);
  writer.byte(isCount ? COUNT : NUMBER);
  if (isCount) writer.count(value);
  else writer.double(value);
}

function writeObject(writer: ByteWriter, value: object, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (depth >= DEPTH_MAX) return writeByV8(writer, value);
  if (prototype === Object.prototype || prototype === null) {
    const keys = Object.keys(value);
    writer.byte(OBJECT);
    writer.count(keys.length);
    for (const key of keys) {
      writer.text(key);
      writeValue(writer, (value as Record<string, unknown>)[key], depth + 1);
    }
  } else if (prototype === Array.prototype && isDense(value as unknown[])) {
    writer.byte(ARRAY);
    writer.count((value as unknown[]).length);
    for (const item of value as unknown[]) writeValue(writer, item, depth + 1);
  } else if (prototype === Map.prototype) {
    writer.byte(MAP);
    writer.count((value as Map<unknown, unknown>).size);
    for (const [key, item] of value as Map<unknown, unknown>) {
      writeValue(writer, key, depth + 1);
      writeValue(writer, item, depth + 1);
    }
  } else if (prototype === Date.prototype) {
    writer.byte(DATE);
    writer.double((value as Date).getTime());
  } else if (prototype === Uint8Array.prototype) {
    writer.byte(BYTES);
    writer.block(value as Uint8Array);
  } else writeByV8(writer, value);
}

/** Arrays with holes or with properties of their own are rare, and node:v8 knows how to keep them. */
function isDense(array: readonly unknown[]): boolean {
  return Object.keys(array).length === array.length;
}

function writeByV8(writer: ByteWriter, value: unknown): void {
  const bytes = serialize(value);
  writer.byte(BY_V8);
  writer.block(bytes);
}

/** @throws what node:v8 throws for what cannot travel */
export function encodeValue(value: unknown): Uint8Array {
  const writer = new ByteWriter();
  writeValue(writer, value);
  return writer.take();
}

/** @throws {FrameError} */
export function decodeValue(bytes: Uint8Array): unknown {
  return readValue(new ByteReader(bytes));
}

/** @throws {FrameError} */
function readValue(reader: ByteReader, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw new FrameError(`is nested deeper than ${DEPTH_MAX}`);
  const tag = reader.byte();
  switch (tag) {
    case NULL:
      return null;
    case UNDEFINED:
      return undefined;
    case TRUE:
      return true;
    case FALSE:
      return false;
    case COUNT:
      return reader.count();
    case NUMBER:
      return reader.double();
    case TEXT:
      return reader.text();
    case BIGINT:
      return bigintOf(reader.text());
    case DATE:
      return new Date(reader.double());
    case BYTES:
      return new Uint8Array(reader.block());
    case BY_V8:
      return readByV8(reader.block());
    default:
      return readMany(reader, tag, depth);
  }
}

function readMany(reader: ByteReader, tag: number, depth: number): unknown {
  let left = reader.count();
  if (tag === ARRAY) {
    const items: unknown[] = [];
    for (; left > 0; left--) items.push(readValue(reader, depth + 1));
    return items;
  }
  if (tag === OBJECT) return readObject(reader, left, depth);
  if (tag !== MAP) throw new FrameError(`holds a value of unknown kind ${tag}`);
  const map = new Map<unknown, unknown>();
  for (; left > 0; left--) map.set(readValue(reader, depth + 1), readValue(reader, depth + 1));
  return map;
}

function readObject(reader: ByteReader, count: number, depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (let left = count; left > 0; left--) {
    const key = reader.text();
    const value = readValue(reader, depth + 1);
    // Assigned, it would change what the object inherits.
    if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    else object[key] = value;
  }
  return object;
}

/** Base 36, sign in front; digits that fit a number exactly are read as one. */
function bigintOf(text: string): bigint {
  if (!/^-?[0-9a-z]+$/.test(text)) throw new FrameError("holds a bigint that is none");
  if (text.length <= 10) return BigInt(Number.parseInt(text, 36));
  const isNegative = text.startsWith("-");
  let value = 0n;
  for (let at = isNegative ? 1 : 0; at < text.length; at += 10) {
    const part = text.slice(at, at + 10);
    value = value * 36n ** BigInt(part.length) + BigInt(Number.parseInt(part, 36));
  }
  return isNegative ? -value : value;
}

function readByV8(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes);
  } catch (error) {
    throw new FrameError("holds a value that cannot be read", { cause: error });
  }
}
