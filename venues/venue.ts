/**
 * The venue port: how the platform speaks with any exchange, simulated ones and replays included.
 *
 * A driver delivers raw public frames and normalised execution reports to its sink, answers look-ups, and sends
 * orders. It refuses to decide anything about orders: submit and cancel return nothing; the outcome arrives as a
 * report, and an outcome that cannot be known is the report `unknown`.
 */
import type { Instrument } from "../domain/instrument/instrument.ts";
import type { Decimal } from "../domain/kernel/decimal.ts";
import type { Bar } from "../domain/market/events.ts";
import type { OrderRequest, VenueOrder, VenueReport } from "../domain/order/types.ts";
import type { StreamCodec } from "./codec.ts";

export interface VenueSink {
  /** One public stream message exactly as the venue sent it. */
  frame(text: string, receivedAtMs: number): void;
  /** A completed bar from a venue that has no finer data (candle files). */
  bar(bar: Bar): void;
  report(report: VenueReport): void;
  /** The stream is gone: everything derived from it is stale until `restored`. */
  lost(reason: string): void;
  restored(): void;
}

/** What the driver can do: `emulated` means done on our side, with what that costs in truth. */
export type Capability = true | false | "emulated";

export interface VenueCapabilities {
  readonly depthStream: Capability;
  readonly tradeStream: Capability;
  readonly barStream: Capability;
  readonly marketOrder: Capability;
  readonly limitOrder: Capability;
  readonly postOnly: Capability;
  readonly immediateOrCancel: Capability;
  readonly shortSelling: Capability;
  readonly barHistory: Capability;
}

/** Free and total amounts by asset, exact. */
export interface VenueBalances {
  readonly [asset: string]: { readonly free: Decimal; readonly total: Decimal };
}

/** What is known of a venue without a connection to it, on every node. */
export interface VenueKind {
  readonly id: string;
  readonly capabilities: VenueCapabilities;
  /** Decodes this venue's frames and snapshots; its book rules decide continuity. */
  readonly codec: StreamCodec;
}

/** A driver: made for one ownership of one account's connection, started once, closed at its end. */
export interface Venue extends VenueKind {
  /** Opens the streams; recovers the venue's own state first where the venue is ours. Resolves when usable. */
  start(sink: VenueSink): Promise<void>;
  /** The venue's own spelling of a unified symbol, as its frames carry it. */
  venueSymbol(symbol: string): string;
  instruments(): Promise<readonly Instrument[]>;
  /** The full-depth snapshot as the venue's REST answer, raw. */
  snapshot(symbol: string): Promise<string>;
  /** Up to `limit` completed bars before now, oldest first; empty where there is no history. */
  bars(symbol: string, intervalMs: number, limit: number): Promise<readonly Bar[]>;
  submit(request: OrderRequest): void;
  cancel(symbol: string, clientOrderId: string): void;
  /** The venue's view of one order, or null when it never saw it. */
  order(symbol: string, clientOrderId: string): Promise<VenueOrder | null>;
  openOrders(): Promise<readonly VenueOrder[]>;
  /** Every order of ours that changed at or after `sinceMs`, open ones included. */
  ordersSince(sinceMs: number): Promise<readonly VenueOrder[]>;
  balances(): Promise<VenueBalances>;
  /** Ends what was opened; nothing reaches the sink any more. Safe to call twice and before `start`. */
  close(): Promise<void>;
}
