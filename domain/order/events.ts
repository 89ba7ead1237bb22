/**
 * The events of an account's orders, as journaled in the stream `execution/<account>`. State is their fold; nothing is
 * sent to a venue or announced before its event is durable. Every event repeats who owns the order, so that positions,
 * risk and strategies can fold the stream without looking anything up.
 */
import type { Fill, OrderIntent } from "./types.ts";
import type { Decimal } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";

export interface OrderOwner {
  readonly orderId: string;
  readonly intentId: string;
  readonly strategyId: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
}

export type OrderEvent =
  | (OrderOwner & { readonly type: "OrderSubmitted"; readonly atMs: number; readonly intent: OrderIntent })
  | (OrderOwner & { readonly type: "OrderAccepted"; readonly atMs: number; readonly venueOrderId: string })
  | (OrderOwner & { readonly type: "OrderRejected"; readonly atMs: number; readonly code: string; readonly reason: string })
  | (OrderOwner & {
      readonly type: "OrderFilled";
      readonly atMs: number;
      readonly fill: Fill;
      readonly why: string;
      readonly decisionPrice?: Decimal | null;
    })
  | (OrderOwner & { readonly type: "OrderCancelRequested"; readonly atMs: number; readonly by: string; readonly reason: string })
  | (OrderOwner & { readonly type: "OrderCancelRejected"; readonly atMs: number; readonly code: string; readonly reason: string })
  | (OrderOwner & { readonly type: "OrderCanceled"; readonly atMs: number; readonly reason: string })
  | (OrderOwner & { readonly type: "OrderExpired"; readonly atMs: number; readonly reason: string })
  | (OrderOwner & {
      readonly type: "OrderOutcomeUnknown";
      readonly atMs: number;
      readonly request: "submit" | "cancel";
      readonly reason: string;
    });

export type OrderEventType = OrderEvent["type"];

/** Events after which an order no longer reserves anything (a late fill may still come). */
export const CLOSING_EVENTS: ReadonlySet<OrderEventType> = new Set(["OrderRejected", "OrderCanceled", "OrderExpired"]);
