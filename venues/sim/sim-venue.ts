/**
 * The simulated venue: 24 markets with real matching, Binance-dialect streams, and a durable account of ours.
 *
 * One repeating timer lets half of the markets act every 50 ms, so each publishes a depth diff every 100 ms. Orders
 * arrive after the submit latency; every change of our orders is in the ledger before its report leaves. A restart
 * folds the ledger: balances, open orders (back in their books at their price with what remains, behind nobody, never
 * taking), look-ups, trade ids; the fair price goes on as a function of time.
 * Same seed, clock steps and orders give the same events. During a disconnect frames are lost and reports wait until it
 * is over. While the ledger cannot be written the stream counts as lost and new orders are refused (VENUE_BUSY).
 */
import type { Instrument } from "../../domain/instrument/instrument.ts";
import { invalid, invariant, notFound } from "../../domain/kernel/errors.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import type { Decimal } from "../../domain/kernel/decimal.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { OrderRequest, VenueOrder, VenueReport } from "../../domain/order/types.ts";
import { MAX_BARS } from "../../domain/simulation/fair-value.ts";
import { OrderDesk } from "../../domain/simulation/order-desk.ts";
import type { LinearPosition } from "../../domain/simulation/venue-account.ts";
import { binanceSpotCodec } from "../binance/spot-codec.ts";
import type { Venue, VenueBalances, VenueCapabilities, VenueKind, VenueSink } from "../venue.ts";
import { simListings } from "./catalogue.ts";
import { Connection } from "./connection.ts";
import { FaultPlan, type SimFaults } from "./faults.ts";
import type { VenueLedger } from "./ledger.ts";
import { ReportOutbox } from "./report-outbox.ts";
import { SimMarket } from "./sim-market.ts";

export interface SimVenueOptions {
  readonly id?: string;
  readonly seed: string;
  readonly clock: Clock;
  readonly ledger: VenueLedger;
  /** Opening balances by asset; used only when the ledger is empty. */
  readonly account: { readonly balances: Readonly<Record<string, Decimal>> };
  /** Our order to the venue, and its report back, in ms (≥ 0). */
  readonly latencyMs: { readonly submit: number; readonly report: number };
  readonly faults?: SimFaults;
}

/** Faults on demand, for tests and demonstrations. */
export interface SimInjection {
  /** Loses the connection now for this long. */
  disconnect(forMs: number): void;
  dropNextFrames(count: number): void;
  unknownNext(count: number): void;
}

export interface SimVenue extends Venue {
  readonly inject: SimInjection;
  /** The stream's spelling of a symbol: `BTC/USDT:USDT` is `BTCUSDT_PERP`. @throws {DstaError} NOT_FOUND */
  venueSymbol(symbol: string): string;
  /** Open linear positions by symbol. */
  positions(): Promise<Readonly<Record<string, LinearPosition>>>;
}

const STEP_MS = 50;
const SLICES = 2;
const LEDGER_RETRY_MS = 1_000;

const CAPABILITIES: VenueCapabilities = {
  depthStream: true,
  tradeStream: true,
  barStream: false,
  marketOrder: true,
  limitOrder: true,
  postOnly: true,
  immediateOrCancel: true,
  shortSelling: true,
  barHistory: true,
};

export function simVenueKind(id: string): VenueKind {
  return { id, capabilities: CAPABILITIES, codec: binanceSpotCodec };
}

/** @throws {DstaError} VALIDATION_ERROR naming the option that is out of range. */
export function createSimVenue(options: SimVenueOptions): SimVenue {
  for (const name of ["submit", "report"] as const) {
    const value = options.latencyMs[name];
    if (!(Number.isFinite(value) && value >= 0)) throw invalid(`latencyMs.${name}`, "milliseconds, at least 0", value);
  }
  return new SimulatedVenue(options);
}

class SimulatedVenue implements SimVenue {
  readonly id: string;
  readonly capabilities = CAPABILITIES;
  readonly codec = binanceSpotCodec;
  readonly inject: SimInjection;
  readonly #options: SimVenueOptions;
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #desk: OrderDesk;
  readonly #outbox: ReportOutbox;
  readonly #connection: Connection;
  readonly #listings;
  readonly #venueSymbols: ReadonlyMap<string, string>;
  readonly #markets = new Map<string, SimMarket>();
  #timer: CancelTimer | null = null;
  #slice = 0;
  #closed = false;

  constructor(options: SimVenueOptions) {
    this.id = options.id ?? "sim";
    this.#options = options;
    this.#clock = options.clock;
    this.#listings = simListings(this.id);
    this.#venueSymbols = new Map(this.#listings.map(({ instrument, venueSymbol }) => [instrument.symbol, venueSymbol]));
    const faults = new FaultPlan(options.faults ?? {}, seededRandom(`${options.seed}|faults`));
    this.#faults = faults;
    this.#connection = new Connection(this.#clock, faults);
    const instruments = new Map(this.#listings.map(({ instrument }) => [instrument.symbol, instrument]));
    this.#desk = new OrderDesk(instruments, (event, report) => this.#outbox.stage(event, this.#spoiled(report)));
    this.#outbox = new ReportOutbox({
      ledger: options.ledger,
      clock: this.#clock,
      latencyMs: options.latencyMs.report,
      retryMs: LEDGER_RETRY_MS,
      deliver: (report) => this.#connection.report(report),
      onLedgerLost: (reason) => this.#connection.lose(reason),
      onLedgerBack: () => this.#connection.restore(),
    });
    this.inject = {
      disconnect: (forMs) => this.#connection.loseFor(forMs),
      dropNextFrames: (count) => faults.dropNextFrames(count),
      unknownNext: (count) => faults.unknownNext(count),
    };
  }

  async start(sink: VenueSink): Promise<void> {
    const events = await this.#options.ledger.load();
    const startMs = this.#clock.now();
    this.#desk.recover(events, this.#options.account.balances, startMs);
    await this.#outbox.flushed();
    if (this.#closed) return;
    for (const listing of this.#listings) this.#markets.set(listing.instrument.symbol, this.#openMarket(listing, startMs));
    for (const order of this.#desk.history.open()) this.#markets.get(order.request.symbol)?.reenter(order);
    this.#connection.open(sink);
    for (const market of this.#markets.values()) market.step(startMs);
    this.#timer = this.#clock.after(STEP_MS, () => this.#step());
  }

  instruments(): Promise<readonly Instrument[]> {
    return Promise.resolve(this.#listings.map(({ instrument }) => instrument));
  }

  venueSymbol(symbol: string): string {
    const venueSymbol = this.#venueSymbols.get(symbol);
    if (venueSymbol === undefined) throw notFound("symbol", symbol);
    return venueSymbol;
  }

  async snapshot(symbol: string): Promise<string> {
    return this.#market(symbol).snapshot();
  }

  async bars(symbol: string, intervalMs: number, limit: number): Promise<readonly Bar[]> {
    if (!(Number.isInteger(limit) && limit >= 0 && limit <= MAX_BARS)) throw invalid("limit", `0 to ${MAX_BARS} bars`, limit);
    if (!(Number.isInteger(intervalMs) && intervalMs > 0))
      throw invalid("intervalMs", "a positive whole number of milliseconds", intervalMs);
    return this.#market(symbol).bars(intervalMs, limit);
  }

  submit(request: OrderRequest): void {
    invariant(this.#markets.size > 0, "submit before start");
    this.#clock.after(this.#options.latencyMs.submit, () => this.#arrive(request));
  }

  cancel(_symbol: string, clientOrderId: string): void {
    this.#clock.after(this.#options.latencyMs.submit, () => {
      if (this.#closed) return;
      const order = this.#desk.toCancel(clientOrderId, this.#clock.now());
      if (order) this.#markets.get(order.request.symbol)?.cancel(order);
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

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.();
    this.#connection.close();
    await this.#outbox.close();
  }

  #arrive(request: OrderRequest): void {
    // Another owner has the ledger: this is not the venue any more, and has nothing to say about any order.
    if (this.#closed || this.#outbox.isOver) return;
    const atMs = this.#clock.now();
    const market = this.#markets.get(request.symbol);
    const isNew = this.#desk.history.get(request.clientOrderId) === undefined;
    if (isNew && (this.#outbox.isFull || this.#outbox.isLedgerLost)) {
      // Not written down: the ledger is the thing that fails.
      const { clientOrderId } = request;
      this.#connection.answer({ kind: "rejected", clientOrderId, code: "VENUE_BUSY", reason: "the venue cannot record orders now", atMs });
      return;
    }
    if (isNew && this.#faults.rejectsOrder()) {
      this.#desk.reject(request, "SIMULATED_REJECT", "refused by the fault plan", atMs);
      return;
    }
    const order = this.#desk.admit(request, atMs, () => this.#market(request.symbol).view(request));
    if (order) market?.trade(order);
  }

  /** Swaps an acknowledgement for `unknown` when the fault plan says so. */
  #spoiled(report: VenueReport | null): VenueReport | null {
    if (report?.kind !== "accepted" || !this.#faults.hidesOutcome()) return report;
    const { clientOrderId, atMs } = report;
    return { kind: "unknown", clientOrderId, request: "submit", reason: "the answer was lost", atMs };
  }

  #step(): void {
    this.#timer = this.#clock.after(STEP_MS, () => this.#step());
    const nowMs = this.#clock.now();
    let index = 0;
    for (const market of this.#markets.values()) {
      if (index++ % SLICES !== this.#slice) continue;
      market.step(nowMs);
      market.publish();
    }
    this.#slice = (this.#slice + 1) % SLICES;
  }

  #openMarket(listing: ReturnType<typeof simListings>[number], startMs: number): SimMarket {
    return new SimMarket({
      listing,
      seed: this.#options.seed,
      startMs,
      desk: this.#desk,
      now: () => this.#clock.now(),
      emitFrame: (text) => this.#connection.frame(text),
    });
  }

  /** @throws {DstaError} NOT_FOUND */
  #market(symbol: string): SimMarket {
    const market = this.#markets.get(symbol);
    if (!market) throw notFound("symbol", symbol);
    return market;
  }
}
