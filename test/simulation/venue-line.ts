/**
 * A venue that outlives the program, as an exchange does: one simulated venue behind lines that lives take up one after
 * another. While no life listens, frames and reports are lost for good; what the venue did is learnt by asking it.
 * With `losesReports` the same holds while the connection is down, as on venues that do not repeat a private stream.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import type { SimVenue } from "../../venues/sim/sim-venue.ts";
import type { Venue, VenueSink } from "../../venues/venue.ts";
import type { Life } from "./world.ts";

export class OutlivingVenue {
  readonly #venue: SimVenue;
  #sink: VenueSink | null = null;
  #started: Promise<void> | null = null;
  #lostReason: string | null = null;
  #restoredAtMs = -1;
  readonly #clock: Clock;
  readonly #losesReports: boolean;

  constructor(venue: SimVenue, clock: Clock, losesReports: boolean) {
    this.#venue = venue;
    this.#clock = clock;
    this.#losesReports = losesReports;
  }

  /** The venue as one life sees it; its requests stop with the life, those already sent arrive. */
  lineOf(life: Life): Venue {
    const venue = this.#venue;
    life.atEnd(() => (this.#sink = null));
    return {
      id: venue.id,
      capabilities: venue.capabilities,
      codec: venue.codec,
      start: (sink) => this.#take(sink),
      venueSymbol: (symbol) => venue.venueSymbol(symbol),
      instruments: () => venue.instruments(),
      snapshot: (symbol) => venue.snapshot(symbol),
      bars: (symbol, intervalMs, limit) => venue.bars(symbol, intervalMs, limit),
      submit: (request) => life.alive && venue.submit(request),
      cancel: (symbol, clientOrderId) => life.alive && venue.cancel(symbol, clientOrderId),
      order: (symbol, clientOrderId) => venue.order(symbol, clientOrderId),
      openOrders: () => venue.openOrders(),
      ordersSince: (sinceMs) => venue.ordersSince(sinceMs),
      balances: () => venue.balances(),
      close: () => {
        this.#sink = null;
        return Promise.resolve();
      },
    };
  }

  async #take(sink: VenueSink): Promise<void> {
    this.#sink = sink;
    this.#started ??= this.#venue.start({
      frame: (text, receivedAtMs) => this.#sink?.frame(text, receivedAtMs),
      bar: (bar) => this.#sink?.bar(bar),
      report: (report) => {
        // The simulated venue hands over what waited in the moment it is back.
        if (this.#losesReports && this.#clock.now() === this.#restoredAtMs) return;
        this.#sink?.report(report);
      },
      lost: (reason) => {
        this.#lostReason = reason;
        this.#sink?.lost(reason);
      },
      restored: () => {
        this.#lostReason = null;
        this.#restoredAtMs = this.#clock.now();
        this.#sink?.restored();
      },
    });
    await this.#started;
    if (this.#lostReason !== null) sink.lost(this.#lostReason);
  }
}
