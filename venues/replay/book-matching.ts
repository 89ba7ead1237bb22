/**
 * A replayed market of raw frames: reads them and hands what they say to the recorded market, which keeps its own book
 * and matches our orders on it (domain/simulation/l2/recorded-market.ts; a backtest of the recording uses the same).
 *
 * A step first updates the book and fills our orders, then hands the frame to the sink, so a fill's report never comes
 * before the frame that caused it could have been seen. Snapshot lines are answers, not stream frames: they end the
 * wait of `snapshot`, they do not reach the sink. While the book is not whole orders are refused (NO_MARKET).
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, invariant, isExpected, notFound } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest } from "../../domain/order/types.ts";
import { RecordedMarket } from "../../domain/simulation/l2/recorded-market.ts";
import type { MarketView, OrderDesk } from "../../domain/simulation/order-desk.ts";
import type { HeldOrder } from "../../domain/simulation/order-history.ts";
import type { StreamCodec } from "../codec.ts";
import { snapshotText } from "../sim/frames.ts";
import type { VenueCapabilities, VenueSink } from "../venue.ts";
import type { ReplayBackend, ReplayStep, StepResult } from "./backend.ts";
import { FrameReader, type FrameTaker } from "./frame-reader.ts";
import { countMalformed, type FrameLine, type FrameRecording, type ReadState } from "./recording.ts";

const CAPABILITIES: VenueCapabilities = {
  depthStream: true,
  tradeStream: true,
  barStream: false,
  marketOrder: "emulated",
  limitOrder: "emulated",
  postOnly: "emulated",
  immediateOrCancel: "emulated",
  shortSelling: true,
  barHistory: false,
};

export function bookMatchingCapabilities({ instruments }: FrameRecording): VenueCapabilities {
  return { ...CAPABILITIES, shortSelling: instruments.every(({ kind }) => kind === "linear") };
}

interface SnapshotWaiter {
  resolve(text: string): void;
  reject(error: DstaError): void;
}

export class BookMatching implements ReplayBackend {
  readonly codec: StreamCodec;
  readonly capabilities: VenueCapabilities;
  readonly instruments: readonly Instrument[];
  readonly hasLatency = true;
  readonly #recording: FrameRecording;
  readonly #instrument: Instrument;
  readonly #market: RecordedMarket;
  readonly #reader: FrameReader;
  readonly #taker: FrameTaker;
  #waiters: SnapshotWaiter[] = [];
  #ended = false;

  constructor(recording: FrameRecording, desk: OrderDesk, clock: Clock) {
    const [instrument] = recording.instruments;
    invariant(instrument, "a frame recording has one instrument");
    this.codec = recording.codec;
    this.capabilities = bookMatchingCapabilities(recording);
    this.instruments = recording.instruments;
    this.#recording = recording;
    this.#instrument = instrument;
    this.#market = new RecordedMarket({ instrument, rules: recording.codec.rules, desk, now: () => clock.now() });
    this.#reader = new FrameReader(recording, instrument);
    this.#taker = {
      depth: (update) => void this.#market.onDepth(update),
      trade: ({ price, quantity, side }) => this.#market.onTrade(price, quantity, side),
      snapshot: (snapshot) => void this.#market.onSnapshot(snapshot),
      other: () => undefined,
    };
  }

  /** @throws {DstaError} NOT_FOUND */
  venueSymbol(symbol: string): string {
    if (symbol !== this.#instrument.symbol) throw notFound("symbol", symbol);
    return this.#recording.venueSymbol;
  }

  async *steps(state: ReadState): AsyncGenerator<ReplayStep> {
    for await (const line of this.#recording.lines(state)) {
      yield { atMs: line.atMs, play: (sink) => this.#play(line, sink, state) };
    }
  }

  view(request: OrderRequest): MarketView {
    return this.#market.view(request);
  }

  trade(order: HeldOrder): void {
    this.#market.trade(order);
  }

  reenter(order: HeldOrder): void {
    this.#market.reenter(order);
  }

  cancel(order: HeldOrder): void {
    this.#market.cancel(order);
  }

  /**
   * While the book is whole: that book, as the venue's REST answer. Else the answer comes when playback reaches the next
   * recorded snapshot. @throws {DstaError} REPLAY_ENDED when there is none.
   */
  snapshot(symbol: string): Promise<string> {
    if (symbol !== this.#instrument.symbol) return Promise.reject(notFound("symbol", symbol));
    const { isLive, sequencer, book } = this.#market;
    if (isLive) {
      const { priceDecimals, quantityDecimals } = this.#instrument;
      const market = { venueSymbol: this.#recording.venueSymbol, priceDecimals, quantityDecimals };
      return Promise.resolve(snapshotText(market, sequencer.updateId, book.levels("bid"), book.levels("ask")));
    }
    if (this.#ended) return Promise.reject(noSnapshot(symbol));
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  bars(): readonly Bar[] {
    return [];
  }

  end(): void {
    this.#ended = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(noSnapshot(this.#instrument.symbol));
  }

  #play(line: FrameLine, sink: VenueSink, state: ReadState): StepResult {
    try {
      if (this.#reader.read(line, this.#taker) === "answer") return this.#answer(line.text);
      sink.frame(line.text, line.atMs);
      return "played";
    } catch (error) {
      if (!isExpected(error) || error.type !== "MALFORMED_FRAME") throw error;
      countMalformed(state, line.file, line.line, error.message);
      return "skipped";
    }
  }

  #answer(text: string): StepResult {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.resolve(text);
    return waiters.length > 0 ? "answered" : "played";
  }
}

function noSnapshot(symbol: string): DstaError {
  return new DstaError("REPLAY_ENDED", `the recording ended without a snapshot of ${symbol}`, { code: 410, data: { symbol } });
}
