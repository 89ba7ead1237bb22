/** What the replay venue asks of a kind of recording: steps to play, and matching of our orders on what was recorded. */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import type { MarketView } from "../../domain/simulation/order-desk.ts";
import type { HeldOrder } from "../../domain/simulation/order-history.ts";
import type { StreamCodec } from "../codec.ts";
import type { VenueCapabilities, VenueSink } from "../venue.ts";
import type { ReadState } from "./recording.ts";

/** One moment of a recording. */
export interface ReplayStep {
  readonly atMs: number;
  /** Matches our orders on it and tells the sink. */
  play(sink: VenueSink): StepResult;
}

/** `skipped`: it was malformed. `answered`: somebody who waited for a snapshot has it, and is about to take it. */
export type StepResult = "played" | "skipped" | "answered";

export interface ReplayBackend {
  readonly codec: StreamCodec;
  readonly capabilities: VenueCapabilities;
  readonly instruments: readonly Instrument[];
  /** Whether order and report latencies mean anything at the recording's resolution. */
  readonly hasLatency: boolean;
  venueSymbol(symbol: string): string;
  steps(state: ReadState): AsyncIterable<ReplayStep>;
  view(request: OrderRequest, instrument: Instrument): MarketView;
  /** Matches an admitted order, now or on coming steps. */
  trade(order: HeldOrder): void;
  /** Puts an open order of an earlier life back, resting. */
  reenter(order: HeldOrder): void;
  cancel(order: HeldOrder): void;
  snapshot(symbol: string): Promise<string>;
  bars(symbol: string, intervalMs: number, limit: number): readonly Bar[];
  /** Nothing more will come: ends every wait. */
  end(): void;
}
