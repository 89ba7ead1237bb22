/**
 * The instance's own open orders, from the moment the strategy decides them: an intent still on its way counts as a
 * Pending order without an id, so a handler that runs before the answer does not order twice. A cancel of such an order
 * is remembered and asked for as soon as its id is known. Closed orders leave the list.
 */
import { type Decimal, format, sub, toNumber, ZERO } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";
import type { OrderIntent, OrderStatus, OrderType } from "../order/types.ts";

/** What the owner of the order tells: its newest state. A refused intent is `Rejected` with `orderId` null. */
export interface OrderUpdate {
  readonly orderId: string | null;
  readonly intentId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly reduceOnly: boolean;
  readonly status: OrderStatus;
  /** Why it is in this state; the reason code and sentence of a refusal. */
  readonly reason: string;
  readonly why: string;
  readonly atMs: number;
}

/** An order as the author reads it. */
export interface OwnOrder extends OrderUpdate {
  /** Limit price as a float; NaN for a market order. */
  readonly price: number;
  /** Not yet filled, in base. */
  readonly remaining: number;
  /** Filled and not yet filled, exact, as decimal texts that fit the author's JSON state. */
  readonly filled: string;
  readonly left: string;
  /** The strategy has asked to cancel it. */
  readonly cancelAsked: boolean;
}

const CLOSED: ReadonlySet<OrderStatus> = new Set(["Filled", "Canceled", "Rejected", "Expired"]);

export class OwnOrders {
  /** Open orders, oldest first; replaced, never changed in place. */
  open: readonly OwnOrder[] = [];

  constructor(orders: readonly (OrderUpdate | OwnOrder)[]) {
    this.open = orders.filter((order) => !isClosed(order)).map((order) => read(order, "cancelAsked" in order && order.cancelAsked));
  }

  /** The order after the update, open or not. */
  update(update: OrderUpdate): OwnOrder {
    const known = this.open.find((order) => order.intentId === update.intentId);
    // A working order again after CancelPending means that the cancel was refused: it may be asked for once more.
    const cancelRefused = known?.status === "CancelPending" && update.status !== "CancelPending" && update.status !== "Unknown";
    const order = read(update, known !== undefined && known.cancelAsked && !cancelRefused);
    if (CLOSED.has(order.status)) this.open = this.open.filter((other) => other !== known);
    else if (known === undefined) this.open = [...this.open, order];
    else this.open = this.open.map((other) => (other === known ? order : other));
    return order;
  }

  /** It is closed, and nobody wants to hear how. */
  forget(intentId: string): void {
    this.open = this.open.filter((order) => order.intentId !== intentId);
  }

  add(intent: OrderIntent): void {
    const { intentId, side, type, quantity, limitPrice, reduceOnly, why, decidedAtMs } = intent;
    const update: OrderUpdate = {
      orderId: null,
      intentId,
      side,
      type,
      quantity,
      filledQuantity: ZERO,
      limitPrice,
      reduceOnly,
      status: "Pending",
      reason: "",
      why,
      atMs: decidedAtMs,
    };
    this.open = [...this.open, read(update, false)];
  }

  /** The open order with this order id or intent id. */
  find(id: string): OwnOrder | null {
    return this.open.find((order) => order.orderId === id || order.intentId === id) ?? null;
  }

  askedToCancel(order: OwnOrder): void {
    this.open = this.open.map((other) => (other === order ? read(order, true) : other));
  }
}

export function isClosed(order: OrderUpdate): boolean {
  return CLOSED.has(order.status);
}

function read(update: OrderUpdate, cancelAsked: boolean): OwnOrder {
  return new ReadOrder(update, cancelAsked);
}

/** Floats and texts are made when they are read: most orders fill before anyone looks. */
class ReadOrder implements OwnOrder {
  readonly orderId: string | null;
  readonly intentId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly reduceOnly: boolean;
  readonly status: OrderStatus;
  readonly reason: string;
  readonly why: string;
  readonly atMs: number;
  readonly cancelAsked: boolean;

  constructor(update: OrderUpdate, cancelAsked: boolean) {
    this.orderId = update.orderId;
    this.intentId = update.intentId;
    this.side = update.side;
    this.type = update.type;
    this.quantity = update.quantity;
    this.filledQuantity = update.filledQuantity;
    this.limitPrice = update.limitPrice;
    this.reduceOnly = update.reduceOnly;
    this.status = update.status;
    this.reason = update.reason;
    this.why = update.why;
    this.atMs = update.atMs;
    this.cancelAsked = cancelAsked;
  }

  get price(): number {
    return this.limitPrice === null ? Number.NaN : toNumber(this.limitPrice);
  }

  get remaining(): number {
    return toNumber(sub(this.quantity, this.filledQuantity));
  }

  get filled(): string {
    return format(this.filledQuantity);
  }

  get left(): string {
    return format(sub(this.quantity, this.filledQuantity));
  }
}
