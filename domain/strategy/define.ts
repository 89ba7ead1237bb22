/**
 * `defineStrategy`: the author's page. Types flow from the parameters and data into `setup` and every handler, so a
 * misspelled parameter, an indicator that is not there or a handler without its data does not compile; what types
 * cannot see (ranges, references, names) is checked here, once, when the file is loaded.
 */
import type { BarSeries } from "../indicator/bar-series.ts";
import type { Instrument } from "../instrument/instrument.ts";
import { invalid } from "../kernel/errors.ts";
import type { Bar, ConnectionState } from "../market/events.ts";
import type { Context, IndicatorSet, OwnFill } from "./context.ts";
import type { AnyData, BarsOf, CandlesSource, DataShape, Has, TopSource, TradesSource } from "./data.ts";
import type { TopView, TradeView } from "./market-view.ts";
import type { OwnOrder } from "./own-orders.ts";
import { validateParams } from "./param-values.ts";
import type { ParamShape, ParamsOf } from "./params.ts";
import { copyState, type JsonObject, type JsonOnly } from "./state.ts";

/** Handlers are synchronous: a promise does not fit. The id of an intent may fall out of a one-line handler. */
type Handled = void | string | null;

/** Market handlers (bar, top, trade) are called once every indicator is ready. */
export interface Handlers<C> {
  /** Once, when the instance starts or starts again; indicators may not be ready. */
  start?(ctx: C): Handled;
  /** Once, before the instance stops. */
  stop?(ctx: C): Handled;
  bar?(ctx: C, bar: Bar): Handled;
  top?(ctx: C, top: TopView): Handled;
  trade?(ctx: C, trade: TradeView): Handled;
  fill?(ctx: C, fill: OwnFill): Handled;
  order?(ctx: C, order: OwnOrder): Handled;
  connection?(ctx: C, state: ConnectionState): Handled;
}

/** A handler whose data is not asked for would never be called: it does not compile. */
export type WithoutData<D> = (Has<D, CandlesSource> extends true ? unknown : { bar?: never }) &
  (Has<D, TopSource> extends true ? unknown : { top?: never }) &
  (Has<D, TradesSource> extends true ? unknown : { trade?: never });

export interface SetupInput<P extends ParamShape, D> {
  readonly params: ParamsOf<P>;
  readonly data: BarsOf<D>;
  readonly instrument: Instrument;
}

export interface StrategySpec<P extends ParamShape, D extends DataShape<P>, I extends IndicatorSet, S extends object> {
  /** Lower-case words joined by dashes. */
  readonly name: string;
  /** Whole number, raised with every change of behaviour. */
  readonly version: number;
  readonly title?: string;
  readonly params: P;
  readonly data: D;
  /** The author's state at the very first start; JSON. */
  readonly state?: S & JsonOnly<S>;
  /** What is wrong with the parameters taken together, or null. */
  check?(this: void, params: ParamsOf<P>): string | null;
  /** Reads the state an earlier version saved. Without it such a state is refused. */
  migrate?(this: void, state: JsonObject, fromVersion: number): S;
  /** Makes the indicators; they see every bar from the first. */
  setup?(this: void, input: SetupInput<P, D>): I;
  readonly on: Handlers<Context<P, D, I, S>> & WithoutData<D>;
}

/** A handler as the runner calls it: the types were checked where it was written. */
export type AnyHandler = (ctx: unknown, event?: unknown) => unknown;

export const HANDLERS = ["start", "stop", "bar", "top", "trade", "fill", "order", "connection"] as const;
export type HandlerName = (typeof HANDLERS)[number];

/** A checked definition, its author's types put away except those of the parameters. */
export interface Strategy<P extends ParamShape = ParamShape> {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly params: P;
  readonly data: AnyData;
  readonly state: JsonObject;
  readonly check: ((params: ParamsOf<P>) => string | null) | undefined;
  readonly migrate: ((state: JsonObject, fromVersion: number) => JsonObject) | null;
  readonly setup: (input: {
    readonly params: unknown;
    readonly data: Readonly<Record<string, BarSeries>>;
    readonly instrument: Instrument;
  }) => IndicatorSet;
  readonly on: { readonly [Name in HandlerName]: AnyHandler | null };
}

/** Any strategy, whatever its parameters: what registries and runners take. */
export type AnyStrategy = Omit<Strategy, "check"> & { readonly check: ((params: never) => string | null) | undefined };

/** @throws {DstaError} VALIDATION_ERROR naming the part of the definition that does not hold. */
export function defineStrategy<
  P extends ParamShape,
  D extends DataShape<P>,
  I extends IndicatorSet = Record<never, never>,
  S extends object = Record<never, never>,
>(spec: StrategySpec<P, D, I, S>): Strategy<P> {
  checkNames(spec.name, spec.version, spec.params);
  const data: AnyData = spec.data;
  checkSources(data, spec.params);
  // The runner hands each handler the context whose type the author's page was checked against.
  const on = spec.on as Readonly<Record<string, AnyHandler | undefined>>;
  checkHandlers(on, data);
  const strategy: Strategy<P> = {
    name: spec.name,
    version: spec.version,
    title: spec.title ?? spec.name,
    params: spec.params,
    data,
    state: copyState(spec.state ?? {}),
    check: spec.check,
    migrate: (spec.migrate ?? null) as Strategy["migrate"],
    setup: (spec.setup ?? (() => ({}))) as Strategy["setup"],
    on: Object.freeze(Object.fromEntries(HANDLERS.map((name) => [name, on[name] ?? null]))) as Strategy["on"],
  };
  validateParams(strategy, {});
  return Object.freeze(strategy);
}

function checkNames(name: string, version: number, params: ParamShape): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) {
    throw invalid("name", "lower-case words joined by dashes, at most 40 characters", name);
  }
  if (!Number.isInteger(version) || version < 1) throw invalid("version", "a whole number from 1", version);
  for (const param of Object.keys(params)) {
    if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(param)) throw invalid("params", "names such as fast or maxInventory", param);
  }
}

function checkSources(data: AnyData, params: ParamShape): void {
  if (Object.keys(data).length === 0) throw invalid("data", "at least one source: candles(), topOfBook() or trades()");
  for (const [name, source] of Object.entries(data)) {
    if (source.source !== "candles" || typeof source.interval === "string") continue;
    const { param } = source.interval;
    if (params[param]?.type !== "interval") throw invalid(`data.${name}`, "the name of an interval parameter", param);
  }
}

function checkHandlers(on: Readonly<Record<string, unknown>>, data: AnyData): void {
  const needs: Readonly<Record<string, string>> = { bar: "candles", top: "top", trade: "trades" };
  const sources = Object.values(data).map((source) => source.source as string);
  const given = Object.keys(on).filter((name) => on[name] !== undefined);
  if (given.length === 0) throw invalid("on", `at least one handler: ${HANDLERS.join(", ")}`);
  for (const name of given) {
    if (!(HANDLERS as readonly string[]).includes(name)) throw invalid(`on.${name}`, `one of ${HANDLERS.join(", ")}`);
    if (typeof on[name] !== "function") throw invalid(`on.${name}`, "a function");
    const need = needs[name];
    if (need !== undefined && !sources.includes(need)) throw invalid(`on.${name}`, `a data source "${need}" to call it with`);
  }
}
