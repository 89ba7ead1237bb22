/**
 * State of an execution actor, and the one way an order changes: journal, fold, then tell everybody.
 */
import { type OrderNotice, positionsMessages, riskMessages, strategyMessages } from "../../domain/contract/actors.ts";
import { orderRow } from "../../domain/contract/rows.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { Journal } from "../../domain/journal/journal.ts";
import { notFound } from "../../domain/kernel/errors.ts";
import { decodeOrderEvent, encodeOrderEvent } from "../../domain/order/codec.ts";
import type { OrderEvent } from "../../domain/order/events.ts";
import type { LookupPolicy, LookupSchedule } from "../../domain/order/lookup-schedule.ts";
import type { Order } from "../../domain/order/order.ts";
import type { OrderRegistry } from "../../domain/order/order-registry.ts";
import type { ActorContext } from "../../mixins/hosted/actor.ts";
import type { EventStream } from "../../mixins/journal/event-stream.ts";

export interface ExecutionDeps {
  readonly journal: Journal;
  readonly lookup: LookupPolicy;
  /** No answer to a request within this: its outcome is unknown. */
  readonly answerTimeoutMs: number;
}

export interface ExecutionActorState {
  readonly stream: EventStream;
  readonly orders: OrderRegistry;
  readonly lookups: LookupSchedule;
  snapshotVersion: number;
  /** By account: the newest event that the others were told of from this node, by whichever activation of this ownership. */
  readonly toldVersions: Map<string, number>;
  /** The newest risk desk heard of: what an earlier one approved before its end comes too late. */
  riskEpoch: bigint;
  /** What followers were last told of where the stream stands, and when. */
  followed: { version: number; atMs: number };
}

export type Ctx = ActorContext<ExecutionActorState>;

export function known(ctx: Ctx, orderId: string): Order {
  const order = ctx.state.orders.get(orderId);
  if (!order) throw notFound("order", orderId);
  return order;
}

/**
 * At the begin of an ownership: what the last owner told may be lost with its node. Positions and risk read on from the
 * journal; a strategy that has not seen the last event of its orders looks at everything afresh. One without recent orders
 * has missed nothing.
 * @param lastVersions by strategy: its last event that was folded one by one; those in the snapshot count as its newest
 */
export function tellWhereItStands(ctx: Ctx, lastVersions: ReadonlyMap<string, number>, snapshotVersion: number): void {
  tellFollowers(ctx);
  for (const strategyId of ctx.state.orders.strategyIds()) {
    if (strategyId === "manual") continue;
    const version = lastVersions.get(strategyId) ?? snapshotVersion;
    ctx.tell(strategyMessages.resync, strategyId, { version, reason: "its orders have moved to another node" });
  }
}

const FOLLOW_AGAIN_MS = 10_000;

/** Heals a notice that was lost when no later one follows it. */
export function remindFollowers(ctx: Ctx): void {
  const { followed, stream } = ctx.state;
  if (followed.version !== stream.version || ctx.clock.now() - followed.atMs >= FOLLOW_AGAIN_MS) tellFollowers(ctx);
}

function tellFollowers(ctx: Ctx): void {
  const { version } = ctx.state.stream;
  ctx.state.followed = { version, atMs: ctx.clock.now() };
  ctx.tell(positionsMessages.follow, ctx.id, { version });
  ctx.tell(riskMessages.follow, ctx.id, { version });
}

/** An activation ends with an append whose answer is lost; if the events arrived all the same, nobody has heard of them. */
export async function tellUntold(ctx: Ctx, journal: Journal): Promise<void> {
  const { stream, toldVersions } = ctx.state;
  for await (const stored of journal.read(stream.name, toldVersions.get(ctx.id)!)) {
    const event = decodeOrderEvent(stored);
    tellAll(ctx, stored.version, event, known(ctx, event.orderId));
  }
}

function tellAll(ctx: Ctx, version: number, event: OrderEvent, order: Order): void {
  ctx.state.toldVersions.set(ctx.id, version);
  const notice: OrderNotice = { version, event, order };
  ctx.tell(positionsMessages.orderEvent, ctx.id, notice);
  ctx.tell(riskMessages.orderEvent, ctx.id, notice);
  if (event.strategyId !== "manual") ctx.tell(strategyMessages.orderEvent, event.strategyId, notice);
}

/** Journals, folds, then tells everybody: the only way an order changes. */
export async function commit(ctx: Ctx, events: readonly OrderEvent[]): Promise<void> {
  if (events.length === 0) return;
  const { stream, orders } = ctx.state;
  const before = stream.version;
  await stream.append(events.map(encodeOrderEvent));
  events.forEach((event, index) => {
    const order = orders.apply(event);
    tellAll(ctx, before + index + 1, event, order);
    ctx.publish(subjects.floor("order"), orderRow(order));
  });
}
