/**
 * The one object behind every handler's `ctx`: views that always show the newest, and the recorder's verbs. Which of its
 * fields an author may use is decided by types (`Context`), from the data sources of the definition.
 */
import type { Instrument } from "../instrument/instrument.ts";
import type { Random } from "../kernel/random.ts";
import type { Bar } from "../market/events.ts";
import type { Amount } from "./amounts.ts";
import type { FedBars } from "./bar-feeds.ts";
import type { BaseContext, IndicatorSet, OrderWish, PositionReadModel } from "./context.ts";
import type { IntentRecorder } from "./intent-recorder.ts";
import type { MarketState } from "./market-state.ts";
import type { TopView } from "./market-view.ts";
import { numberText } from "./number-text.ts";
import type { OwnOrder, OwnOrders } from "./own-orders.ts";
import type { ParamShape, ParamsOf } from "./params.ts";
import type { ProtectiveStop } from "./protective-stop.ts";
import type { JsonObject } from "./state.ts";

export interface ContextParts {
  readonly params: ParamsOf<ParamShape>;
  readonly ind: IndicatorSet;
  readonly data: Readonly<Record<string, FedBars>>;
  /** The first candles source, or null. */
  readonly bars: FedBars | null;
  readonly instrument: Instrument;
  readonly random: Random;
  readonly state: JsonObject;
  readonly position: PositionReadModel;
  readonly market: MarketState;
  readonly orders: OwnOrders;
  readonly recorder: IntentRecorder;
  readonly stop: ProtectiveStop;
}

export class LiveContext implements BaseContext<ParamShape, IndicatorSet, JsonObject> {
  readonly params: ParamsOf<ParamShape>;
  readonly state: JsonObject;
  readonly #market: MarketState;
  readonly #orders: OwnOrders;
  readonly #recorder: IntentRecorder;
  readonly #stop: ProtectiveStop;
  readonly position: PositionReadModel;
  readonly instrument: Instrument;
  readonly ind: IndicatorSet;
  readonly data: Readonly<Record<string, FedBars>>;
  readonly bars: FedBars | null;
  readonly random: Random;

  constructor(parts: ContextParts) {
    this.params = parts.params;
    this.ind = parts.ind;
    this.data = parts.data;
    this.bars = parts.bars;
    this.instrument = parts.instrument;
    this.random = parts.random;
    this.state = parts.state;
    this.position = parts.position;
    this.#market = parts.market;
    this.#orders = parts.orders;
    this.#recorder = parts.recorder;
    this.#stop = parts.stop;
  }

  get bar(): Bar | null {
    return this.bars === null ? null : this.bars.last;
  }

  get top(): TopView | null {
    return this.#market.top;
  }

  get orders(): readonly OwnOrder[] {
    return this.#orders.open;
  }

  get now(): number {
    return this.#market.nowMs;
  }

  get connected(): boolean {
    return this.#market.connected;
  }

  get price(): number {
    return this.#market.price();
  }

  buy(wish: OrderWish): string | null {
    return this.#recorder.order("buy", wish);
  }

  sell(wish: OrderWish): string | null {
    return this.#recorder.order("sell", wish);
  }

  close(terms: { readonly why: string }): string | null {
    return this.#recorder.close(terms);
  }

  get stop(): number {
    return this.#stop.price;
  }

  protect(terms: { readonly stop: Amount | null; readonly why: string }): void {
    this.#recorder.protect(terms);
  }

  cancel(id: string): void {
    this.#recorder.cancel(id);
  }

  cancelAll(): void {
    this.#recorder.cancelAll();
  }

  note(text: string): void {
    this.#recorder.note(text);
  }

  priceText(price: number): string {
    return numberText(price, this.instrument.priceDecimals);
  }
}
