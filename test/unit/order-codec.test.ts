/** Every kind of order event survives the journal: encoded, written as JSON, read and decoded, it is the same event. */
import { describe, expect, it } from "vitest";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { decodeOrderEvent, encodeOrderEvent, ORDER_SCHEMA } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { ownerOf } from "../../domain/order/order.ts";
import { fillOf, ID, intentOf } from "./order-samples.ts";

const owner = ownerOf({ orderId: ID, intent: intentOf() });
const EVENTS: readonly OrderEvent[] = [
  { ...owner, type: "OrderSubmitted", atMs: 1, intent: intentOf({ decisionPrice: decimal("99.5") }) },
  {
    ...owner,
    type: "OrderSubmitted",
    atMs: 2,
    intent: intentOf({ type: "market", limitPrice: null, postOnly: false, timeInForce: "IOC", decisionPrice: null }),
  },
  { ...owner, type: "OrderAccepted", atMs: 3, venueOrderId: "v-1" },
  { ...owner, type: "OrderRejected", atMs: 4, code: "NO_MONEY", reason: "refused: 1e-7 'quoted' \u{1F4A5}" },
  {
    ...owner,
    type: "OrderFilled",
    atMs: 5,
    fill: { ...fillOf("t1", "0.000000000000000001", "67000.123456789"), fee: decimal("-0.01") },
    why: "w",
    decisionPrice: decimal("100.000000000000000001"),
  },
  { ...owner, type: "OrderFilled", atMs: 6, fill: fillOf("t2", "123456789012.5"), why: "w", decisionPrice: null },
  { ...owner, type: "OrderCancelRequested", atMs: 7, by: "alice", reason: "changed my mind" },
  { ...owner, type: "OrderCancelRejected", atMs: 8, code: "TOO_LATE", reason: "gone" },
  { ...owner, type: "OrderCanceled", atMs: 9, reason: "" },
  { ...owner, type: "OrderExpired", atMs: 10, reason: "IOC" },
  { ...owner, type: "OrderOutcomeUnknown", atMs: 11, request: "submit", reason: "timeout" },
  { ...owner, type: "OrderOutcomeUnknown", atMs: 12, request: "cancel", reason: "timeout" },
];

async function throughTheJournal(events: readonly OrderEvent[]): Promise<OrderEvent[]> {
  const journal = new MemoryJournal();
  await journal.append("execution/sim:main", 1n, 0, events.map(encodeOrderEvent));
  const read: OrderEvent[] = [];
  for await (const stored of journal.read("execution/sim:main", 0)) read.push(decodeOrderEvent(stored));
  return read;
}

describe("order events in the journal", () => {
  it("come back as they were", async () => expect(await throughTheJournal(EVENTS)).toEqual(EVENTS));

  it("cover every type there is", () => {
    const types: Record<OrderEvent["type"], true> = {
      OrderSubmitted: true,
      OrderAccepted: true,
      OrderRejected: true,
      OrderFilled: true,
      OrderCancelRequested: true,
      OrderCancelRejected: true,
      OrderCanceled: true,
      OrderExpired: true,
      OrderOutcomeUnknown: true,
    };
    expect([...new Set(EVENTS.map(({ type }) => type))].sort()).toEqual(Object.keys(types).sort());
  });

  it("read an earlier submission, written without a decision price, as one that has none", async () => {
    const [event] = await throughTheJournal([{ ...owner, type: "OrderSubmitted", atMs: 1, intent: intentOf() }]);
    expect(event).toMatchObject({ intent: { decisionPrice: null } });
  });

  it("are traced by their intent and order", () => {
    expect(encodeOrderEvent(EVENTS[2]!)).toMatchObject({
      causationId: ID,
      correlationId: ID,
      schema: ORDER_SCHEMA,
      data: { strategyId: "mm-1", symbol: "BTC/USDT" },
    });
  });

  it("of another schema stop the reader", () => {
    const stored = { ...encodeOrderEvent(EVENTS[2]!), schema: 99, stream: "s", version: 1, epoch: 1n, position: 1n };
    expect(() => decodeOrderEvent(stored)).toThrow("order event of schema 99, this program knows 1");
  });
});
