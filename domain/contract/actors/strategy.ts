/** Messages of one strategy instance. */
import { z } from "zod";
import type { Bar, BookTop, ConnectionState, Trade } from "../../market/events.ts";
import type { OrderIntent } from "../../order/types.ts";
import { idText, symbolText, venueText } from "../fields.ts";
import { exposed, internal } from "../message.ts";
import type { TradingSwitch } from "../stream.ts";
import { type OrderRow, type ParamValues, type PositionRow, type StrategyDetail, type StrategyRow, paramValues } from "../views.ts";
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
});

export const strategyMessages = {
  create: exposed<NewStrategy, StrategyDetail>("strategy", "create", newStrategy),
  row: exposed<{ id: string }, StrategyRow>("strategy", "row", ofStrategy),
  detail: exposed<{ id: string }, StrategyDetail>("strategy", "detail", ofStrategy),
  start: exposed<{ id: string; by: string }, StrategyDetail>("strategy", "start", ofStrategy),
  pause: exposed<{ id: string; by: string }, StrategyDetail>("strategy", "pause", ofStrategy),
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
  placed: internal<Outcome<Placed> & { readonly intent: OrderIntent }>("strategy", "placed"),
  cancelAnswered: internal<Outcome<OrderRow>>("strategy", "cancelAnswered"),
  trading: internal<TradingSwitch>("strategy", "trading"),
  position: internal<PositionRow>("strategy", "position", "market"),
  connection: internal<ConnectionState>("strategy", "connection"),
  tick: internal<null>("strategy", "tick"),
} as const;
