/** What a runner is made of, what it is told of fills, and what it shows. */
import type { InsideRow } from "../contract/views.ts";
import type { Instrument } from "../instrument/instrument.ts";
import { type Decimal, toNumber } from "../kernel/decimal.ts";
import type { Random } from "../kernel/random.ts";
import type { Side } from "../market/events.ts";
import type { Fill } from "../order/types.ts";
import type { FedBars } from "./bar-feeds.ts";
import type { OwnFill } from "./context.ts";
import type { AnyStrategy } from "./define.ts";
import type { StrategyInstance } from "./intent-recorder.ts";
import type { OrderUpdate } from "./own-orders.ts";
import type { PositionState } from "./position-view.ts";
import type { SavedState } from "./saved-state.ts";

export interface RunnerInput {
  readonly definition: AnyStrategy;
  readonly params: Readonly<Record<string, unknown>>;
  readonly instance: StrategyInstance;
  readonly instrument: Instrument;
  readonly random: Random;
  /** Default: flat. */
  readonly position?: PositionState;
  /** Orders still open. Default: none. */
  readonly orders?: readonly OrderUpdate[];
  readonly state?: SavedState | null;
  /** Default 50; one more within a second of event time is INTENT_FLOOD. */
  readonly intentsPerSecondMax?: number;
  /** Quote the instance may use, for sizes given as `allocation`. Default: the account's equity as told with the position. */
  readonly capital?: () => Decimal;
  /** Whoever carries orders out sizes those given as `allocation`, at the price they fill at. Default: the runner does, at once. */
  readonly sizesLater?: boolean;
  /** Bars of an interval as columns that are there already (research). Default: bars come by `onBar`. */
  readonly bars?: (intervalMs: number) => FedBars;
}

/** One fill of one of the instance's orders. */
export interface FillUpdate {
  readonly orderId: string;
  readonly intentId: string;
  readonly side: Side;
  readonly why: string;
  readonly fill: Fill;
  readonly atMs: number;
}

export interface RunnerView {
  /** Of the first candles source; 0 without one. */
  readonly warmupBars: number;
  readonly seenBars: number;
  readonly ready: boolean;
  readonly inside: readonly InsideRow[];
}

/** A fill as an author reads it. */
export function ownFill({ orderId, intentId, side, why, fill }: FillUpdate): OwnFill {
  return { orderId, intentId, side, why, price: toNumber(fill.price), quantity: toNumber(fill.quantity), exact: fill };
}
