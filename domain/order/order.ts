/**
 * The order aggregate: a pure fold of its events. Quantities are cumulative and exact; a fill counts once per trade id
 * however often it is reported; more filled than ordered is recorded as the venue says it.
 */
import { type Decimal, add, mul, div, sub, ZERO } from "../kernel/decimal.ts";
import { invariant } from "../kernel/errors.ts";
import type { OrderEvent, OrderOwner } from "./events.ts";
import { transition } from "./transitions.ts";
import type { OrderIntent, OrderStatus } from "./types.ts";

export interface Order {
  readonly orderId: string;
  readonly intent: OrderIntent;
  readonly status: OrderStatus;
  readonly statusReason: string;
  readonly venueOrderId: string | null;
  readonly filledQuantity: Decimal;
  /** Σ price · quantity of its fills. */
  readonly filledNotional: Decimal;
  readonly tradeIds: ReadonlySet<string>;
  /** Set while `Unknown`: which request's outcome is missing. */
  readonly unknownRequest: "submit" | "cancel" | null;
  readonly cancelRequested: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

const NO_TRADES: ReadonlySet<string> = new Set();

/** State after `event`; `order` is null for the first one. @throws {DstaError} ILLEGAL_TRANSITION */
export function applyOrderEvent(order: Order | null, event: OrderEvent): Order {
  if (event.type === "OrderSubmitted") {
    invariant(order === null, `order ${event.orderId} was submitted twice`);
    return {
      orderId: event.orderId,
      intent: event.intent,
      status: "Pending",
      statusReason: "",
      venueOrderId: null,
      filledQuantity: ZERO,
      filledNotional: ZERO,
      tradeIds: NO_TRADES,
      unknownRequest: null,
      cancelRequested: false,
      createdAtMs: event.atMs,
      updatedAtMs: event.atMs,
    };
  }
  invariant(order !== null, `${event.type} for order ${event.orderId}, which was never submitted`);
  const target = transition(order.status, event.type);
  const changed: Changing = { ...order, updatedAtMs: event.atMs };
  change(changed, event);
  changed.status = resolve(target, order.status, changed);
  if (changed.status !== "Unknown") changed.unknownRequest = null;
  return changed;
}

type Changing = { -readonly [Member in keyof Order]: Order[Member] };

function resolve(target: ReturnType<typeof transition>, before: OrderStatus, order: Order): OrderStatus {
  const complete = order.filledQuantity >= order.intent.quantity;
  switch (target) {
    case "same":
      return before;
    case "open":
      return complete ? "Filled" : order.filledQuantity > ZERO ? "PartiallyFilled" : "Working";
    case "partly":
      return complete ? "Filled" : "PartiallyFilled";
    case "filled":
      return complete ? "Filled" : before;
    default:
      return target;
  }
}

function change(order: Changing, event: OrderEvent): void {
  switch (event.type) {
    case "OrderAccepted":
      order.venueOrderId = event.venueOrderId;
      order.statusReason = "";
      return;
    case "OrderFilled":
      order.filledQuantity = add(order.filledQuantity, event.fill.quantity);
      order.filledNotional = add(order.filledNotional, mul(event.fill.price, event.fill.quantity));
      order.tradeIds = new Set(order.tradeIds.size === 0 ? null : order.tradeIds).add(event.fill.tradeId);
      return;
    case "OrderCancelRequested":
      order.cancelRequested = true;
      order.statusReason = event.reason;
      return;
    case "OrderCancelRejected":
      order.cancelRequested = false;
      order.statusReason = `cancel rejected ${event.code}: ${event.reason}`;
      return;
    case "OrderRejected":
      order.statusReason = `${event.code}: ${event.reason}`;
      return;
    case "OrderOutcomeUnknown":
      order.unknownRequest = event.request;
      order.statusReason = event.reason;
      return;
    case "OrderCanceled":
    case "OrderExpired":
      order.statusReason = event.reason;
      return;
    case "OrderSubmitted":
  }
}

export function remainingQuantity(order: Order): Decimal {
  return order.filledQuantity >= order.intent.quantity ? ZERO : sub(order.intent.quantity, order.filledQuantity);
}

/** Volume-weighted, or null before the first fill. */
export function averageFillPrice(order: Order): Decimal | null {
  return order.filledQuantity === ZERO ? null : div(order.filledNotional, order.filledQuantity);
}

export function ownerOf(order: Pick<Order, "orderId" | "intent">): OrderOwner {
  const { intentId, strategyId, account, venue, symbol, side } = order.intent;
  return { orderId: order.orderId, intentId, strategyId, account, venue, symbol, side };
}

const ID_LIMIT = 36;

/**
 * Client order id of an intent: the intent id itself where venues take it (1 to 36 of `A-Z a-z 0-9 . _ : / -`, the
 * narrowest being Binance's), else a prefix and a hash. A pure function, so a repeat is recognised as the same order.
 */
export function orderIdOf(intentId: string, hash: (text: string) => number): string {
  if (intentId.length <= ID_LIMIT && /^[A-Za-z0-9._:/-]+$/.test(intentId)) return intentId;
  // Marked in front: a running hash that collided on the id would collide again on the id with something behind it.
  const digest = hash(intentId).toString(36) + hash(`#${intentId}`).toString(36);
  return `${intentId.replace(/[^A-Za-z0-9._:/-]/g, "-").slice(0, ID_LIMIT - digest.length - 1)}-${digest}`;
}

const LONG_EPOCH = 1n << 32n;

/** As part of intent ids, which venues take up to 36 characters of: the long epochs of a mesh are written shorter. */
export function epochText(epoch: bigint): string {
  return epoch < LONG_EPOCH ? String(epoch) : epoch.toString(36);
}
