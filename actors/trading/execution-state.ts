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
  /** By account: the newest event that the others of this process were told of, by whichever activation. */
  readonly toldVersions: Map<string, number>;
}

export type Ctx = ActorContext<ExecutionActorState>;

export function known(ctx: Ctx, orderId: string): Order {
  const order = ctx.state.orders.get(orderId);
  if (!order) throw notFound("order", orderId);
  return order;
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
