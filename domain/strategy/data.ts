/**
 * What market data a strategy asks for. A source is a plain value, so it can be shown, stored and sent; what it names
 * today is the instance's one symbol. `candles` takes an interval, or the name of an interval parameter.
 */
import type { BarSeries } from "../indicator/bar-series.ts";
import { INTERVALS, type Interval } from "../market/events.ts";
import type { Param, ParamShape } from "./params.ts";

export interface CandlesSource<ParamName extends string = string> {
  readonly source: "candles";
  readonly interval: Interval | { readonly param: ParamName };
}

export interface TopSource {
  readonly source: "top";
}

export interface TradesSource {
  readonly source: "trades";
}

export type DataSource<ParamName extends string = string> = CandlesSource<ParamName> | TopSource | TradesSource;

/** Names of the interval parameters. */
export type IntervalParams<P extends ParamShape> = {
  [Name in keyof P & string]: P[Name] extends Param<Interval, "interval"> ? Name : never;
}[keyof P & string];

/** Sources by the author's names, where `candles({ param })` may only name an interval parameter. */
export type DataShape<P extends ParamShape> = Readonly<Record<string, DataSource<IntervalParams<P>>>>;
export type AnyData = Readonly<Record<string, DataSource>>;

/** What `setup` and handlers hold for each candles source. */
export type BarsOf<D> = { readonly [Name in keyof D as D[Name] extends CandlesSource ? Name : never]: BarSeries };

export type Has<D, Source> = true extends { [Name in keyof D]: D[Name] extends Source ? true : never }[keyof D] ? true : false;

/** Completed bars. The first candles source is the one `on.bar` decides on. */
export function candles(of: Interval): CandlesSource<never>;
export function candles<const ParamName extends string>(of: { readonly param: ParamName }): CandlesSource<ParamName>;
export function candles(of: CandlesSource["interval"]): CandlesSource {
  return { source: "candles", interval: of };
}

/** The best bid and ask after every change of the book, newest wins. */
export function topOfBook(): TopSource {
  return { source: "top" };
}

/** Public trades. */
export function trades(): TradesSource {
  return { source: "trades" };
}

/** The interval a candles source means under the given parameters, in milliseconds. */
export function intervalMsOf(source: CandlesSource, params: Readonly<Record<string, unknown>>): number {
  return INTERVALS[typeof source.interval === "string" ? source.interval : (params[source.interval.param] as Interval)];
}
