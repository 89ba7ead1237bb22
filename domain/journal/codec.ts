/**
 * Between values in memory and JSON in the journal. A codec is built from parts (`fields({ price: money, … })`), so
 * the type, the encoding and the check on the way back are one definition. Decimals and bigints travel as texts.
 *
 * An event type may change its shape: it raises its schema number and gives one upcaster per older schema, each
 * lifting data by exactly one. Old events are lifted on read; nothing stored is ever rewritten.
 */
import { type Decimal, decimal, format } from "../kernel/decimal.ts";
import { DstaError, invalid, invariant } from "../kernel/errors.ts";
import type { NewEvent, StoredEvent } from "./journal.ts";

export interface Codec<T> {
  encode(value: T): unknown;
  /** @throws {DstaError} VALIDATION_ERROR naming `path` */
  decode(json: unknown, path: string): T;
}

export type Decoded<C> = C extends Codec<infer T> ? T : never;
type Shape = Readonly<Record<string, Codec<unknown>>>;
type FieldsOf<S extends Shape> = { readonly [K in keyof S]: Decoded<S[K]> };

function plain<T>(expected: string, holds: (json: unknown) => json is T): Codec<T> {
  return {
    encode: (value) => value,
    decode: (json, path) => {
      if (!holds(json)) throw invalid(path, expected, json);
      return json;
    },
  };
}

export const text: Codec<string> = plain("a text", (json) => typeof json === "string");
export const flag: Codec<boolean> = plain("true or false", (json) => typeof json === "boolean");
/** Statistics only; money is `money`. */
export const float: Codec<number> = plain("a number", (json): json is number => typeof json === "number");
/** Counts, versions, times in ms. */
export const whole: Codec<number> = plain("a whole number", (json): json is number => Number.isSafeInteger(json));
/** Any JSON, unchecked: for raw venue messages kept for audit. */
export const anything: Codec<unknown> = { encode: (value) => value, decode: (json) => json };

/** An exact decimal as its shortest text, for example "61737.63". */
export const money: Codec<Decimal> = {
  encode: format,
  decode: (json, path) => {
    if (typeof json !== "string") throw invalid(path, "a decimal text", json);
    return decimal(json, path);
  },
};

/** An epoch, a position: digits. */
export const bigWhole: Codec<bigint> = {
  encode: String,
  decode: (json, path) => {
    if (typeof json !== "string" || !/^-?\d{1,40}$/.test(json)) throw invalid(path, "a whole number as text", json);
    return BigInt(json);
  },
};

export function oneOf<const T extends string>(...choices: readonly T[]): Codec<T> {
  return plain(`one of ${choices.join(", ")}`, (json): json is T => choices.includes(json as T));
}

export function nullable<T>(inner: Codec<T>): Codec<T | null> {
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (json, path) => (json === null || json === undefined ? null : inner.decode(json, path)),
  };
}

export function list<T>(inner: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values) => values.map((value) => inner.encode(value)),
    decode: (json, path) => {
      if (!Array.isArray(json)) throw invalid(path, "a list", json);
      return json.map((item: unknown, index) => inner.decode(item, `${path}[${index}]`));
    },
  };
}

/** An object with exactly these members; members it does not know are left behind on both ways. */
export function fields<S extends Shape>(shape: S): Codec<FieldsOf<S>> {
  const members = Object.entries<Codec<unknown>>(shape);
  return {
    encode: (value) => Object.fromEntries(members.map(([key, codec]) => [key, codec.encode((value as Record<string, unknown>)[key])])),
    decode: (json, path) => {
      if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid(path, "an object", json);
      const source = json as Record<string, unknown>;
      return Object.fromEntries(members.map(([key, codec]) => [key, codec.decode(source[key], `${path}.${key}`)])) as FieldsOf<S>;
    },
  };
}

type Data = Readonly<Record<string, unknown>>;

export interface EventDefinition<T> {
  readonly schema: number;
  readonly codec: Codec<T>;
  /** Keyed by the older schema: lifts its data to the next one. Every schema from 1 to the current needs one. */
  readonly upcast?: Readonly<Record<number, (data: Data) => Data>>;
}

type Definitions = Readonly<Record<string, EventDefinition<unknown>>>;
type ValueOf<D> = D extends EventDefinition<infer T> ? T : never;
/** The union of `{ type, value }` of a registry's events. */
export type EventOf<D extends Definitions> = {
  [K in keyof D & string]: { readonly type: K; readonly value: ValueOf<D[K]> };
}[keyof D & string];

export interface EventRegistry<D extends Definitions> {
  encode<K extends keyof D & string>(type: K, value: ValueOf<D[K]>): Pick<NewEvent, "type" | "schema" | "data">;
  /** @throws {DstaError} EVENT_UNKNOWN, EVENT_TOO_NEW (a newer version wrote it), EVENT_CORRUPT */
  decode(event: Pick<StoredEvent, "type" | "schema" | "data" | "stream" | "version">): EventOf<D>;
}

/** @throws {InvariantError} when an upcaster is missing: a program that cannot read its own past does not start. */
export function eventRegistry<D extends Definitions>(definitions: D): EventRegistry<D> {
  const known = new Map<string, EventDefinition<unknown>>(Object.entries(definitions));
  for (const [type, { schema, upcast }] of known) {
    for (let older = 1; older < schema; older++) invariant(upcast?.[older], `event ${type}: no upcaster from schema ${older}`);
  }
  return {
    encode: (type, value) => {
      const definition = known.get(type);
      invariant(definition, `event ${type} is not defined`);
      return { type, schema: definition.schema, data: definition.codec.encode(value) as Data };
    },
    decode: (event) => {
      const definition = known.get(event.type);
      if (!definition) throw unreadable("EVENT_UNKNOWN", event, "this version does not know the type");
      if (event.schema > definition.schema) {
        throw unreadable("EVENT_TOO_NEW", event, `schema ${event.schema} is newer than ${definition.schema}`);
      }
      try {
        let data = event.data;
        for (let schema = event.schema; schema < definition.schema; schema++) data = definition.upcast![schema]!(data);
        return { type: event.type, value: definition.codec.decode(data, event.type) } as EventOf<D>;
      } catch (error) {
        if (!(error instanceof DstaError)) throw error;
        throw unreadable("EVENT_CORRUPT", event, error.message);
      }
    },
  };
}

function unreadable(type: string, event: Pick<StoredEvent, "type" | "stream" | "version">, why: string): DstaError {
  const message = `event ${event.version} of ${event.stream} (${event.type}) cannot be read: ${why}`;
  return new DstaError(type, message, { code: 500, data: { stream: event.stream, version: event.version, event: event.type } });
}
