/**
 * Venue reports to order events: what a report adds to what is already known. A report may come twice, late or out of
 * order; one that adds nothing gives no event.
 */
import type { OrderEvent } from "./events.ts";
import { type Order, ownerOf } from "./order.ts";
import { isLegal, isOpen } from "./transitions.ts";
import type { VenueOrder, VenueReport } from "./types.ts";

export function reportEvents(order: Order, report: VenueReport): OrderEvent[] {
  const event = eventOf(order, report);
  if (!event || !isLegal(order.status, event.type)) return [];
  const still = stillUnknown(order, event);
  return still === null ? [event] : [event, { ...ownerOf(order), atMs: report.atMs, type: "OrderOutcomeUnknown", ...still }];
}

/** What a report leaves open: only the venue's own view of the order tells. */
function stillUnknown(order: Order, { type }: OrderEvent): { request: "submit" | "cancel"; reason: string } | null {
  // What cannot be cancelled may have ended, or never have arrived.
  if (type === "OrderCancelRejected")
    return { request: order.venueOrderId === null ? "submit" : "cancel", reason: "its cancel was rejected" };
  // An acknowledgement says nothing about a cancel.
  if (type === "OrderAccepted" && order.unknownRequest === "cancel") return { request: "cancel", reason: order.statusReason };
  return null;
}

function eventOf(order: Order, report: VenueReport): OrderEvent | null {
  const base = { ...ownerOf(order), atMs: report.atMs };
  switch (report.kind) {
    case "accepted":
      if (order.venueOrderId !== null && order.unknownRequest !== "submit") return null;
      return { ...base, type: "OrderAccepted", venueOrderId: report.venueOrderId };
    case "rejected":
      return order.status === "Rejected" ? null : { ...base, type: "OrderRejected", code: report.code, reason: report.reason };
    case "fill":
      if (order.tradeIds.has(report.fill.tradeId)) return null;
      return { ...base, type: "OrderFilled", fill: report.fill, why: order.intent.why, decisionPrice: order.intent.decisionPrice ?? null };
    case "canceled":
      return isOpen(order.status) || order.status === "Rejected" ? { ...base, type: "OrderCanceled", reason: report.reason } : null;
    case "expired":
      return isOpen(order.status) || order.status === "Rejected" ? { ...base, type: "OrderExpired", reason: report.reason } : null;
    case "cancel-rejected":
      return order.cancelRequested && isOpen(order.status)
        ? { ...base, type: "OrderCancelRejected", code: report.code, reason: report.reason }
        : null;
    case "unknown":
      if (!isOpen(order.status) || (order.status === "Unknown" && order.unknownRequest === report.request)) return null;
      return { ...base, type: "OrderOutcomeUnknown", request: report.request, reason: report.reason };
  }
}

/**
 * What the venue's own view of an order adds: missing fills first, then its fate. Used for unknown outcomes, after a
 * reconnect, and at every start.
 */
export function reconcileEvents(order: Order, venue: VenueOrder, atMs: number): OrderEvent[] {
  const base = { ...ownerOf(order), atMs };
  const events: OrderEvent[] = [];
  if (order.venueOrderId === null || order.status === "Unknown" || order.status === "Rejected") {
    if (venue.status !== "rejected") events.push({ ...base, type: "OrderAccepted", venueOrderId: venue.venueOrderId });
  }
  for (const fill of venue.fills) {
    if (!order.tradeIds.has(fill.tradeId))
      events.push({ ...base, type: "OrderFilled", fill, why: order.intent.why, decisionPrice: order.intent.decisionPrice ?? null });
  }
  if (!isOpen(order.status) && order.status !== "Rejected") return events;
  if (venue.status === "canceled") events.push({ ...base, type: "OrderCanceled", reason: "found canceled at the venue" });
  if (venue.status === "expired") events.push({ ...base, type: "OrderExpired", reason: "found expired at the venue" });
  if (venue.status === "rejected" && order.status !== "Rejected")
    events.push({ ...base, type: "OrderRejected", code: "REJECTED_BY_VENUE", reason: "found rejected at the venue" });
  return events;
}

/**
 * What reconciling several orders gave, as it happened at the venue: fills by time and trade id, acknowledgements before
 * them, ends after them. An owner's average cost depends on the order of fills, whichever of its orders they belong to.
 */
export function inVenueOrder(events: readonly OrderEvent[]): OrderEvent[] {
  return events.toSorted((a, b) => {
    if (a.type !== "OrderFilled" || b.type !== "OrderFilled") return stageOf(a) - stageOf(b);
    return a.fill.venueTimeMs - b.fill.venueTimeMs || byTradeId(a.fill.tradeId, b.fill.tradeId);
  });
}

function stageOf({ type }: OrderEvent): number {
  return type === "OrderAccepted" ? 0 : type === "OrderFilled" ? 1 : 2;
}

/** Venues count trades up: a longer number is a later one. */
function byTradeId(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The venue never saw it: a definite answer only after the grace in which a late arrival is possible. */
export function neverArrived(order: Order, atMs: number): OrderEvent {
  return { ...ownerOf(order), atMs, type: "OrderRejected", code: "NEVER_ARRIVED", reason: "the venue does not know this client order id" };
}
