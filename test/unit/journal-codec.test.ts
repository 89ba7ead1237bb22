import { describe, expect, expectTypeOf, it } from "vitest";
import * as codec from "../../domain/journal/codec.ts";
import { eventRegistry, fields, list, money, nullable, oneOf, text, whole } from "../../domain/journal/codec.ts";
import type { Decoded, EventOf } from "../../domain/journal/codec.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import type { Decimal } from "../../domain/kernel/decimal.ts";

const fill = fields({ tradeId: text, price: money, side: oneOf("buy", "sell") });
const order = fields({
  id: text,
  epoch: codec.bigWhole,
  limitPrice: nullable(money),
  fills: list(fill),
  attempts: whole,
  score: codec.float,
  live: codec.flag,
  raw: codec.anything,
});
const value: Decoded<typeof order> = {
  id: "o-1",
  epoch: 9_007_199_254_740_993n,
  limitPrice: decimal("61737.630000000000000001"),
  fills: [{ tradeId: "t", price: decimal("-0.5"), side: "sell" }],
  attempts: 3,
  score: 0.25,
  live: true,
  raw: { c: ["x"] },
};

describe("codec", () => {
  it("carries exact values through JSON", () => {
    const json: unknown = JSON.parse(JSON.stringify(order.encode(value)));
    expect(json).toMatchObject({ epoch: "9007199254740993", limitPrice: "61737.630000000000000001", fills: [{ price: "-0.5" }] });
    expect(order.decode(json, "order")).toEqual(value);
    expectTypeOf(value.fills[0]!.price).toEqualTypeOf<Decimal>();
  });

  it.each([
    ["order.fills[0].price", { fills: [{ tradeId: "t", price: 0.5, side: "sell" }] }],
    ["order.fills[0].side", { fills: [{ tradeId: "t", price: "0.5", side: "short" }] }],
    ["order.fills", { fills: {} }],
    ["order.epoch", { epoch: "1.5" }],
    ["order.attempts", { attempts: 1.5 }],
    ["order.live", { live: 1 }],
    ["order.id", { id: null }],
    ["order.limitPrice", { limitPrice: "many" }],
  ])("names %s when it does not fit", (field, change) => {
    const json = { ...(order.encode(value) as object), ...change };
    const data = expect.objectContaining({ field }) as unknown;
    expect(() => order.decode(json, "order")).toThrow(expect.objectContaining({ type: "VALIDATION_ERROR", data }) as Error);
  });
});

describe("eventRegistry", () => {
  const definitions = {
    Opened: {
      schema: 3,
      codec: fields({ price: money, venue: text, tags: list(text) }),
      upcast: {
        1: (data: Readonly<Record<string, unknown>>) => ({ ...data, price: String(data["price"]) }),
        2: (data: Readonly<Record<string, unknown>>) => ({ ...data, tags: [] }),
      },
    },
    Closed: { schema: 1, codec: fields({ why: text }) },
  };
  const registry = eventRegistry(definitions);
  const at = { stream: "s", version: 4 };

  it("writes the current schema and reads it back", () => {
    const event = registry.encode("Opened", { price: decimal("1.5"), venue: "sim", tags: ["a"] });
    expect(event).toEqual({ type: "Opened", schema: 3, data: { price: "1.5", venue: "sim", tags: ["a"] } });
    expect(registry.decode({ ...event, ...at })).toEqual({ type: "Opened", value: { price: decimal("1.5"), venue: "sim", tags: ["a"] } });
    expectTypeOf<EventOf<typeof definitions>["type"]>().toEqualTypeOf<"Opened" | "Closed">();
  });

  it("lifts old events step by step", () => {
    const decoded = registry.decode({ ...at, type: "Opened", schema: 1, data: { price: 1.5, venue: "sim" } });
    expect(decoded.value).toEqual({ price: decimal("1.5"), venue: "sim", tags: [] });
  });

  it.each([
    ["EVENT_UNKNOWN", { type: "Moved", schema: 1, data: {} }],
    ["EVENT_TOO_NEW", { type: "Closed", schema: 2, data: {} }],
    ["EVENT_CORRUPT", { type: "Closed", schema: 1, data: { why: 1 } }],
  ])("says %s with stream and version", (type, event) => {
    const data = expect.objectContaining(at) as unknown;
    expect(() => registry.decode({ ...at, ...event })).toThrow(expect.objectContaining({ type, data }) as Error);
  });

  it("does not start without an upcaster for every older schema", () => {
    expect(() => eventRegistry({ Opened: { schema: 2, codec: text } })).toThrow("no upcaster from schema 1");
  });
});
