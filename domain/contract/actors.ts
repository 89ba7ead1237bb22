/**
 * Every message an actor understands, by kind. The key fields of a kind are part of each exposed schema.
 *
 *   connection  account                 sim:main
 *   book        venue, symbol           sim:BTC/USDT
 *   bars        venue, symbol, interval sim:BTC/USDT:5s
 *   positions, risk, execution  account sim:main
 *   strategy    id                      sma-btc-1
 */
import { z } from "zod";
import type { Instrument } from "../instrument/instrument.ts";
import type { Bar, BookTop, ConnectionState, Trade } from "../market/events.ts";
import type { OrderEvent } from "../order/events.ts";
import type { Order } from "../order/order.ts";
import type { ApprovedIntent } from "../risk/approved.ts";
import type { OrderIntent, OrderRequest, VenueOrder, VenueReport } from "../order/types.ts";
import { idText, intervalText, symbolText, venueText, whyText } from "./fields.ts";
import { exposed, internal } from "./message.ts";
import type { TradingSwitch } from "./stream.ts";
import {
  type BarsView,
  type BookView,
  type EquityPoint,
  type OrderRow,
  type ParamValues,
  type PortfolioPnl,
  type PositionRow,
  type RiskLimitsView,
  type RiskView,
  type StrategyDetail,
  type StrategyRow,
  paramValues,
  riskLimits,
  tradingState,
} from "./views.ts";

const accountText = z.string().regex(/^[a-z0-9-]{1,32}:[a-z0-9-]{1,32}$/, "expected an account such as sim:main");
const ofAccount = z.object({ account: accountText });
const ofMarket = z.object({ venue: venueText, symbol: symbolText });
const ofStrategy = z.object({ id: idText, by: z.string().default("operator") });

/** What a failed piece of outside work brings back. */
export interface Outcome<T> {
  readonly value: T | null;
  readonly error: string | null;
}

export interface ConnectionStatus {
  readonly account: string;
  readonly venue: string;
  readonly connected: boolean;
  readonly reason: string;
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

/** Best prices for people: decimals as text. */
export interface TopView {
  readonly venue: string;
  readonly symbol: string;
  readonly quality: string;
  readonly updateId: number;
  readonly bid: string;
  readonly bidQuantity: string;
  readonly ask: string;
  readonly askQuantity: string;
  readonly ageMs: number;
}

export const bookMessages = {
  top: exposed<{ venue: string; symbol: string }, TopView>("book", "top", ofMarket),
  depth: exposed<{ venue: string; symbol: string; depth: number }, BookView>("book", "depth", ofMarket.extend({ depth: z.coerce.number().int().min(1).max(5_000).default(50) })),
  topNow: internal<Record<string, never>, BookTop>("book", "topNow"),
  frame: internal<{ readonly text: string; readonly receivedAtMs: number }>("book", "frame", "market"),
  snapshotArrived: internal<Outcome<string>>("book", "snapshotArrived"),
  retrySnapshot: internal<null>("book", "retrySnapshot"),
  connection: internal<ConnectionState>("book", "connection"),
  watch: internal<null>("book", "watch"),
} as const;

export const barsMessages = {
  recent: exposed<{ venue: string; symbol: string; interval: string; limit: number }, BarsView>("bars", "recent", ofMarket.extend({ interval: intervalText, limit: z.coerce.number().int().min(1).max(1_000).default(100) })),
  /** Completed bars, oldest first. */
  history: internal<{ limit: number }, readonly Bar[]>("bars", "history"),
  trade: internal<Trade>("bars", "trade", "market"),
  venueBar: internal<Bar>("bars", "venueBar", "market"),
  tick: internal<null>("bars", "tick"),
} as const;

/** An order event with its place in the account's execution stream. */
export interface OrderNotice {
  readonly version: number;
  readonly event: OrderEvent;
  /** The order after the event. */
  readonly order: Order;
}

export interface PositionOf {
  /** Version of the execution stream this includes. */
  readonly version: number;
  /** Signed decimals as text. */
  readonly quantity: string;
  readonly averagePrice: string | null;
}

export interface StrategyPerformance {
  readonly strategyId: string;
  readonly realisedPnl: string;
  readonly unrealisedPnl: string;
  readonly feesPaid: string;
  readonly netPnl: string;
  readonly dayPnl: string;
  readonly fills: number;
  readonly closedTrades: number;
  readonly winRatio: number | null;
  readonly profitFactor: number | null;
  readonly volume: string;
}

export const positionsMessages = {
  rows: exposed<{ account: string; strategyId?: string | undefined }, PositionRow[]>("positions", "rows", ofAccount.extend({ strategyId: idText.optional() })),
  net: exposed<{ account: string; venue: string; symbol: string }, { net: PositionRow; byStrategy: PositionRow[] }>("positions", "net", ofAccount.extend({ venue: venueText, symbol: symbolText })),
  portfolio: exposed<{ account: string }, PortfolioPnl>("positions", "portfolio", ofAccount),
  equityCurve: exposed<{ account: string; fromMs?: number | undefined; points: number }, EquityPoint[]>("positions", "equityCurve", ofAccount.extend({ fromMs: z.number().optional(), points: z.number().int().min(2).max(1_000).default(500) })),
  performance: exposed<{ account: string; strategyId: string }, StrategyPerformance>("positions", "performance", ofAccount.extend({ strategyId: idText })),
  of: internal<{ strategyId: string; venue: string; symbol: string }, PositionOf>("positions", "of"),
  orderEvent: internal<Omit<OrderNotice, "order">>("positions", "orderEvent"),
  top: internal<BookTop>("positions", "top", "market"),
  bar: internal<Bar>("positions", "bar", "market"),
  tick: internal<null>("positions", "tick"),
} as const;

/** What became of an intent. */
export interface Placed {
  readonly approved: boolean;
  readonly code: string | null;
  readonly reason: string | null;
  readonly order: OrderRow | null;
}

export const riskMessages = {
  view: exposed<{ account: string }, RiskView>("risk", "view", ofAccount),
  changeLimits: exposed<{ account: string; limits: Partial<RiskLimitsView>; by: string; reason: string }, RiskView>("risk", "changeLimits", ofAccount.extend({ limits: riskLimits.partial(), by: z.string(), reason: whyText })),
  setTrading: exposed<{ account: string; state: TradingSwitch["state"]; by: string; reason: string }, RiskView>("risk", "setTrading", ofAccount.extend({ state: tradingState, by: z.string(), reason: whyText })),
  trading: exposed<{ account: string }, TradingSwitch>("risk", "trading", ofAccount),
  /** Reviews, reserves, and hands an approved intent to execution; answers when the order is journaled and handed over. */
  place: internal<OrderIntent, Placed>("risk", "place"),
  orderEvent: internal<Omit<OrderNotice, "order">>("risk", "orderEvent"),
  equity: internal<{ equity: string; dayStartEquity: string; atMs: number }>("risk", "equity"),
  top: internal<BookTop>("risk", "top", "market"),
  bar: internal<Bar>("risk", "bar", "market"),
} as const;

export const executionMessages = {
  ordersOf: internal<{ strategyId: string }, readonly Order[]>("execution", "ordersOf"),
  open: exposed<{ account: string; strategyId?: string | undefined }, OrderRow[]>("execution", "open", ofAccount.extend({ strategyId: idText.optional() })),
  order: exposed<{ account: string; orderId: string }, OrderRow>("execution", "order", ofAccount.extend({ orderId: z.string() })),
  cancel: exposed<{ account: string; orderId: string; by: string; reason: string }, OrderRow>("execution", "cancel", ofAccount.extend({ orderId: z.string(), by: z.string(), reason: whyText })),
  cancelAll: exposed<{ account: string; strategyId?: string | undefined; by: string; reason: string }, { requested: number; unknown: number }>("execution", "cancelAll", ofAccount.extend({ strategyId: idText.optional(), by: z.string(), reason: whyText })),
  submit: internal<ApprovedIntent, OrderRow>("execution", "submit"),
  report: internal<VenueReport>("execution", "report"),
  connection: internal<ConnectionState>("execution", "connection"),
  lookedUp: internal<Outcome<VenueOrder | null> & { readonly orderId: string }>("execution", "lookedUp"),
  backfilled: internal<Outcome<readonly VenueOrder[]>>("execution", "backfilled"),
  sweep: internal<null>("execution", "sweep"),
} as const;

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

const newStrategy = z.object({ id: idText, strategy: z.string(), account: accountText, venue: venueText, symbol: symbolText, params: paramValues, by: z.string(), start: z.boolean() });

export const strategyMessages = {
  create: exposed<NewStrategy, StrategyDetail>("strategy", "create", newStrategy),
  row: exposed<{ id: string }, StrategyRow>("strategy", "row", ofStrategy),
  detail: exposed<{ id: string }, StrategyDetail>("strategy", "detail", ofStrategy),
  start: exposed<{ id: string; by: string }, StrategyDetail>("strategy", "start", ofStrategy),
  pause: exposed<{ id: string; by: string }, StrategyDetail>("strategy", "pause", ofStrategy),
  stop: exposed<{ id: string; by: string; close?: boolean | undefined }, StrategyDetail>("strategy", "stop", ofStrategy.extend({ close: z.boolean().optional() })),
  setParameters: exposed<{ id: string; by: string; params: ParamValues; note?: string | undefined; expectedVersion?: number | undefined }, StrategyDetail>("strategy", "setParameters", ofStrategy.extend({ params: paramValues, note: z.string().max(300).optional(), expectedVersion: z.number().int().optional() })),
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
