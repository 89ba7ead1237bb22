/**
 * The venue's own view of our orders, and what it adds: after a reconnect, at a start, and for outcomes that are not
 * known. Nothing here sends an order; a cancel that was lost is asked for again.
 */
import { connectionMessages, executionMessages } from "../../domain/contract/actors.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { type Order, ownerOf } from "../../domain/order/order.ts";
import { inVenueOrder, neverArrived, reconcileEvents } from "../../domain/order/reports.ts";
import { isOpen } from "../../domain/order/transitions.ts";
import type { VenueOrder } from "../../domain/order/types.ts";
import { commit, type Ctx, type ExecutionDeps, known, remindFollowers } from "./execution-state.ts";

export const SWEEP_MS = 250;
/** Reaches behind the last thing known, for clocks that differ and reports that were under way. */
export const BACKFILL_OVERLAP_MS = 60_000;
/** Most events of one append while catching up with the venue. */
const RECONCILE_EVENTS = 500;

export function backfill(ctx: Ctx): void {
  const open = ctx.state.orders.open();
  const sinceMs = Math.min(ctx.clock.now(), ...open.map((order) => order.createdAtMs)) - BACKFILL_OVERLAP_MS;
  ctx.pipe(ctx.ask(connectionMessages.ordersSince, ctx.id, { sinceMs }), executionMessages.backfilled, (outcome) =>
    "value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) },
  );
}

/** Takes over what the venue says about our orders: what was missed is journaled in the order in which it happened there. */
export async function reconcile(ctx: Ctx, venueOrders: readonly VenueOrder[]): Promise<void> {
  const atMs = ctx.clock.now();
  const missed: OrderEvent[] = [];
  for (const venueOrder of venueOrders) {
    const order = ctx.state.orders.get(venueOrder.clientOrderId);
    if (order) missed.push(...reconcileEvents(order, venueOrder, atMs));
    else if (venueOrder.status === "open")
      ctx.announce("critical", `the venue has an open order ${venueOrder.clientOrderId} that is not ours`, "ORPHAN_ORDER");
  }
  const events = inVenueOrder(missed);
  for (let first = 0; first < events.length; first += RECONCILE_EVENTS) await commit(ctx, events.slice(first, first + RECONCILE_EVENTS));
  for (const { status, clientOrderId } of venueOrders) if (status === "open") cancelAgain(ctx, clientOrderId);
}

/** A cancel that the venue's view does not show was lost on its way. Asking again is safe: an order is cancelled once. */
function cancelAgain(ctx: Ctx, orderId: string): void {
  const order = ctx.state.orders.get(orderId);
  if (!order?.cancelRequested || !isOpen(order.status)) return;
  ctx.tell(connectionMessages.cancel, ctx.id, { symbol: order.intent.symbol, clientOrderId: orderId });
}

/** At a start: orders we journaled that the venue may never have seen. */
export async function findLost(ctx: Ctx, deps: ExecutionDeps): Promise<void> {
  for (const order of ctx.state.orders.open()) {
    if (order.venueOrderId !== null && order.status !== "Unknown") continue;
    const found = await ctx.ask(connectionMessages.order, ctx.id, { symbol: order.intent.symbol, clientOrderId: order.orderId });
    await resolveLookup(ctx, deps, order, found);
  }
}

async function resolveLookup(ctx: Ctx, deps: ExecutionDeps, order: Order, found: VenueOrder | null): Promise<void> {
  const atMs = ctx.clock.now();
  if (found) return reconcile(ctx, [found]);
  if (order.venueOrderId === null && atMs - order.createdAtMs >= deps.lookup.arrivalGraceMs)
    return commit(ctx, [neverArrived(order, atMs)]);
  if (order.status !== "Unknown")
    await commit(ctx, [
      { ...ownerOf(order), type: "OrderOutcomeUnknown", atMs, request: "submit", reason: "the venue does not know it (yet)" },
    ]);
}

export async function onLookedUp(
  ctx: Ctx,
  deps: ExecutionDeps,
  orderId: string,
  found: VenueOrder | null,
  error: string | null,
): Promise<void> {
  const order = ctx.state.orders.get(orderId);
  if (order?.status === "Unknown" && error === null) await resolveLookup(ctx, deps, order, found);
  ctx.state.lookups.answered(orderId, ctx.clock.now());
}

export async function sweep(ctx: Ctx, deps: ExecutionDeps): Promise<void> {
  ctx.after(SWEEP_MS, executionMessages.sweep, null);
  remindFollowers(ctx);
  const nowMs = ctx.clock.now();
  const { orders, lookups } = ctx.state;
  for (const order of orders.open()) {
    const waiting = order.status === "Pending" || order.status === "CancelPending";
    if (!waiting || nowMs - order.updatedAtMs < deps.answerTimeoutMs) continue;
    const request = order.status === "Pending" ? ("submit" as const) : ("cancel" as const);
    await commit(ctx, [
      { ...ownerOf(order), type: "OrderOutcomeUnknown", atMs: nowMs, request, reason: `no answer in ${deps.answerTimeoutMs} ms` },
    ]);
  }
  const unknown = orders.open().filter((order) => order.status === "Unknown");
  for (const orderId of lookups.due(
    unknown.map((order) => order.orderId),
    nowMs,
  ))
    lookUp(ctx, orderId);
  for (const orderId of lookups.escalate(nowMs))
    ctx.announce(
      "critical",
      `order ${orderId} has been unknown for ${deps.lookup.escalateAfterMs / 1_000} s: look at the venue`,
      "ORDER_UNKNOWN",
    );
}

function lookUp(ctx: Ctx, orderId: string): void {
  const { intent } = known(ctx, orderId);
  ctx.pipe(
    ctx.ask(connectionMessages.order, ctx.id, { symbol: intent.symbol, clientOrderId: orderId }),
    executionMessages.lookedUp,
    (outcome) =>
      "value" in outcome ? { orderId, value: outcome.value, error: null } : { orderId, value: null, error: messageOf(outcome.error) },
  );
}
