/**
 * Runs one instance of a strategy: events in, decisions out, nothing else. The same runner serves live, paper and
 * backtest: it has no clock but the events' times, no randomness but what it is given, and sends nothing.
 *
 * Market handlers are called once every indicator is ready; indicators see every bar from the first. A handler's
 * decision is taken whole or, when it fails, not at all; after a failure the supervisor makes a new runner from what
 * was saved. Position and orders belong to the fold of the journal outside: the runner is told, it never computes them.
 */
import type { ColumnBars } from "../indicator/column-series.ts";
import { invalid } from "../kernel/errors.ts";
import type { Bar, BookTop, ConnectionState, Trade } from "../market/events.ts";
import { BarFeeds, type CandlesNeed } from "./bar-feeds.ts";
import { type Decider, decided } from "./decided.ts";
import { type Decision, EMPTY } from "./decision.ts";
import type { AnyHandler, HandlerName, Strategy } from "./define.ts";
import { FloodGate } from "./flood-gate.ts";
import { insideRows, namedSeries } from "./inside.ts";
import { IntentRecorder } from "./intent-recorder.ts";
import { LiveContext } from "./live-context.ts";
import { MarketState } from "./market-state.ts";
import { TopView, TradeView } from "./market-view.ts";
import { OwnOrders, type OrderUpdate, isClosed } from "./own-orders.ts";
import { validateParams } from "./param-values.ts";
import type { ParamShape, ParamsOf } from "./params.ts";
import { FLAT, PositionView, type PositionState } from "./position-view.ts";
import { ProtectiveStop } from "./protective-stop.ts";
import { type FillUpdate, ownFill, type RunnerInput, type RunnerView } from "./runner-input.ts";
import { restoredState, type SavedState } from "./saved-state.ts";
import { copyState } from "./state.ts";

export type { SavedState } from "./saved-state.ts";
export type { FillUpdate, RunnerInput, RunnerView } from "./runner-input.ts";

/** @throws {DstaError} VALIDATION_ERROR for bad parameters, BAD_STATE or STATE_VERSION for a state that cannot be read. */
export function createRunner(input: RunnerInput): StrategyRunner {
  return new StrategyRunner(input);
}

export class StrategyRunner {
  // What every top of book needs comes first: with thousands of runners, the cache lines touched are the cost.
  readonly #symbol: string;
  readonly #venue: string;
  readonly #top: TopView;
  readonly #market = new MarketState();
  readonly #on: Strategy["on"];
  readonly #recorder: IntentRecorder;
  readonly #context: LiveContext;
  readonly #decider: Decider;
  /** Every indicator has its value; stays true. */
  #ready = false;
  /** The bar handler takes the bar itself; else none is made of a row. */
  readonly #wantsBar: boolean;
  readonly #feeds: BarFeeds;
  readonly params: ParamsOf<ParamShape>;
  readonly #input: RunnerInput;
  readonly #definition: Strategy;
  readonly #trade: TradeView;
  readonly #position: PositionView;
  readonly #orders: OwnOrders;
  readonly #stop: ProtectiveStop;
  readonly #series: ReturnType<typeof namedSeries>;

  constructor(input: RunnerInput) {
    const { instrument, instance } = input;
    this.#symbol = instance.symbol;
    this.#venue = instance.venue;
    // Which parameters it has is checked next; from there on the author's own types are not needed.
    const definition = input.definition as Strategy;
    this.#input = input;
    this.#definition = definition;
    this.#on = definition.on;
    this.#wantsBar = definition.on.bar !== null && definition.on.bar.length !== 1;
    this.params = validateParams(definition, input.params);
    const saved = input.state ?? null;
    const state = restoredState(definition, saved);
    this.#top = new TopView(instrument.priceDecimals, instrument.quantityDecimals);
    this.#trade = new TradeView(instrument.priceDecimals, instrument.quantityDecimals);
    this.#position = new PositionView(instrument, () => this.#market.price());
    this.#position.show(input.position ?? FLAT);
    this.#orders = new OwnOrders(input.orders ?? []);
    this.#stop = new ProtectiveStop(saved?.stop ?? null);
    this.#stop.follow(this.#position.quantity);
    this.#recorder = new IntentRecorder({
      instance,
      instrument,
      market: this.#market,
      position: this.#position,
      orders: this.#orders,
      stop: this.#stop,
      gate: new FloodGate(input.intentsPerSecondMax ?? 50),
      sequence: saved !== null && saved.epoch === instance.epoch ? saved.sequence : 0,
      capital: input.capital ?? (() => this.#position.exact.capital ?? null),
      sizesLater: input.sizesLater ?? false,
    });
    this.#feeds = new BarFeeds(definition.data, this.params, input.bars);
    const ind = definition.setup({ params: this.params, data: this.#feeds.byName, instrument });
    this.#feeds.seal();
    this.#series = namedSeries(ind);
    this.#context = new LiveContext({
      params: this.params,
      ind,
      data: this.#feeds.byName,
      bars: this.#feeds.primary,
      instrument,
      random: input.random,
      state,
      position: this.#position,
      market: this.#market,
      orders: this.#orders,
      recorder: this.#recorder,
      stop: this.#stop,
    });
    this.#decider = { recorder: this.#recorder, context: this.#context, strategyId: instance.id };
  }

  /** Intervals it needs and how far back. */
  get candles(): readonly CandlesNeed[] {
    return this.#feeds.needs();
  }

  get ready(): boolean {
    return this.#ready || (this.#ready = this.#feeds.ready);
  }

  /** Past bars, oldest first, of any of its intervals: indicators see them, nothing is decided. */
  warm(bars: readonly Bar[]): void {
    for (const bar of bars) this.#takeBar(bar);
  }

  /** A completed bar. One that is not after the last of its interval is ignored, with a note. */
  onBar(bar: Bar): Decision {
    if (!this.#takeBar(bar)) {
      return { ...EMPTY, notes: [`ignored a bar of ${bar.openTimeMs}: not after the last one`] };
    }
    const handler = this.#feeds.primary?.last === bar ? this.#on.bar : null;
    return this.#see("bar", handler, bar, this.#position.quantity > 0 ? bar.low : bar.high);
  }

  /** The next row of columns given as `bars` has closed: as `onBar`, without a bar to be made of it. */
  onRow(bars: ColumnBars, row: number, endMs: number): Decision {
    this.seeRow(bars, row, endMs);
    const handler = this.#on.bar;
    if (handler === null || bars !== this.#feeds.primary || !this.ready) return EMPTY;
    return this.#decide("bar", handler, this.#wantsBar ? bars.last : undefined);
  }

  /** As `onRow`, but nothing is decided on it: a row of the past. */
  seeRow(bars: ColumnBars, row: number, endMs: number): void {
    bars.timeline.row = row;
    const market = this.#market;
    market.lastPrice = bars.close.value;
    market.topIsNewest = false;
    market.advance(endMs);
  }

  onTop(top: BookTop): Decision {
    this.#checkMarket(top);
    const market = this.#market;
    this.#top.show(top);
    if (market.top === null) market.top = this.#top;
    market.topIsNewest = true;
    market.advance(top.receivedAtMs);
    if (this.#stop.isSet) return this.#see("top", this.#on.top, this.#top, this.#position.quantity > 0 ? this.#top.bid : this.#top.ask);
    const handler = this.#on.top;
    return handler === null || !this.ready ? EMPTY : this.#decide("top", handler, this.#top);
  }

  onTrade(trade: Trade): Decision {
    this.#checkMarket(trade);
    this.#trade.show(trade);
    this.#market.lastPrice = this.#trade.price;
    this.#market.topIsNewest = false;
    this.#market.advance(trade.receivedAtMs);
    return this.#see("trade", this.#on.trade, this.#trade, this.#trade.price);
  }

  /** `position` is the one after the fill. Tell the fill before the order's new state. */
  onFill(update: FillUpdate, position: PositionState): Decision {
    this.#position.show(position);
    this.#stop.follow(this.#position.quantity);
    this.#market.advance(update.atMs);
    const handler = this.#on.fill;
    if (handler === null) return EMPTY;
    return this.#decide("fill", handler, ownFill(update));
  }

  /** The newest state of an own order, refusals by risk among them. */
  onOrder(update: OrderUpdate): Decision {
    this.#market.advance(update.atMs);
    const handler = this.#on.order;
    if (handler === null && isClosed(update)) {
      this.#orders.forget(update.intentId);
      return EMPTY;
    }
    const wasKnown = this.#orders.find(update.intentId);
    const order = this.#orders.update(update);
    const cancelNow = wasKnown?.orderId === null && order.orderId !== null && order.cancelAsked && !isClosed(order);
    if (handler === null && !cancelNow) return EMPTY;
    return this.#decide(
      "order",
      (ctx, event) => {
        if (cancelNow) this.#recorder.cancelNow(order.orderId);
        return handler?.(ctx, event);
      },
      order,
    );
  }

  onConnection(state: ConnectionState): Decision {
    this.#market.connected = state.connected;
    this.#market.advance(state.atMs);
    const handler = this.#on.connection;
    return handler === null ? EMPTY : this.#decide("connection", handler, state);
  }

  onStart(nowMs: number): Decision {
    this.#market.advance(nowMs);
    return this.#on.start === null ? EMPTY : this.#decide("start", this.#on.start, undefined);
  }

  onStop(nowMs: number): Decision {
    this.#market.advance(nowMs);
    return this.#on.stop === null ? EMPTY : this.#decide("stop", this.#on.stop, undefined);
  }

  view(): RunnerView {
    return { ...this.#feeds.seen(), ready: this.ready, inside: insideRows(this.#series) };
  }

  /** @throws {DstaError} BAD_STATE naming the path of what is not JSON. */
  saveState(): SavedState {
    const stop = this.#stop.saved();
    return {
      version: this.#definition.version,
      epoch: this.#input.instance.epoch,
      sequence: this.#recorder.sequence,
      state: copyState(this.#context.state),
      ...(stop === null ? null : { stop }),
    };
  }

  /** A new runner with other parameters and the same position, orders, state and sequence. Its indicators start empty: warm it. */
  withParams(params: Readonly<Record<string, unknown>>): StrategyRunner {
    return new StrategyRunner({
      ...this.#input,
      params,
      position: this.#position.exact,
      orders: this.#orders.open,
      state: this.saveState(),
    });
  }

  /** Where the position is to be closed; NaN when nowhere. */
  get stopPrice(): number {
    return this.#position.quantity === 0 ? Number.NaN : this.#stop.price;
  }

  /** The price has reached the stop, says whoever plays the market: the position is to be closed. */
  stopOut(nowMs: number): Decision {
    this.#market.advance(nowMs);
    return this.#decide("bar", () => this.#recorder.closeAtStop(this.#stop.why), undefined);
  }

  /** Lets a market handler decide, after the stop if `price` has reached it. */
  #see(name: "bar" | "top" | "trade", handler: AnyHandler | null, event: unknown, price: number): Decision {
    if (this.#stop.isHit(this.#position.quantity, price)) {
      return this.#decide(
        name,
        (ctx, seen) => {
          this.#recorder.closeAtStop(this.#stop.why);
          return this.ready ? handler?.(ctx, seen) : undefined;
        },
        event,
      );
    }
    return handler === null || !this.ready ? EMPTY : this.#decide(name, handler, event);
  }

  #takeBar(bar: Bar): boolean {
    this.#checkMarket(bar);
    if (!this.#feeds.push(bar)) return false;
    const endMs = bar.openTimeMs + bar.intervalMs;
    // A longer bar that ends together with a shorter one brings no newer price.
    if (endMs >= this.#market.nowMs || !this.#market.topIsNewest) {
      this.#market.lastPrice = bar.close;
      this.#market.topIsNewest = false;
    }
    this.#market.advance(endMs);
    return true;
  }

  #checkMarket(event: { readonly symbol: string; readonly venue: string }): void {
    if (event.symbol === this.#symbol && event.venue === this.#venue) return;
    throw invalid("event", `an event of ${this.#venue}:${this.#symbol}`, `${event.venue}:${event.symbol}`);
  }

  #decide(name: HandlerName, handler: AnyHandler, event: unknown): Decision {
    return decided(this.#decider, name, handler, event);
  }
}
