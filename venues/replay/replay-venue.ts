/**
 * A venue that plays a recording in virtual time and matches our orders on it.
 *
 * For each line the clock is advanced to its receive time (orders and reports due on the way happen), the line is
 * played, and playback waits until everyone is quiet and the ledger has written: so a replay gives the same events at
 * every speed. Speed N waits 1/N of the recorded time through `pace`, "max" for no time. An order is decided at submit
 * time + latency on the book of the frames before that moment. At the end what is in flight is settled, the stream is
 * lost ("end of recording"), look-ups go on, orders are refused (REPLAY_ENDED). A recording that fails midway, or a
 * ledger that does, ends playback: `lost` and `finished()` say why. @see domain/simulation/l2/run.ts for the backtest.
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { Decimal } from "../../domain/kernel/decimal.ts";
import { invalid, messageOf } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest, VenueOrder } from "../../domain/order/types.ts";
import { OrderDesk } from "../../domain/simulation/order-desk.ts";
import type { LinearPosition } from "../../domain/simulation/venue-account.ts";
import { binanceSpotCodec } from "../binance/spot-codec.ts";
import type { StreamCodec } from "../codec.ts";
import type { VenueLedger } from "../sim/ledger.ts";
import { ReportOutbox } from "../sim/report-outbox.ts";
import type { Venue, VenueBalances, VenueCapabilities, VenueKind, VenueSink } from "../venue.ts";
import type { ReplayBackend, ReplayStep } from "./backend.ts";
import { BookMatching, bookMatchingCapabilities } from "./book-matching.ts";
import { CandleMatching, candleMatchingCapabilities } from "./candle-matching.ts";
import { Pacer } from "./pacer.ts";
import { emptyReadState, endText, type MalformedSample, type ReadState, type Recording } from "./recording.ts";

/** A clock the replay moves; it must not be past the recording's start. `ManualClock` is one. */
export interface ReplayClock extends Clock {
  advanceTo(targetMs: number): void;
}

export interface ReplayVenueOptions {
  readonly recording: Recording;
  readonly clock: ReplayClock;
  /** Recorded seconds per real second (> 0), or "max". */
  readonly speed: number | "max";
  /** Waits in real time. */
  pace(delayMs: number): Promise<void>;
  /** Resolves when nothing is left to do about what was delivered so far. */
  quiet(): Promise<void> | void;
  readonly ledger: VenueLedger;
  /** Opening balances by asset; used only when the ledger is empty. */
  readonly account: { readonly balances: Readonly<Record<string, Decimal>> };
  /** Ignored for candles. */
  readonly latencyMs: { readonly submit: number; readonly report: number };
}

export interface ReplayProgress {
  /** Lines played (frames, or opens and closes of bars). */
  readonly frames: number;
  readonly malformed: number;
  readonly malformedSamples: readonly MalformedSample[];
  readonly startMs: number;
  readonly nowMs: number;
  /** Known for candles that were surveyed whole, and at the end. */
  readonly endMs: number | null;
  /** Share of the recording's bytes read, 0 to 1. */
  readonly share: number;
  readonly finished: boolean;
  /** Why playback failed, or null. */
  readonly error: string | null;
}

export interface ReplayVenue extends Venue {
  progress(): ReplayProgress;
  /** Resolves at the end of the recording or after close; rejects with what broke playback. */
  finished(): Promise<void>;
  /** @throws {DstaError} NOT_FOUND */
  venueSymbol(symbol: string): string;
  positions(): Promise<Readonly<Record<string, LinearPosition>>>;
}

export function replayVenueKind(recording: Recording): VenueKind {
  return recording.kind === "frames"
    ? { id: recording.venue, capabilities: bookMatchingCapabilities(recording), codec: recording.codec }
    : { id: recording.venue, capabilities: candleMatchingCapabilities(recording), codec: binanceSpotCodec };
}

/** Rounds of settling one step: ends a strategy that answers every report with an order. */
const MAX_SETTLE_ROUNDS = 1_000;

/** @throws {DstaError} VALIDATION_ERROR naming the option that is out of range. */
export function createReplayVenue(options: ReplayVenueOptions): ReplayVenue {
  for (const name of ["submit", "report"] as const) {
    const value = options.latencyMs[name];
    if (!(Number.isFinite(value) && value >= 0)) throw invalid(`latencyMs.${name}`, "milliseconds, at least 0", value);
  }
  if (options.clock.now() > options.recording.startMs) {
    throw invalid("clock", `a clock not past the recording's start ${options.recording.startMs}`, options.clock.now());
  }
  return new RecordedVenue(options);
}

class RecordedVenue implements ReplayVenue {
  readonly id: string;
  readonly capabilities: VenueCapabilities;
  readonly codec: StreamCodec;
  readonly #options: ReplayVenueOptions;
  readonly #clock: ReplayClock;
  readonly #backend: ReplayBackend;
  readonly #desk: OrderDesk;
  readonly #outbox: ReportOutbox;
  readonly #pacer: Pacer;
  readonly #state: ReadState = emptyReadState();
  #sink: VenueSink | null = null;
  #playback: Promise<void> = Promise.resolve();
  #frames = 0;
  #activity = 0;
  #isOver = false;
  #isClosed = false;
  #error: Error | null = null;

  constructor(options: ReplayVenueOptions) {
    const { recording, clock } = options;
    this.id = recording.venue;
    this.#options = options;
    this.#clock = clock;
    this.#pacer = new Pacer(options.speed, (delayMs) => options.pace(delayMs), recording.startMs);
    const instruments = new Map(recording.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.#desk = new OrderDesk(instruments, (event, report) => {
      this.#activity++;
      this.#outbox.stage(event, report);
    });
    this.#backend =
      recording.kind === "frames" ? new BookMatching(recording, this.#desk, clock) : new CandleMatching(recording, this.#desk, clock);
    this.capabilities = this.#backend.capabilities;
    this.codec = this.#backend.codec;
    this.#outbox = new ReportOutbox({
      ledger: options.ledger,
      clock,
      latencyMs: this.#backend.hasLatency ? options.latencyMs.report : 0,
      retryMs: null,
      deliver: (report) => {
        this.#activity++;
        this.#sink?.report(report);
      },
      onLedgerLost: () => undefined,
      onLedgerBack: () => undefined,
    });
  }

  async start(sink: VenueSink): Promise<void> {
    const events = await this.#options.ledger.load();
    this.#clock.advanceTo(this.#options.recording.startMs);
    this.#desk.recover(events, this.#options.account.balances, this.#clock.now());
    await this.#outbox.flushed();
    if (this.#isClosed) return;
    for (const order of this.#desk.history.open()) this.#backend.reenter(order);
    this.#sink = sink;
    this.#playback = this.#play(sink);
  }

  instruments(): Promise<readonly Instrument[]> {
    return Promise.resolve(this.#backend.instruments);
  }

  venueSymbol(symbol: string): string {
    return this.#backend.venueSymbol(symbol);
  }

  snapshot(symbol: string): Promise<string> {
    return this.#backend.snapshot(symbol);
  }

  async bars(symbol: string, intervalMs: number, limit: number): Promise<readonly Bar[]> {
    return this.#backend.bars(symbol, intervalMs, limit);
  }

  submit(request: OrderRequest): void {
    this.#later(() => {
      const atMs = this.#clock.now();
      if (this.#isOver && !this.#desk.history.get(request.clientOrderId)) {
        this.#desk.reject(request, "REPLAY_ENDED", "the recording is over", atMs);
        return;
      }
      const order = this.#desk.admit(request, atMs, (instrument) => this.#backend.view(request, instrument));
      if (order) this.#backend.trade(order);
    });
  }

  cancel(_symbol: string, clientOrderId: string): void {
    this.#later(() => {
      const order = this.#desk.toCancel(clientOrderId, this.#clock.now());
      if (order) this.#backend.cancel(order);
    });
  }

  async order(_symbol: string, clientOrderId: string): Promise<VenueOrder | null> {
    await this.#outbox.flushed();
    return this.#desk.order(clientOrderId);
  }

  async openOrders(): Promise<readonly VenueOrder[]> {
    await this.#outbox.flushed();
    return this.#desk.openOrders();
  }

  async ordersSince(sinceMs: number): Promise<readonly VenueOrder[]> {
    await this.#outbox.flushed();
    return this.#desk.ordersSince(sinceMs);
  }

  async balances(): Promise<VenueBalances> {
    await this.#outbox.flushed();
    return this.#desk.account.balances();
  }

  async positions(): Promise<Readonly<Record<string, LinearPosition>>> {
    await this.#outbox.flushed();
    return this.#desk.account.positions();
  }

  progress(): ReplayProgress {
    const { recording } = this.#options;
    return {
      frames: this.#frames,
      malformed: this.#state.malformed,
      malformedSamples: [...this.#state.samples],
      startMs: recording.startMs,
      nowMs: this.#clock.now(),
      endMs: recording.kind === "candles" ? recording.endMs : this.#isOver ? this.#clock.now() : null,
      share: this.#isOver ? 1 : Math.min(1, this.#state.bytes / recording.totalBytes),
      finished: this.#isOver,
      error: this.#error?.message ?? null,
    };
  }

  async finished(): Promise<void> {
    await this.#playback;
    if (this.#error !== null) throw this.#error;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pacer.stop();
    this.#backend.end();
    await this.#outbox.close();
    await this.#playback;
    this.#sink = null;
  }

  /** Never rejects: what broke playback is kept for `finished` and told to the sink. */
  async #play(sink: VenueSink): Promise<void> {
    try {
      await this.#settle();
      for await (const step of this.#backend.steps(this.#state)) {
        await this.#pacer.until(step.atMs);
        if (this.#isClosed) return;
        await this.#playStep(step, sink);
      }
      const { submit, report } = this.#options.latencyMs;
      if (this.#backend.hasLatency) this.#clock.advanceTo(this.#clock.now() + submit + report);
      await this.#settle();
    } catch (error) {
      this.#error = error instanceof Error ? error : new Error(messageOf(error));
    }
    this.#isOver = true;
    this.#backend.end();
    this.#outbox.stopDelaying();
    if (!this.#isClosed) sink.lost(this.#error?.message ?? endText(this.#state));
  }

  async #playStep(step: ReplayStep, sink: VenueSink): Promise<void> {
    const before = this.#activity;
    this.#clock.advanceTo(step.atMs);
    if (this.#activity !== before) await this.#settle();
    const result = step.play(sink);
    if (result !== "skipped") this.#frames++;
    // An answer on its way is nobody's work yet: without a turn of its own the next line would overtake it.
    if (result === "answered") await this.#options.pace(0);
    await this.#settle();
  }

  /** Everyone has dealt with what was delivered, what that caused is durable, and was delivered where it is due. */
  async #settle(): Promise<void> {
    for (let round = 0; round < MAX_SETTLE_ROUNDS; round++) {
      const before = this.#activity;
      const quiet = this.#options.quiet();
      if (quiet) await quiet;
      await this.#outbox.flushed();
      if (this.#activity === before) return;
    }
  }

  /** After the submit latency; at once on candles, and when the recording is over and the clock stands. */
  #later(action: () => void): void {
    const run = (): void => {
      if (!this.#isClosed) action();
    };
    if (this.#isOver || !this.#backend.hasLatency) run();
    else this.#clock.after(this.#options.latencyMs.submit, run);
  }
}
