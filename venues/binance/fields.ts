/**
 * Reads single fields out of parsed Binance JSON, with the reason when they are not what is documented.
 *
 * This is the slow, complete reading; `depth-scanner.ts` is the fast one for the common layout, and accepts nothing that
 * this one refuses. Decimals become integer units exactly: digits beyond the instrument's decimals must be zeros.
 */
import { messageOf } from "../../domain/kernel/errors.ts";
import { malformed } from "./malformed.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** Levels accepted per side of one message; Binance's largest snapshot has 5,000. */
export const MESSAGE_LEVELS_MAX = 20_000;

const DECIMAL = /^(\d{1,24})(?:\.(\d{1,24}))?$/;

/** The whole message as an object. @throws {DstaError} MALFORMED_FRAME */
export function parseObject(frame: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch (error) {
    throw malformed(frame, "frame", `JSON (${messageOf(error).slice(0, 80)})`, frame.slice(-40));
  }
  if (!isObject(value)) throw malformed(frame, "frame", "a JSON object", value);
  return value;
}

/** The event itself: what a combined stream wraps in `data`, or the frame. @throws {DstaError} MALFORMED_FRAME */
export function parseEvent(frame: string): JsonObject {
  const outer = parseObject(frame);
  if (outer["stream"] === undefined) return outer;
  if (!isObject(outer["data"])) throw malformed(frame, "data", "an object beside stream", outer["data"]);
  return outer["data"];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A whole number from 0 to 2^53 − 1: ids and times. */
export function wholeField(frame: string, event: JsonObject, field: string): number {
  const value = event[field];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
    throw malformed(frame, field, "a whole number from 0 to 2^53 - 1", value);
  }
  return value;
}

export function textField(frame: string, event: JsonObject, field: string): string {
  const value = event[field];
  if (typeof value !== "string" || value === "") throw malformed(frame, field, "a non-empty string", value);
  return value;
}

export function flagField(frame: string, event: JsonObject, field: string): boolean {
  const value = event[field];
  if (typeof value !== "boolean") throw malformed(frame, field, "true or false", value);
  return value;
}

/** "61737.63000000" with 2 decimals is 6,173,763. @throws {DstaError} MALFORMED_FRAME */
export function unitsOf(frame: string, field: string, text: unknown, decimals: number): number {
  const match = typeof text === "string" ? DECIMAL.exec(text) : null;
  if (!match) throw malformed(frame, field, "a decimal number in a string", text);
  const [, whole = "", fraction = ""] = match;
  if (/[1-9]/.test(fraction.slice(decimals))) throw malformed(frame, field, `at most ${decimals} decimals that are not zeros`, text);
  const units = Number(whole + fraction.slice(0, decimals).padEnd(decimals, "0"));
  if (!Number.isSafeInteger(units)) throw malformed(frame, field, `a value below 2^53 units of 10^-${decimals}`, text);
  return units;
}

/** As `unitsOf`, and above 0. */
export function priceOf(frame: string, field: string, text: unknown, decimals: number): number {
  const units = unitsOf(frame, field, text, decimals);
  if (units === 0) throw malformed(frame, field, "a price above 0", text);
  return units;
}

export interface UnitDecimals {
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
}

/** `[["price","quantity"], …]` as flat pairs of units in the order given. @throws {DstaError} MALFORMED_FRAME */
export function levelsOf(frame: string, field: string, value: unknown, decimals: UnitDecimals): Float64Array {
  if (!Array.isArray(value)) throw malformed(frame, field, "an array of levels", value);
  if (value.length > MESSAGE_LEVELS_MAX) throw malformed(frame, field, `at most ${MESSAGE_LEVELS_MAX} levels`, value.length);
  const pairs = new Float64Array(value.length * 2);
  for (const [index, level] of value.entries()) {
    if (!Array.isArray(level) || level.length < 2) throw malformed(frame, `${field}[${index}]`, "[price, quantity]", level);
    pairs[index * 2] = priceOf(frame, `${field}[${index}][0]`, level[0], decimals.priceDecimals);
    pairs[index * 2 + 1] = unitsOf(frame, `${field}[${index}][1]`, level[1], decimals.quantityDecimals);
  }
  return pairs;
}
