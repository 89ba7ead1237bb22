/**
 * What a venue of ours writes down about our account before it tells anyone: small JSON-able events, decimals as
 * text. Balances, open orders and order history are a fold of them; nothing else is kept.
 *
 * `seq` is 1 for the first event and then contiguous, so an append repeated after a lost answer is harmless: events
 * with a known `seq` are skipped, a gap is refused as corruption.
 */
import type { Side } from "../market/events.ts";
import type { OrderType, TimeInForce } from "../order/types.ts";

export interface AccountOpened {
  readonly seq: number;
  readonly type: "opened";
  readonly atMs: number;
  /** Opening balances by asset. */
  readonly balances: Readonly<Record<string, string>>;
}

export interface OrderAccepted {
  readonly seq: number;
  readonly type: "accepted";
  readonly atMs: number;
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly quantity: string;
  readonly limitPrice: string | null;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

export interface OrderFilled {
  readonly seq: number;
  readonly type: "fill";
  readonly atMs: number;
  readonly clientOrderId: string;
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly liquidity: "maker" | "taker";
}

/** The order ended with a remainder. A fully filled order needs no closing event. */
export interface OrderClosed {
  readonly seq: number;
  readonly type: "closed";
  readonly atMs: number;
  readonly clientOrderId: string;
  readonly status: "canceled" | "expired";
  readonly reason: string;
}

export interface OrderRejected {
  readonly seq: number;
  readonly type: "rejected";
  readonly atMs: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly code: string;
  readonly reason: string;
}

export type LedgerEvent = AccountOpened | OrderAccepted | OrderFilled | OrderClosed | OrderRejected;

/** An event before it has its place in the ledger. */
export type NewLedgerEvent =
  | Omit<AccountOpened, "seq">
  | Omit<OrderAccepted, "seq">
  | Omit<OrderFilled, "seq">
  | Omit<OrderClosed, "seq">
  | Omit<OrderRejected, "seq">;
