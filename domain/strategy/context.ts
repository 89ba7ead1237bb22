/**
 * What a strategy's author sees: a read model of the market and of the instance's own affairs, and a recorder of
 * intents. Nothing here reaches a venue; what is recorded goes to risk review after the handler returns.
 */
import type { BarSeries } from "../indicator/bar-series.ts";
import type { Series } from "../indicator/series.ts";
import type { Instrument } from "../instrument/instrument.ts";
import type { Random } from "../kernel/random.ts";
import type { Bar, Side } from "../market/events.ts";
import type { Fill, TimeInForce } from "../order/types.ts";
import type { Amount } from "./amounts.ts";
import type { BarsOf, CandlesSource, Has, TopSource } from "./data.ts";
import type { TopView } from "./market-view.ts";
import type { OwnOrder } from "./own-orders.ts";
import type { ParamShape, ParamsOf } from "./params.ts";
import type { PositionState } from "./position-view.ts";

/** What `setup` returns: a series, or a bundle of them such as Bollinger bands, by the author's names. */
export type IndicatorSet = Readonly<Record<string, Series | Readonly<Record<string, Series>>>>;

/** Exactly one way to say how much. */
export type OrderSize =
  /** In base. */
  | { readonly quantity: Amount; readonly quote?: never; readonly allocation?: never }
  /** In quote, at the limit or else the price that would be paid now. */
  | { readonly quote: Amount; readonly quantity?: never; readonly allocation?: never }
  /** Share of the instance's capital, above 0 to 1. */
  | { readonly allocation: number; readonly quantity?: never; readonly quote?: never };

export interface OrderTerms {
  /** Limit price, rounded to the tick away from the market. Without it: a market order. */
  readonly limit?: Amount;
  /** Of a limit order; default GTC. A market order is always IOC. */
  readonly timeInForce?: TimeInForce;
  /** Needs a limit; refused by the venue instead of taking liquidity. */
  readonly postOnly?: boolean;
  /** May only shrink the position. */
  readonly reduceOnly?: boolean;
  /** Said to the operator, in a trader's words; cut at 300 characters. */
  readonly why: string;
}

export type OrderWish = OrderSize & OrderTerms;

export interface PositionReadModel {
  /** Signed, in base: negative is short. */
  readonly quantity: number;
  /** NaN when flat. */
  readonly averagePrice: number;
  /** Nothing held, or only dust too small to close. */
  readonly isFlat: boolean;
  readonly isLong: boolean;
  readonly isShort: boolean;
  readonly exact: PositionState;
}

export interface OwnFill {
  readonly orderId: string;
  readonly intentId: string;
  readonly side: Side;
  readonly price: number;
  readonly quantity: number;
  readonly why: string;
  /** The fill itself: exact price, quantity, fee and its asset. */
  readonly exact: Fill;
}

/** What every handler has. */
export interface BaseContext<P extends ParamShape, I, S> {
  readonly params: ParamsOf<P>;
  readonly ind: I;
  readonly instrument: Instrument;
  readonly position: PositionReadModel;
  /** Own open orders, those still on their way among them, oldest first. */
  readonly orders: readonly OwnOrder[];
  /** Milliseconds since the Unix epoch, UTC, of the event being handled; never goes back. */
  readonly now: number;
  readonly random: Random;
  /** The author's JSON state: change it in place; it is saved and restored. */
  readonly state: S;
  /** The protective stop; NaN when there is none. */
  readonly stop: number;
  /** Is the market data connection up? */
  readonly connected: boolean;
  /** The newest price known: mid, last trade or last close; NaN before the first. */
  readonly price: number;
  /**
   * Records an intent to buy; returns its id, or null with a note when the size is below what the venue accepts.
   * @throws {DstaError} BAD_INTENT naming the field; INTENT_FLOOD beyond the intents a second.
   */
  buy(wish: OrderWish): string | null;
  /** As `buy`. On spot only what is held can be sold. */
  sell(wish: OrderWish): string | null;
  /** Market order against the whole position, less what is already closing; dust stays, with a note. */
  close(terms: { readonly why: string }): string | null;
  /**
   * Closes the whole position with a market order once the price is at or beyond `stop`: at or below it for a long
   * position, at or above it for a short one. One at a time: set it again to move it; null takes it away. It may be set
   * with the order that opens, and ends with the position. In a bar that reaches both it and a target, it comes first.
   * @throws {DstaError} BAD_INTENT for a price that is none, or without a reason.
   */
  protect(terms: { readonly stop: Amount | null; readonly why: string }): void;
  /** Asks to cancel the open order with this order or intent id; an unknown one is a note. */
  cancel(id: string): void;
  cancelAll(): void;
  /** Shown to the operator; at most 20 an event, the rest are counted. */
  note(text: string): void;
  /** A price as a trader writes it: 67,409.2. */
  priceText(price: number): string;
}

/** With what the strategy's data sources add. */
export type Context<P extends ParamShape, D, I, S> = BaseContext<P, I, S> &
  (Has<D, CandlesSource> extends true
    ? {
        /** Bars of every candles source, by its name. */
        readonly data: BarsOf<D>;
        /** The first candles source: `bars.close.at(1)` is the previous close. */
        readonly bars: BarSeries;
        readonly bar: Bar | null;
      }
    : unknown) &
  (Has<D, TopSource> extends true ? { /** Null before the first. */ readonly top: TopView | null } : unknown);
