/**
 * Sends approved orders and keeps their truth: one per account, owner of the stream `execution/<account>`.
 *
 * Invariants: an order is journaled before it is sent; an event is journaled before anybody hears of it; nothing is
 * sent without a reservation, nothing is sent twice; a request without an answer makes the order `Unknown`, which is
 * looked up until the venue says what happened, and never resent.
 */
import { connectionMessages, executionMessages } from "../../domain/contract/actors.ts";
import { orderRow } from "../../domain/contract/rows.ts";
import type { OrderRow } from "../../domain/contract/views.ts";
import type { StoredEvent } from "../../domain/journal/journal.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { hash32 } from "../../domain/kernel/random.ts";
import { type ApprovedIntent, confirmApproved } from "../../domain/order/approved.ts";
import { decodeOrderEvent } from "../../domain/order/codec.ts";
import { LookupSchedule } from "../../domain/order/lookup-schedule.ts";
import { type Order, orderIdOf, ownerOf } from "../../domain/order/order.ts";
import { OrderRegistry } from "../../domain/order/order-registry.ts";
import { reportEvents } from "../../domain/order/reports.ts";
import { isOpen } from "../../domain/order/transitions.ts";
import type { VenueReport } from "../../domain/order/types.ts";
import { defineActor } from "../../mixins/hosted/actor.ts";
import { EventStream } from "../../mixins/journal/event-stream.ts";
import { backfill, BACKFILL_OVERLAP_MS, findLost, onLookedUp, reconcile, sweep, SWEEP_MS } from "./execution-reconcile.ts";
import { commit, type Ctx, type ExecutionActorState, type ExecutionDeps, known, tellUntold, tellWhereItStands } from "./execution-state.ts";

const SNAPSHOT_EVENTS = 1_000;

export function executionActor(deps: ExecutionDeps) {
  const toldVersions = new Map<string, number>();
  return defineActor<ExecutionActorState, typeof executionMessages>({
    kind: "execution",
    key: ["account"],
    messages: executionMessages,
    mailbox: { control: 65_536, market: 1 },
    supervise: { baseMs: 50, maxMs: 2_000, maxRestarts: 10, windowMs: 60_000 },

    async activate(ctx) {
      let lastAtMs = ctx.clock.now();
      let folded = 0;
      const lastVersions = new Map<string, number>();
      const fold = {
        start: (snapshot: unknown) => OrderRegistry.fromJson(snapshot),
        apply: (registry: OrderRegistry, stored: StoredEvent) => {
          lastVersions.set(registry.apply(decodeOrderEvent(stored)).intent.strategyId, stored.version);
          lastAtMs = stored.atMs;
          folded++;
        },
      };
      const { stream, state: orders } = await EventStream.open(deps.journal, `execution/${ctx.id}`, fold, ctx.epoch);
      ctx.state = {
        stream,
        orders,
        lookups: new LookupSchedule(deps.lookup),
        snapshotVersion: stream.version,
        toldVersions,
        riskEpoch: 0n,
        followed: { version: stream.version, atMs: ctx.clock.now() },
      };
      if (toldVersions.has(ctx.id)) {
        await tellUntold(ctx, deps.journal);
      } else {
        toldVersions.set(ctx.id, stream.version);
        tellWhereItStands(ctx, lastVersions, stream.version - folded);
      }
      const oldestOpenMs = Math.min(lastAtMs, ...orders.open().map((order) => order.createdAtMs));
      await reconcile(ctx, await ctx.ask(connectionMessages.ordersSince, ctx.id, { sinceMs: oldestOpenMs - BACKFILL_OVERLAP_MS }));
      await findLost(ctx, deps);
      ctx.after(SWEEP_MS, executionMessages.sweep, null);
      return ctx.state;
    },
    deactivate: (ctx) => ctx.state.stream.saveSnapshot(ctx.state.orders.toJson()),
    released: (id) => void toldVersions.delete(id),

    handle: {
      submit: (ctx, { intent, riskEpoch }) => {
        fenceRisk(ctx, riskEpoch);
        return submit(ctx, intent);
      },
      fenceRisk: (ctx, { riskEpoch }) => {
        fenceRisk(ctx, riskEpoch);
        return { version: ctx.state.stream.version };
      },
      cancel: async (ctx, { orderId, by, reason }) => orderRow(await requestCancel(ctx, known(ctx, orderId), by, reason)),
      cancelAll: (ctx, { strategyId, by, reason }) => cancelAll(ctx, strategyId, by, reason),
      report: (ctx, report) => onReport(ctx, report),
      connection: (ctx, { connected }) => {
        if (connected) backfill(ctx);
      },
      backfilled: (ctx, { value }) => (value === null ? undefined : reconcile(ctx, value)),
      lookedUp: (ctx, { orderId, value, error }) => onLookedUp(ctx, deps, orderId, value, error),
      sweep: (ctx) => sweep(ctx, deps),
      ordersOf: (ctx, { strategyId }) => ({ version: ctx.state.stream.version, orders: ctx.state.orders.open(strategyId) }),
      open: (ctx, { strategyId }) => ctx.state.orders.open(strategyId).map(orderRow),
      order: (ctx, { orderId }) => orderRow(known(ctx, orderId)),
    },
  });
}

function fenceRisk(ctx: Ctx, riskEpoch: bigint): void {
  const newest = ctx.state.riskEpoch;
  if (riskEpoch < newest)
    throw new DstaError("RISK_FENCED", `approved by risk epoch ${riskEpoch}, which ${newest} has succeeded`, { code: 409 });
  ctx.state.riskEpoch = riskEpoch;
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
  const request = { clientOrderId: orderId, symbol, side, type, quantity, limitPrice, timeInForce, postOnly };
  const failure = await failureOf(ctx.ask(connectionMessages.submit, ctx.id, request));
  if (failure) await unanswered(ctx, [orderId], "submit", failure);
  return orderRow(known(ctx, orderId));
}

/** What went wrong on the way to the connection: another actor's failure, of whatever kind, is none of this one. */
async function failureOf(asked: Promise<void>): Promise<Error | null> {
  try {
    await asked;
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}

/** The request may have left for the venue or not: only the venue's own view tells. It is never sent again. */
async function unanswered(ctx: Ctx, orderIds: readonly string[], request: "submit" | "cancel", failure: Error): Promise<void> {
  const atMs = ctx.clock.now();
  const reason = `the connection did not confirm it: ${failure.message}`;
  const open = orderIds.map((orderId) => known(ctx, orderId)).filter(({ status }) => isOpen(status));
  await commit(
    ctx,
    open.map((order) => ({ ...ownerOf(order), type: "OrderOutcomeUnknown", atMs, request, reason })),
  );
}

/** @throws {DstaError} ORDER_NOT_OPEN (409) when there is nothing left to cancel. */
async function requestCancel(ctx: Ctx, order: Order, by: string, reason: string): Promise<Order> {
  const { orderId, status, intent } = order;
  if (!isOpen(status)) throw new DstaError("ORDER_NOT_OPEN", `order ${orderId} is ${status}`, { code: 409, data: { orderId, status } });
  if (!order.cancelRequested) await commit(ctx, [{ ...ownerOf(order), type: "OrderCancelRequested", atMs: ctx.clock.now(), by, reason }]);
  const failure = await failureOf(ctx.ask(connectionMessages.cancel, ctx.id, { symbol: intent.symbol, clientOrderId: orderId }));
  if (failure) await unanswered(ctx, [orderId], "cancel", failure);
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
  // Together: one that cannot be confirmed keeps no other from being cancelled.
  const failures = await Promise.all(
    open.map(({ orderId, intent }) =>
      failureOf(ctx.ask(connectionMessages.cancel, ctx.id, { symbol: intent.symbol, clientOrderId: orderId })),
    ),
  );
  const failed = open.filter((_order, index) => failures[index] !== null).map(({ orderId }) => orderId);
  const failure = failures.find((candidate) => candidate !== null);
  if (failure) await unanswered(ctx, failed, "cancel", failure);
  return { requested: open.length, unknown: open.filter(({ orderId }) => known(ctx, orderId).status === "Unknown").length };
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
