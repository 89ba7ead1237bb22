/**
 * The nouns of trading: intents, orders, fills and the venue's reports. Quantities and prices are exact decimals in
 * memory; on the wire and in the journal they are decimal texts (see `domain/journal/codec.ts`).
 */
import type { Decimal } from "../kernel/decimal.ts";
import type { Side } from "../market/events.ts";

export type OrderType = "market" | "limit";
/** `GTC` rests until cancelled; `IOC` fills what it can at once and expires the rest. */
export type TimeInForce = "GTC" | "IOC";

/** What a strategy (or a person) wants. Not yet reviewed: nothing may send it to a venue. */
export interface OrderIntent {
  /** Pure function of its origin (`strategy.epoch.sequence`, or a person's idempotency key): the same intent never becomes two orders. */
  readonly intentId: string;
  /** Owner of the resulting position: a strategy instance, or `manual`. */
  readonly strategyId: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  /** Null for a market order. */
  readonly limitPrice: Decimal | null;
  readonly timeInForce: TimeInForce;
  /** Refused by the venue instead of taking liquidity. */
  readonly postOnly: boolean;
  /** May only shrink the owner's position. */
  readonly reduceOnly: boolean;
  readonly why: string;
  readonly decidedAtMs: number;
  /** Mid (or mark) when risk reviewed it: what slippage is measured against. */
  readonly decisionPrice?: Decimal | null;
  /** Research only: the share of the owner's capital that `quantity`, still 0, is to be made of where the order fills. */
  readonly allocation?: Decimal;
}

/**
 * `Pending`: journaled, not acknowledged by the venue. `Unknown`: the outcome of a request is not known; the order is
 * looked up, never resent. Terminal: `Filled`, `Canceled`, `Rejected`, `Expired` (a late fill may still arrive).
 */
export type OrderStatus =
  | "Pending"
  | "Working"
  | "PartiallyFilled"
  | "CancelPending"
  | "Unknown"
  | "Filled"
  | "Canceled"
  | "Rejected"
  | "Expired";

export interface Fill {
  /** Unique per venue and symbol; a second report with the same id is the same fill. */
  readonly tradeId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** Positive when paid, negative for a rebate; in `feeAsset`. */
  readonly fee: Decimal;
  readonly feeAsset: string;
  readonly liquidity: "maker" | "taker";
  readonly venueTimeMs: number;
}

/** What a connection sends a venue. `clientOrderId` is derived from the intent, so a repeat is the same order. */
export interface OrderRequest {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

/** What a venue says about one of our orders. Every report may arrive twice, late or out of order. */
export type VenueReport =
  | { readonly kind: "accepted"; readonly clientOrderId: string; readonly venueOrderId: string; readonly atMs: number }
  | { readonly kind: "rejected"; readonly clientOrderId: string; readonly code: string; readonly reason: string; readonly atMs: number }
  | { readonly kind: "fill"; readonly clientOrderId: string; readonly venueOrderId: string; readonly fill: Fill; readonly atMs: number }
  | { readonly kind: "canceled"; readonly clientOrderId: string; readonly reason: string; readonly atMs: number }
  | { readonly kind: "expired"; readonly clientOrderId: string; readonly reason: string; readonly atMs: number }
  | {
      readonly kind: "cancel-rejected";
      readonly clientOrderId: string;
      readonly code: string;
      readonly reason: string;
      readonly atMs: number;
    }
  /** The request's outcome cannot be told (timeout, 5XX, reset): resolve by looking the order up. */
  | {
      readonly kind: "unknown";
      readonly clientOrderId: string;
      readonly request: "submit" | "cancel";
      readonly reason: string;
      readonly atMs: number;
    };

/** A venue's own view of one order, for look-up and reconciliation. */
export interface VenueOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly status: "open" | "filled" | "canceled" | "expired" | "rejected";
  readonly filledQuantity: Decimal;
  /** Every fill of this order, oldest first. */
  readonly fills: readonly Fill[];
}
