/** Messages of one strategy instance. */
import { z } from "zod";
import type { Bar, BookTop, ConnectionState, Trade } from "../../market/events.ts";
import type { OrderIntent } from "../../order/types.ts";
import { idText, pauseMs, symbolText, venueText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { TradingSwitch } from "../stream.ts";
import {
  type ParamValues,
  type PositionRow,
  paramValues,
  type StrategyDetail,
  type StrategyIsolation,
  strategyIsolation,
  type StrategyRow,
} from "../views.ts";
import { accountText, ofStrategy, type Outcome } from "./keys.ts";
import type { OrderNotice } from "./positions.ts";
import type { Placed } from "./risk.ts";

export interface NewStrategy {
  readonly id: string;
  readonly strategy: string;
  readonly account: string;
  readonly venue: string;
  readonly symbol: string;
  readonly params: ParamValues;
  readonly by: string;
  readonly start: boolean;
  /** Default inline. */
  readonly isolation?: StrategyIsolation | undefined;
}

const newStrategy = z.object({
  id: idText,
  strategy: z.string(),
  account: accountText,
  venue: venueText,
  symbol: symbolText,
  params: paramValues,
  by: z.string(),
  start: z.boolean(),
  isolation: strategyIsolation.optional(),
});

/** An intent on its way to risk. */
export interface PlaceTry {
  readonly intent: OrderIntent;
  /** When it was asked for first. */
  readonly sinceMs: number;
  readonly attempt: number;
}

export interface PlaceAnswer extends PlaceTry, Outcome<Placed> {
  /** The error says nothing about whether there is an order now. */
  readonly unknown: boolean;
}

/** A cancel on its way to execution. */
export interface CancelTry {
  readonly orderId: string;
  readonly reason: string;
  readonly attempt: number;
}

export const strategyMessages = {
  create: exposed<NewStrategy, StrategyDetail>("strategy", "create", newStrategy),
  row: exposed<{ id: string }, StrategyRow>("strategy", "row", ofStrategy),
  detail: exposed<{ id: string }, StrategyDetail>("strategy", "detail", ofStrategy),
  start: exposed<{ id: string; by: string }, StrategyDetail>("strategy", "start", ofStrategy),
  /** With `forMs` it goes on by itself after that time. */
  pause: exposed<{ id: string; by: string; forMs?: number | undefined }, StrategyDetail>(
    "strategy",
    "pause",
    ofStrategy.extend({ forMs: pauseMs.optional() }),
  ),
  stop: exposed<{ id: string; by: string; close?: boolean | undefined }, StrategyDetail>(
    "strategy",
    "stop",
    ofStrategy.extend({ close: z.boolean().optional() }),
  ),
  setParameters: exposed<
    { id: string; by: string; params: ParamValues; note?: string | undefined; expectedVersion?: number | undefined },
    StrategyDetail
  >(
    "strategy",
    "setParameters",
    ofStrategy.extend({ params: paramValues, note: z.string().max(300).optional(), expectedVersion: z.number().int().optional() }),
  ),
  bar: internal<Bar>("strategy", "bar"),
  top: internal<BookTop>("strategy", "top", "market"),
  trade: internal<Trade>("strategy", "trade", "market"),
  orderEvent: internal<OrderNotice>("strategy", "orderEvent"),
  placed: internal<PlaceAnswer>("strategy", "placed"),
  placeAgain: internal<PlaceTry>("strategy", "placeAgain"),
  /**
   * Something may have been missed: the session is opened afresh from what the journal and the venue hold, unless it
   * includes the execution stream up to `version` already. Null: whatever it includes.
   */
  resync: internal<{ readonly version: number | null; readonly reason: string }>("strategy", "resync"),
  /** Stopped or failed: goes on with what ends its activity, until that is done. */
  leave: internal<null>("strategy", "leave"),
  /** The time of a pause is over: the pause that was to end then, and no later one. */
  resume: internal<{ readonly atMs: number }>("strategy", "resume"),
  cancelAnswered: internal<CancelTry & { readonly unknown: boolean; readonly error: string | null }>("strategy", "cancelAnswered"),
  cancelAgain: internal<CancelTry>("strategy", "cancelAgain"),
  trading: internal<TradingSwitch>("strategy", "trading"),
  position: internal<PositionRow>("strategy", "position", "market"),
  connection: internal<ConnectionState>("strategy", "connection"),
  tick: internal<null>("strategy", "tick"),
} as const;
