/** Messages of the connection to one venue account. */
import type { Instrument } from "../../instrument/instrument.ts";
import type { Bar } from "../../market/events.ts";
import type { OrderRequest, VenueOrder } from "../../order/types.ts";
import { exposed, internal } from "../message.ts";
import { ofAccount } from "./keys.ts";

export interface ConnectionStatus {
  readonly account: string;
  readonly venue: string;
  readonly connected: boolean;
  readonly reason: string;
  /** As in ConnectionState. */
  readonly session: string;
  readonly frames: number;
  readonly unknownFrames: number;
  readonly malformedFrames: number;
  readonly lastFrameAtMs: number;
}

export const connectionMessages = {
  status: exposed<{ account: string }, ConnectionStatus>("connection", "status", ofAccount),
  instruments: internal<Record<string, never>, readonly Instrument[]>("connection", "instruments"),
  /** Hands the order to the venue's driver; the outcome comes as a report to execution. */
  submit: internal<OrderRequest>("connection", "submit"),
  cancel: internal<{ symbol: string; clientOrderId: string }>("connection", "cancel"),
  order: internal<{ symbol: string; clientOrderId: string }, VenueOrder | null>("connection", "order"),
  ordersSince: internal<{ sinceMs: number }, readonly VenueOrder[]>("connection", "ordersSince"),
  bars: internal<{ symbol: string; intervalMs: number; limit: number }, readonly Bar[]>("connection", "bars"),
  snapshot: internal<{ symbol: string }, string>("connection", "snapshot"),
} as const;
