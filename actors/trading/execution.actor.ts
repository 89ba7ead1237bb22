/**
 * Sends approved orders and keeps their truth: one per account, owner of the stream `execution/<account>`.
 *
 * Invariants: an order is journaled before it is sent; an event is journaled before anybody hears of it; nothing is
 * sent without a reservation, nothing is sent twice; a request without an answer makes the order `Unknown`, which is
 * looked up until the venue says what happened, and never resent.
 */
import {
  connectionMessages,
  executionMessages,
  type OrderNotice,
  positionsMessages,
  riskMessages,
  strategyMessages,
} from "../../domain/contract/actors.ts";
import { orderRow } from "../../domain/contract/rows.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { OrderRow } from "../../domain/contract/views.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { DstaError, messageOf, notFound } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import { decodeOrderEvent, encodeOrderEvent } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import { LookupSchedule, type LookupPolicy } from "../../domain/order/lookup-schedule.ts";
import { type Order, orderIdOf, ownerOf } from "../../domain/order/order.ts";
import { OrderRegistry } from "../../domain/order/order-registry.ts";
import { inVenueOrder, neverArrived, reconcileEvents, reportEvents } from "../../domain/order/reports.ts";
import { type ApprovedIntent, confirmApproved } from "../../domain/order/approved.ts";
import { isOpen } from "../../domain/order/transitions.ts";
import type { VenueOrder, VenueReport } from "../../domain/order/types.ts";
import { type ActorContext, defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";

export interface ExecutionDeps {
  readonly journal: Journal;
  readonly lookup: LookupPolicy;
  /** No answer to a request within this: its outcome is unknown. */
  readonly answerTimeoutMs: number;
}

interface ExecutionActorState {
  readonly stream: EventStream;
  readonly orders: OrderRegistry;
  readonly lookups: LookupSchedule;
  snapshotVersion: number;
}

type Ctx = ActorContext<ExecutionActorState>;

const SWEEP_MS = 250;
const SNAPSHOT_EVENTS = 1_000;
/** Reaches behind the last thing known, for clocks that differ and reports that were under way. */
const BACKFILL_OVERLAP_MS = 60_000;
/** Most events of one append while catching up with the venue. */
const RECONCILE_EVENTS = 500;

export function executionActor(deps: ExecutionDeps) {
  return defineActor<ExecutionActorState, typeof executionMessages>({
    kind: "execution",
    key: ["account"],
    messages: executionMessages,
    mailbox: { control: 65_536, market: 1 },
    supervise: { baseMs: 50, maxMs: 2_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      let lastAtMs = ctx.clock.now();
      const { stream, state: orders } = await EventStream.open(deps.journal, `execution/${ctx.id}`, {
        start: (snapshot) => OrderRegistry.fromJson(snapshot),
        apply: (registry, stored) => {
          registry.apply(decodeOrderEvent(stored));
          lastAtMs = stored.atMs;
        },
      });
      ctx.state = { stream, orders, lookups: new LookupSchedule(deps.lookup), snapshotVersion: stream.version };
      const oldestOpenMs = Math.min(lastAtMs, ...orders.open().map((order) => order.createdAtMs));
      await reconcile(ctx, await ctx.ask(connectionMessages.ordersSince, ctx.id, { sinceMs: oldestOpenMs - BACKFILL_OVERLAP_MS }));
      await findLost(ctx, deps);
      ctx.after(SWEEP_MS, executionMessages.sweep, null);
      return ctx.state;
    },
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(ctx.state.orders.toJson()),

    handle: {
      submit: (ctx, intent) => submit(ctx, intent),
      cancel: async (ctx, { orderId, by, reason }) => orderRow(await requestCancel(ctx, known(ctx, orderId), by, reason)),
      cancelAll: (ctx, { strategyId, by, reason }) => cancelAll(ctx, strategyId, by, reason),
      report: (ctx, report) => onReport(ctx, report),
      connection: (ctx, { connected }) => {
        if (connected) backfill(ctx);
      },
      backfilled: (ctx, { value }) => (value === null ? undefined : reconcile(ctx, value)),
      lookedUp: (ctx, { orderId, value, error }) => onLookedUp(ctx, deps, orderId, value, error),
      sweep: (ctx) => sweep(ctx, deps),
      ordersOf: (ctx, { strategyId }) => ctx.state.orders.open(strategyId),
      open: (ctx, { strategyId }) => ctx.state.orders.open(strategyId).map(orderRow),
      order: (ctx, { orderId }) => orderRow(known(ctx, orderId)),
    },
  });
}

function known(ctx: Ctx, orderId: string): Order {
  const order = ctx.state.orders.get(orderId);
  if (!order) throw notFound("order", orderId);
  return order;
}

/** Journals, folds, then tells everybody: the only way an order changes. */
async function commit(ctx: Ctx, events: readonly OrderEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { stream, orders } = ctx.state;
  const before = stream.version;
  await stream.append(events.map(encodeOrderEvent));
  events.forEach((event, index) => {
    const order = orders.apply(event);
    const notice: OrderNotice = { version: before + index + 1, event, order };
    ctx.tell(positionsMessages.orderEvent, ctx.id, notice);
    ctx.tell(riskMessages.orderEvent, ctx.id, notice);
    if (event.strategyId !== "manual") ctx.tell(strategyMessages.orderEvent, event.strategyId, notice);
    ctx.publish(subjects.floor("order"), orderRow(order));
  });
}

async function submit(ctx: Ctx, message: ApprovedIntent): Promise<OrderRow> {
  // The type brand of an approval does not survive a wire: the reservation does.
  const intent = confirmApproved(message, (id, intentId) => id.startsWith(`${intentId}@`));
  const orderId = orderIdOf(intent.intentId, hash32);
  const twin = ctx.state.orders.get(orderId);
  if (twin) return orderRow(twin);
  const owner = ownerOf({ orderId, intent });
  await commit(ctx, [{ ...owner, type: "OrderSubmitted", atMs: ctx.clock.now(), intent }]);
  const { symbol, side, type, quantity, limitPrice, timeInForce, postOnly } = intent;
  await ctx.ask(connectionMessages.submit, ctx.id, {
    clientOrderId: orderId,
    symbol,
    side,
    type,
    quantity,
    limitPrice,
    timeInForce,
    postOnly,
  });
  return orderRow(known(ctx, orderId));
}

/** @throws {DstaError} ORDER_NOT_OPEN (409) when there is nothing left to cancel. */
async function requestCancel(ctx: Ctx, order: Order, by: string, reason: string): Promise<Order> {
  const { orderId, status, intent } = order;
  if (!isOpen(status)) throw new DstaError("ORDER_NOT_OPEN", `order ${orderId} is ${status}`, { code: 409, data: { orderId, status } });
  if (!order.cancelRequested) await commit(ctx, [{ ...ownerOf(order), type: "OrderCancelRequested", atMs: ctx.clock.now(), by, reason }]);
  await ctx.ask(connectionMessages.cancel, ctx.id, { symbol: intent.symbol, clientOrderId: orderId });
  return known(ctx, orderId);
}

async function cancelAll(
  ctx: Ctx,
  strategyId: string | undefined,
  by: string,
  reason: string,
): Promise<{ requested: number; unknown: number }> {
  const open = ctx.state.orders.open(strategyId);
  const atMs = ctx.clock.now();
  const fresh = open.filter((order) => !order.cancelRequested);
  await commit(
    ctx,
    fresh.map((order) => ({ ...ownerOf(order), type: "OrderCancelRequested", atMs, by, reason })),
  );
  for (const order of open) await ctx.ask(connectionMessages.cancel, ctx.id, { symbol: order.intent.symbol, clientOrderId: order.orderId });
  return { requested: open.length, unknown: open.filter((order) => order.status === "Unknown").length };
}

async function onReport(ctx: Ctx, report: VenueReport): Promise<void> {
  const order = ctx.state.orders.get(report.clientOrderId);
  if (!order) {
    ctx.announce(
      "critical",
      `the venue reports ${report.kind} for ${report.clientOrderId}, which is not an order of ours`,
      "ORPHAN_REPORT",
    );
    return;
  }
  await commit(ctx, reportEvents(order, report));
  await snapshotSometimes(ctx);
}

async function snapshotSometimes(ctx: Ctx): Promise<void> {
  const { stream, orders, snapshotVersion } = ctx.state;
  if (stream.version - snapshotVersion < SNAPSHOT_EVENTS) return;
  ctx.state.snapshotVersion = stream.version;
  await stream.saveSnapshot(orders.toJson());
}

// ---- the outside's view ---------------------------------------------------------------------------------------------

function backfill(ctx: Ctx): void {
  const open = ctx.state.orders.open();
  const sinceMs = Math.min(ctx.clock.now(), ...open.map((order) => order.createdAtMs)) - BACKFILL_OVERLAP_MS;
  ctx.pipe(ctx.ask(connectionMessages.ordersSince, ctx.id, { sinceMs }), executionMessages.backfilled, (outcome) =>
    "value" in outcome ? { value: outcome.value, error: null } : { value: null, error: messageOf(outcome.error) },
  );
}

/** Takes over what the venue says about our orders: what was missed is journaled in the order in which it happened there. */
async function reconcile(ctx: Ctx, venueOrders: readonly VenueOrder[]): Promise<void> {
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
  for (const { status, clientOrderId } of venueOrders) if (status === "open") await cancelAgain(ctx, clientOrderId);
}

/** A cancel that the venue's view does not show was lost on its way. Asking again is safe: an order is cancelled once. */
async function cancelAgain(ctx: Ctx, orderId: string): Promise<void> {
  const order = ctx.state.orders.get(orderId);
  if (!order?.cancelRequested || !isOpen(order.status)) return;
  await ctx.ask(connectionMessages.cancel, ctx.id, { symbol: order.intent.symbol, clientOrderId: orderId });
}

/** At a start: orders we journaled that the venue may never have seen. */
async function findLost(ctx: Ctx, deps: ExecutionDeps): Promise<void> {
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

async function onLookedUp(ctx: Ctx, deps: ExecutionDeps, orderId: string, found: VenueOrder | null, error: string | null): Promise<void> {
  const order = ctx.state.orders.get(orderId);
  if (order?.status === "Unknown" && error === null) await resolveLookup(ctx, deps, order, found);
  ctx.state.lookups.answered(orderId, ctx.clock.now());
}

async function sweep(ctx: Ctx, deps: ExecutionDeps): Promise<void> {
  ctx.after(SWEEP_MS, executionMessages.sweep, null);
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
