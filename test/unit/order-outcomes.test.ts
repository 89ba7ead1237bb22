/** The awkward truths of an order's life, one by one; the random ones are in test/property/order.test.ts. */
import { describe, expect, it } from "vitest";
import { format } from "../../domain/kernel/decimal.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import { applyOrderEvent, averageFillPrice, orderIdOf, ownerOf, remainingQuantity } from "../../domain/order/order.ts";
import { neverArrived, reconcileEvents, reportEvents } from "../../domain/order/reports.ts";
import { accepted, after, apply, canceled, cancelAsked, filled, fillOf, ID, report, submitted, venueView } from "./order-samples.ts";

const rejected = report({ kind: "rejected", code: "NO_MONEY", reason: "refused" });
const expired = report({ kind: "expired", reason: "IOC" });
const cancelRefused = report({ kind: "cancel-rejected", code: "ORDER_NOT_FOUND", reason: "not known" });
const unknown = (request: "submit" | "cancel") => report({ kind: "unknown", request, reason: "timeout" });

describe("fills", () => {
  it("overtake the acknowledgement, which then only adds the venue's id", () => {
    const order = after(submitted(), filled("t1", "0.4"), accepted);
    expect([order.status, order.venueOrderId, format(order.filledQuantity)]).toEqual(["PartiallyFilled", "v-1", "0.4"]);
  });

  it("count once however often they are reported, and average by volume", () => {
    const order = apply(after(submitted(), accepted, filled("t1", "0.4"), filled("t1", "0.4")), []);
    const more = after(order, report({ kind: "fill", venueOrderId: "v-1", fill: fillOf("t2", "0.6", "105") }));
    expect([more.status, format(averageFillPrice(more)!), remainingQuantity(more)]).toEqual(["Filled", "103", 0n]);
  });

  it.each([
    ["Canceled", canceled],
    ["Expired", expired],
  ] as const)("that come after %s are counted and leave the status, until they complete the order", (status, ending) => {
    const late = after(submitted(), accepted, ending, filled("t1", "0.4"));
    expect([late.status, format(late.filledQuantity)]).toEqual([status, "0.4"]);
    expect(after(late, filled("t2", "0.6")).status).toBe("Filled");
  });

  it("that come after a rejection show that the venue has it after all", () => {
    expect(after(submitted(), rejected, filled("t1", "0.4")).status).toBe("PartiallyFilled");
  });

  it("beyond the quantity are recorded as the venue says", () => {
    const order = after(submitted(), accepted, filled("t1", "1"), filled("t2", "0.5"));
    expect([order.status, format(order.filledQuantity), remainingQuantity(order)]).toEqual(["Filled", "1.5", 0n]);
  });

  it("win a race against a cancel: the order is Filled, and the refused cancel changes nothing", () => {
    const order = after(cancelAsked(after(submitted(), accepted)), filled("t1", "1"), cancelRefused, canceled);
    expect(order.status).toBe("Filled");
  });
});

describe("an unknown submit", () => {
  const lost = after(submitted(), unknown("submit"));

  it("is Unknown, once", () => {
    expect([lost.status, lost.unknownRequest]).toEqual(["Unknown", "submit"]);
    expect(reportEvents(lost, unknown("submit"))).toEqual([]);
  });

  it.each([
    ["open", "Working", []],
    ["open", "PartiallyFilled", [fillOf("t1", "0.4")]],
    ["filled", "Filled", [fillOf("t1", "0.4"), fillOf("t2", "0.6")]],
    ["canceled", "Canceled", [fillOf("t1", "0.4")]],
    ["expired", "Expired", []],
    ["rejected", "Rejected", []],
  ] as const)("found %s at the venue with its fills becomes %s", (status, expected, fills) => {
    const order = apply(lost, reconcileEvents(lost, venueView(status, fills), 3_000));
    expect([order.status, order.unknownRequest, order.tradeIds.size]).toEqual([expected, null, fills.length]);
  });

  it("is resolved by the late acknowledgement itself", () => expect(after(lost, accepted).status).toBe("Working"));

  it("given up as never arrived is resurrected by a late acknowledgement", () => {
    const given = applyOrderEvent(lost, neverArrived(lost, 8_000));
    expect([given.status, given.statusReason]).toEqual(["Rejected", "NEVER_ARRIVED: the venue does not know this client order id"]);
    expect(after(given, accepted).status).toBe("Working");
    expect(after(given, filled("t1", "1"), accepted).status).toBe("Filled");
  });
});

describe("an unknown cancel", () => {
  const lost = after(cancelAsked(after(submitted(), accepted)), unknown("cancel"));

  it("is not resolved by a repeated acknowledgement, which says nothing about it", () => {
    expect([lost.status, lost.unknownRequest]).toEqual(["Unknown", "cancel"]);
    expect(after(lost, accepted).status).toBe("Unknown");
    const early = after(after(cancelAsked(submitted()), unknown("cancel")), accepted);
    expect([early.status, early.unknownRequest, early.venueOrderId]).toEqual(["Unknown", "cancel", "v-1"]);
  });

  it.each([
    ["open", "Working"],
    ["canceled", "Canceled"],
  ] as const)("found %s at the venue becomes %s", (status, expected) => {
    expect(apply(lost, reconcileEvents(lost, venueView(status), 3_000)).status).toBe(expected);
  });

  it("may be asked for again", () => expect(cancelAsked(lost).status).toBe("Unknown"));
});

describe("a refused cancel", () => {
  it("of an order the venue never acknowledged leaves its arrival to be looked up", () => {
    const order = after(cancelAsked(submitted()), cancelRefused);
    expect([order.status, order.unknownRequest, order.cancelRequested]).toEqual(["Unknown", "submit", false]);
  });

  it("of an acknowledged order leaves it to be looked up: it may have ended unheard", () => {
    const order = after(cancelAsked(after(submitted(), accepted)), cancelRefused);
    expect([order.status, order.unknownRequest]).toEqual(["Unknown", "cancel"]);
  });
});

it("cannot be submitted twice, nor changed before it was submitted", () => {
  const order = submitted();
  const again = { ...ownerOf(order), type: "OrderSubmitted" as const, atMs: 1, intent: order.intent };
  expect(() => applyOrderEvent(order, again)).toThrow(`order ${ID} was submitted twice`);
  expect(() => applyOrderEvent(null, neverArrived(order, 1))).toThrow(`OrderRejected for order ${ID}, which was never submitted`);
});

describe("the client order id", () => {
  it.each(["mm-1.3.17", "a", "A/b:c_d.e-f", "x".repeat(36)])("is the intent's id %s where venues take it", (id) =>
    expect(orderIdOf(id, hash32)).toBe(id),
  );

  it.each(["x".repeat(37), "käse.1", "has space", ""])("is short and plain for %j, and always the same", (id) => {
    const orderId = orderIdOf(id, hash32);
    expect(orderId).toMatch(/^[A-Za-z0-9._:/-]{1,36}$/);
    expect(orderIdOf(id, hash32)).toBe(orderId);
  });

  it("differs for 300,000 long intent ids that begin alike", () => {
    const ids = new Set<string>();
    for (let index = 0; index < 300_000; index++) ids.add(orderIdOf(`a-strategy-with-a-very-long-name-indeed.12.${index}`, hash32));
    expect(ids.size).toBe(300_000);
  });
});
