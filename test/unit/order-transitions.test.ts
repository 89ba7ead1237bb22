/** The whole table of an order's life, written out: a change of it is a change of this page. */
import { describe, expect, it } from "vitest";
import { CLOSING_EVENTS, type OrderEventType } from "../../domain/order/events.ts";
import { isLegal, isOpen, transition } from "../../domain/order/transitions.ts";
import type { OrderStatus } from "../../domain/order/types.ts";

const STATUSES: readonly OrderStatus[] = [
  "Pending",
  "Working",
  "PartiallyFilled",
  "CancelPending",
  "Unknown",
  "Filled",
  "Canceled",
  "Rejected",
  "Expired",
];
const EVENTS: readonly OrderEventType[] = [
  "OrderSubmitted",
  "OrderAccepted",
  "OrderRejected",
  "OrderFilled",
  "OrderCancelRequested",
  "OrderCancelRejected",
  "OrderCanceled",
  "OrderExpired",
  "OrderOutcomeUnknown",
];

function cell(status: OrderStatus, event: OrderEventType): string {
  return isLegal(status, event) ? transition(status, event) : "·";
}

const HEADS = ["Submit", "Accept", "Reject", "Fill", "AskCancel", "NoCancel", "Cancel", "Expire", "Doubt"];

function table(): string {
  const rows = [["", ...HEADS], ...STATUSES.map((status) => [status, ...EVENTS.map((event) => cell(status, event))])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)) + 2);
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

describe("transitions", () => {
  it("are these and no others", () => {
    expect(table()).toMatchInlineSnapshot(`
      "                 Submit  Accept  Reject    Fill    AskCancel      NoCancel  Cancel    Expire   Doubt
      Pending          ·       open    Rejected  partly  CancelPending  ·         Canceled  Expired  Unknown
      Working          ·       same    Rejected  partly  CancelPending  same      Canceled  Expired  Unknown
      PartiallyFilled  ·       same    Rejected  partly  CancelPending  same      Canceled  Expired  Unknown
      CancelPending    ·       same    Rejected  filled  same           open      Canceled  Expired  Unknown
      Unknown          ·       open    Rejected  filled  same           open      Canceled  Expired  same
      Filled           ·       same    ·         same    ·              same      same      same     same
      Canceled         ·       same    ·         filled  ·              same      ·         ·        same
      Rejected         ·       open    ·         partly  ·              ·         Canceled  Expired  Unknown
      Expired          ·       same    ·         filled  ·              same      ·         ·        same"
    `);
  });

  it.each(STATUSES.flatMap((status) => EVENTS.filter((event) => !isLegal(status, event)).map((event) => [status, event] as const)))(
    "refuses %s + %s, naming both",
    (status, event) => {
      expect(() => transition(status, event)).toThrow(
        expect.objectContaining({
          type: "ILLEGAL_TRANSITION",
          code: 409,
          retryable: false,
          message: `an order that is ${status} cannot take ${event}`,
          data: { status, event },
        }),
      );
    },
  );

  it("count an order as open exactly while it may still rest or take", () => {
    expect(STATUSES.filter(isOpen)).toEqual(["Pending", "Working", "PartiallyFilled", "CancelPending", "Unknown"]);
  });

  it("let every open order end in every way, be doubted, and take a fill", () => {
    for (const status of STATUSES.filter(isOpen)) {
      for (const event of [...CLOSING_EVENTS, "OrderOutcomeUnknown", "OrderFilled"] as const)
        expect([status, event, isLegal(status, event)]).toEqual([status, event, true]);
    }
  });

  it("take a fill in every status: the venue is right", () => {
    expect(STATUSES.filter((status) => !isLegal(status, "OrderFilled"))).toEqual([]);
  });
});
