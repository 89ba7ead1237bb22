/**
 * The line between the simulated venue and its sink: what gets through, when, and what is lost.
 *
 * While lost, frames are gone for good and reports wait (they come late, never not at all); it may be lost for several
 * reasons at once (an outage, the ledger) and is back when the last one is over. Bound: 100,000 waiting reports; beyond
 * that the oldest is dropped, and only a look-up tells what it said.
 */
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import type { VenueReport } from "../../domain/order/types.ts";
import type { VenueSink } from "../venue.ts";
import type { FaultPlan } from "./faults.ts";

const MAX_WAITING = 100_000;

export class Connection {
  readonly #clock: Clock;
  readonly #faults: FaultPlan;
  readonly #timers = new Set<CancelTimer>();
  #sink: VenueSink | null = null;
  #losses = 0;
  #waiting: VenueReport[] = [];

  constructor(clock: Clock, faults: FaultPlan) {
    this.#clock = clock;
    this.#faults = faults;
  }

  open(sink: VenueSink): void {
    this.#sink = sink;
    this.#planDisconnect();
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#sink = null;
  }

  frame(text: string): void {
    if (!this.#sink || this.#losses > 0 || this.#faults.dropsFrame()) return;
    this.#sink.frame(text, this.#clock.now());
  }

  report(report: VenueReport): void {
    if (!this.#sink || this.#losses > 0) {
      this.#waiting.push(report);
      if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
      return;
    }
    this.#sink.report(report);
    if (this.#faults.doublesReport()) this.#sink.report(report);
  }

  /** The direct answer to a request: it does not come by the stream, so a lost one does not hold it. */
  answer(report: VenueReport): void {
    this.#sink?.report(report);
  }

  lose(reason: string): void {
    this.#losses++;
    if (this.#losses === 1) this.#sink?.lost(reason);
  }

  restore(): void {
    this.#losses--;
    if (this.#losses > 0) return;
    this.#sink?.restored();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const report of waiting) this.report(report);
  }

  loseFor(forMs: number): void {
    this.lose("simulated disconnect");
    this.#after(forMs, () => this.restore());
  }

  #planDisconnect(): void {
    const inMs = this.#faults.nextDisconnectMs();
    if (inMs === null) return;
    this.#after(inMs, () => {
      this.loseFor(this.#faults.disconnectForMs);
      this.#after(this.#faults.disconnectForMs, () => this.#planDisconnect());
    });
  }

  #after(delayMs: number, callback: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
  }
}
