/** The rules of `Journal.query` and `Journal.readAll` that do not depend on the store. */
import { invalid } from "../kernel/errors.ts";
import { acceptName, EPOCH_LIMIT } from "./accept.ts";
import type { EventQuery, StoredEvent } from "./journal.ts";

export const QUERY_LIMIT = 1_000;
const MATCH_LIMIT = 8;
const TYPES_LIMIT = 100;

/** @throws {DstaError} VALIDATION_ERROR naming the field */
export function acceptQuery(query: EventQuery): void {
  const { limit, stream, types, match, fromMs, toMs, before } = query;
  acceptLimit(limit);
  if (stream !== undefined) acceptName("stream", stream);
  if (types !== undefined && types.length > TYPES_LIMIT) throw invalid("types", `at most ${TYPES_LIMIT} types`, types.length);
  for (const type of types ?? []) acceptName("types", type);
  const wanted = Object.entries(match ?? {});
  if (wanted.length > MATCH_LIMIT) throw invalid("match", `at most ${MATCH_LIMIT} keys`, wanted.length);
  for (const [key, value] of wanted) {
    acceptName("match", key);
    acceptName(`match.${key}`, value);
  }
  for (const [field, value] of [
    ["fromMs", fromMs],
    ["toMs", toMs],
  ] as const) {
    if (value !== undefined && !Number.isSafeInteger(value)) throw invalid(field, "whole milliseconds since 1970", value);
  }
  if (before !== undefined) acceptPosition("before", before);
}

/** @throws {DstaError} VALIDATION_ERROR naming the field */
export function acceptReadAll(afterPosition: bigint, limit: number): void {
  acceptPosition("afterPosition", afterPosition);
  acceptLimit(limit);
}

function acceptLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > QUERY_LIMIT) throw invalid("limit", `1 to ${QUERY_LIMIT}`, limit);
}

function acceptPosition(field: string, value: unknown): void {
  const fits = typeof value === "bigint" && value >= 0n && value <= EPOCH_LIMIT;
  if (!fits) throw invalid(field, "a position (bigint of at least 0)", value);
}

/** Whether a stored event answers the query. `fromMs` is included, `toMs` is not. */
export function answers(event: StoredEvent, query: EventQuery): boolean {
  const { stream, types, match, fromMs, toMs, before } = query;
  if (stream !== undefined && (stream.endsWith("/") ? !event.stream.startsWith(stream) : event.stream !== stream)) return false;
  if (types !== undefined && !types.includes(event.type)) return false;
  if (fromMs !== undefined && event.atMs < fromMs) return false;
  if (toMs !== undefined && event.atMs >= toMs) return false;
  if (before !== undefined && event.position >= before) return false;
  return Object.entries(match ?? {}).every(([key, value]) => event.data[key] === value);
}
