/**
 * An author's state: JSON only, because it is journaled and read back on another node. Anything JSON would drop or
 * change silently (functions, NaN, undefined, dates, cycles) is refused with its path. At most 10,000 values, 32 deep.
 */
import { DstaError } from "../kernel/errors.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** A type that JSON gives back as it was; what it would lose is `never`. */
export type JsonOnly<T> = T extends null | boolean | number | string
  ? T
  : T extends bigint | symbol | undefined | Date | ((...input: never) => unknown)
    ? never
    : { [Name in keyof T]: JsonOnly<T[Name]> };

const VALUES_MAX = 10_000;
const DEPTH_MAX = 32;

/** A deep copy. @throws {DstaError} BAD_STATE naming the path. */
export function copyState(state: unknown): JsonObject {
  if (!isPlain(state)) throw badState("state", "a plain object", state);
  const budget = { left: VALUES_MAX };
  return copyObject(state, "state", 0, budget);
}

function copyValue(value: unknown, path: string, depth: number, budget: { left: number }): Json {
  if (--budget.left < 0) throw badState(path, `at most ${VALUES_MAX} values in all`, "more");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw badState(path, "a finite number", value);
    return value;
  }
  if (depth >= DEPTH_MAX) throw badState(path, `nesting of at most ${DEPTH_MAX}`, "deeper (a cycle?)");
  if (Array.isArray(value)) return Array.from(value, (item: unknown, index) => copyValue(item, `${path}[${index}]`, depth + 1, budget));
  if (isPlain(value)) return copyObject(value, path, depth, budget);
  throw badState(path, "JSON: null, boolean, number, text, array or plain object", value);
}

function copyObject(value: Record<string, unknown>, path: string, depth: number, budget: { left: number }): JsonObject {
  const entries = Object.entries(value).map(([name, item]) => [name, copyValue(item, `${path}.${name}`, depth + 1, budget)] as const);
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function badState(path: string, expected: string, got: unknown): DstaError {
  const shown = typeof got === "function" ? "a function" : String(got).slice(0, 80);
  return new DstaError("BAD_STATE", `${path}: expected ${expected}, got ${shown}`, { data: { field: path, expected, got: shown } });
}
