/**
 * Order events and intents as JSON: decimals as texts. `schema` is the version written today; `decode` raises older
 * ones, so that journals written by earlier versions replay.
 */
import { type Decimal, decimal, format } from "../kernel/decimal.ts";
import { InvariantError } from "../kernel/errors.ts";
import type { NewEvent, StoredEvent } from "../journal/journal.ts";
import type { OrderEvent } from "./events.ts";
import type { Fill, OrderIntent } from "./types.ts";

export const ORDER_SCHEMA = 1;

type Json = Readonly<Record<string, unknown>>;

export function encodeOrderEvent(event: OrderEvent): NewEvent {
  const { type, atMs, ...rest } = event;
  return { type, schema: ORDER_SCHEMA, atMs, data: textual(rest) as Json, causationId: event.intentId, correlationId: event.orderId };
}

export function decodeOrderEvent(stored: StoredEvent): OrderEvent {
  if (stored.schema !== ORDER_SCHEMA)
    throw new InvariantError(`order event of schema ${stored.schema}, this program knows ${ORDER_SCHEMA}`);
  const data = { ...stored.data } as Record<string, unknown>;
  if (data.intent) data.intent = decodeIntent(data.intent as Json);
  if (data.fill) data.fill = decodeFill(data.fill as Json);
  if (data.decisionPrice !== undefined) data.decisionPrice = decimalOrNull(data.decisionPrice, "decisionPrice");
  return { ...data, type: stored.type, atMs: stored.atMs } as unknown as OrderEvent;
}

export function encodeIntent(intent: OrderIntent): Json {
  return textual(intent) as Json;
}

export function decodeIntent(json: Json): OrderIntent {
  return {
    ...(json as unknown as OrderIntent),
    quantity: decimal(String(json.quantity), "quantity"),
    limitPrice: decimalOrNull(json.limitPrice, "limitPrice"),
    decisionPrice: decimalOrNull(json.decisionPrice, "decisionPrice"),
  };
}

function decimalOrNull(value: unknown, field: string): Decimal | null {
  return value === null || value === undefined ? null : decimal(String(value), field);
}

export function decodeFill(json: Json): Fill {
  return {
    ...(json as unknown as Fill),
    price: decimal(String(json.price), "price"),
    quantity: decimal(String(json.quantity), "quantity"),
    fee: decimal(String(json.fee), "fee"),
  };
}

/** Every bigint below is a Decimal by construction. */
function textual(value: unknown): unknown {
  if (typeof value === "bigint") return format(value as Decimal);
  if (Array.isArray(value)) return value.map(textual);
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, textual(inner)]));
  return value;
}
