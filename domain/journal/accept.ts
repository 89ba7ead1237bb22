/**
 * What a journal takes in, whichever store it writes to: names, versions and data are checked at the door, so a bad
 * event fails alone and never a batch of other actors' events. Data must be plain JSON: a bigint, NaN or function is
 * refused instead of being dropped or turned into null (decimals are texts, see `codec.ts`).
 */
import { DstaError, invalid } from "../kernel/errors.ts";
import type { NewEvent } from "./journal.ts";

/** Largest `data` of one event as JSON text, in UTF-16 code units (bytes for ASCII). */
export const EVENT_LIMIT_BYTES = 256 * 1024;
/** Largest snapshot state as JSON text. */
export const SNAPSHOT_LIMIT_BYTES = 16 * 1024 * 1024;
/** Most events of one append. */
export const EVENTS_PER_APPEND = 1_000;
/** Largest epoch, and position: what a store keeps in 64 bits. */
export const EPOCH_LIMIT = 2n ** 63n - 1n;
const NAME_LIMIT = 200;
const SCHEMA_LIMIT = 32_767;
const DEPTH_LIMIT = 32;
const CONTROL = /\p{Cc}/u;

/**
 * Checks one append; returns each event's data as JSON text.
 * @throws {DstaError} VALIDATION_ERROR naming the field, EVENT_TOO_LARGE
 */
export function acceptAppend(stream: string, epoch: bigint, expectedVersion: number, events: readonly NewEvent[]): string[] {
  acceptName("stream", stream);
  acceptEpoch(epoch);
  acceptVersion("expectedVersion", expectedVersion);
  if (events.length < 1 || events.length > EVENTS_PER_APPEND) throw invalid("events", `1 to ${EVENTS_PER_APPEND} events`, events.length);
  return events.map((event, index) => acceptEvent(event, `events[${index}]`));
}

/** @throws {DstaError} VALIDATION_ERROR, SNAPSHOT_TOO_LARGE */
export function acceptSnapshot(stream: string, version: number, state: unknown): string {
  acceptName("stream", stream);
  acceptVersion("version", version);
  return acceptJson("state", state, SNAPSHOT_LIMIT_BYTES, "SNAPSHOT_TOO_LARGE");
}

/** Any plain JSON as text. @throws {DstaError} VALIDATION_ERROR naming the field, `tooLargeType` */
export function acceptJson(field: string, value: unknown, limitBytes: number, tooLargeType: string): string {
  const text = jsonText(value, field);
  if (text.length > limitBytes) throw tooLarge(tooLargeType, field, text.length, limitBytes);
  return text;
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptName(field: string, value: unknown): asserts value is string {
  const fits = typeof value === "string" && value.length >= 1 && value.length <= NAME_LIMIT && value.isWellFormed() && !CONTROL.test(value);
  if (!fits) throw invalid(field, `1 to ${NAME_LIMIT} characters, none of them a control character`, value);
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptEpoch(value: bigint): void {
  const fits = typeof value === "bigint" && value >= 0n && value <= EPOCH_LIMIT;
  if (!fits) throw invalid("epoch", `a bigint from 0 to ${EPOCH_LIMIT}`, value);
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptVersion(field: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw invalid(field, "a whole number of at least 0", value);
}

function acceptEvent(event: NewEvent, field: string): string {
  acceptName(`${field}.type`, event.type);
  const { schema, data } = event;
  if (!Number.isInteger(schema) || schema < 1 || schema > SCHEMA_LIMIT) {
    throw invalid(`${field}.schema`, `a whole number from 1 to ${SCHEMA_LIMIT}`, schema);
  }
  if (!Number.isSafeInteger(event.atMs)) throw invalid(`${field}.atMs`, "whole milliseconds since 1970", event.atMs);
  if (event.causationId !== undefined) acceptName(`${field}.causationId`, event.causationId);
  if (event.correlationId !== undefined) acceptName(`${field}.correlationId`, event.correlationId);
  if (typeof data !== "object" || data === null || Array.isArray(data)) throw invalid(`${field}.data`, "an object", data);
  const text = jsonText(data, `${field}.data`);
  if (text.length > EVENT_LIMIT_BYTES) throw tooLarge("EVENT_TOO_LARGE", `${field}.data`, text.length, EVENT_LIMIT_BYTES);
  return text;
}

function jsonText(value: unknown, field: string): string {
  checkJson(value, field, 0);
  return JSON.stringify(value);
}

function checkJson(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value === "boolean") return;
  if (typeof value === "string") {
    if (!isStorable(value)) throw invalid(field, "well-formed text without NUL", value);
    return;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw invalid(field, "a finite number", value);
    return;
  }
  if (typeof value !== "object") throw invalid(field, "a JSON value (decimals and bigints as texts)", `${typeof value} ${String(value)}`);
  if (depth === DEPTH_LIMIT) throw invalid(field, `at most ${DEPTH_LIMIT} levels`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) checkJson(value[index], `${field}[${index}]`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid(field, "a plain object, not a class instance");
  for (const [key, member] of Object.entries(value)) {
    if (!isStorable(key)) throw invalid(field, "keys of well-formed text without NUL", key);
    // An absent optional member and one set to undefined are the same JSON.
    if (member !== undefined) checkJson(member, `${field}.${key}`, depth + 1);
  }
}

/** PostgreSQL's text and jsonb hold neither NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function tooLarge(type: string, field: string, got: number, limit: number): DstaError {
  return new DstaError(type, `${field}: expected at most ${limit} bytes of JSON, got ${got}`, { code: 413, data: { field, limit, got } });
}
