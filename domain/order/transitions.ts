/**
 * The life of an order as one table: every legal (status, event) pair is a row; anything else is an error that names
 * both. Awkward truths have rows: a fill before the acknowledgement, after a cancel request, after `Canceled`, after
 * `Rejected`; an acknowledgement after the order was believed lost.
 *
 * Targets: a status, or `open` (Working or PartiallyFilled by what is filled), `same`, or `filled` (Filled when
 * complete, else the status it had, with the fill counted). Sources: Binance rest-api.md (order lifecycle, unknown
 * outcomes); design FACTS "Order outcome".
 */
import { DstaError } from "../kernel/errors.ts";
import type { OrderEventType } from "./events.ts";
import type { OrderStatus } from "./types.ts";

export type Target = OrderStatus | "open" | "same" | "filled" | "partly";

type Row = { readonly [E in OrderEventType]?: Target };

const TRANSITIONS: { readonly [S in OrderStatus]: Row } = {
  Pending: {
    OrderAccepted: "open",
    OrderRejected: "Rejected",
    OrderFilled: "partly", // the fill overtook the acknowledgement
    OrderCancelRequested: "CancelPending",
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "Unknown",
  },
  Working: {
    OrderAccepted: "same", // a second acknowledgement
    OrderRejected: "Rejected", // some venues accept first and reject in matching
    OrderFilled: "partly",
    OrderCancelRequested: "CancelPending",
    OrderCancelRejected: "same", // the answer to a request before a restart
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "Unknown",
  },
  PartiallyFilled: {
    OrderAccepted: "same",
    OrderRejected: "Rejected",
    OrderFilled: "partly",
    OrderCancelRequested: "CancelPending",
    OrderCancelRejected: "same",
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "Unknown",
  },
  CancelPending: {
    OrderAccepted: "same",
    OrderRejected: "Rejected",
    OrderFilled: "filled", // the cancel and the fill raced
    OrderCancelRequested: "same",
    OrderCancelRejected: "open",
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "Unknown",
  },
  Unknown: {
    OrderAccepted: "open", // looked up: it is there
    OrderRejected: "Rejected", // looked up: it never arrived
    OrderFilled: "filled",
    OrderCancelRequested: "same",
    OrderCancelRejected: "open",
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "same",
  },
  Filled: {
    OrderAccepted: "same",
    OrderFilled: "same", // overfill: the venue is right
    OrderCancelRejected: "same", // cancel lost the race
    OrderCanceled: "same", // overtaken by the fill
    OrderExpired: "same",
    OrderOutcomeUnknown: "same",
  },
  Canceled: {
    OrderAccepted: "same",
    OrderFilled: "filled", // executed before the cancel, reported after it
    OrderCancelRejected: "same",
    OrderOutcomeUnknown: "same",
  },
  Rejected: {
    OrderAccepted: "open", // believed lost, but the venue has it
    OrderFilled: "partly",
    OrderCanceled: "Canceled",
    OrderExpired: "Expired",
    OrderOutcomeUnknown: "Unknown",
  },
  Expired: {
    OrderAccepted: "same",
    OrderFilled: "filled",
    OrderCancelRejected: "same",
    OrderOutcomeUnknown: "same",
  },
};

/** @throws {DstaError} ILLEGAL_TRANSITION (409) naming the status and the event. */
export function transition(status: OrderStatus, event: OrderEventType): Target {
  const target = TRANSITIONS[status][event];
  if (target === undefined) {
    throw new DstaError("ILLEGAL_TRANSITION", `an order that is ${status} cannot take ${event}`, { code: 409, data: { status, event } });
  }
  return target;
}

export function isLegal(status: OrderStatus, event: OrderEventType): boolean {
  return TRANSITIONS[status][event] !== undefined;
}

const OPEN: ReadonlySet<OrderStatus> = new Set<OrderStatus>(["Pending", "Working", "PartiallyFilled", "CancelPending", "Unknown"]);

/** Whether an order in this status may still take liquidity or rest at the venue. */
export function isOpen(status: OrderStatus): boolean {
  return OPEN.has(status);
}
