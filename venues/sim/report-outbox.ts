/**
 * Sends execution reports in order, each not before the ledger has its event and the report latency has passed.
 *
 * Events staged in one turn, and those staged while an append is in flight, go to the ledger together. A failed append
 * is either retried with the same events until it succeeds, during which the owner is told and should take no new
 * orders, or final (without `retryMs`, and when another owner has the ledger): nothing is reported any more and
 * `flushed` rejects with the cause.
 * Bound: 100,000 staged entries; `isFull` beyond, and the owner must refuse orders.
 */
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { VenueReport } from "../../domain/order/types.ts";
import type { LedgerEvent, VenueLedger } from "./ledger.ts";

export interface OutboxOptions {
  readonly ledger: VenueLedger;
  readonly clock: Clock;
  /** From the moment something happened to its report, in ms. */
  readonly latencyMs: number;
  /** Pause before a failed append is repeated; null: a failure is final. */
  readonly retryMs: number | null;
  deliver(report: VenueReport): void;
  /** The ledger cannot be written; called once per outage. */
  onLedgerLost(reason: string): void;
  onLedgerBack(): void;
}

interface Entry {
  readonly event: LedgerEvent | null;
  readonly report: VenueReport | null;
  readonly dueMs: number;
}

const MAX_ENTRIES = 100_000;

export class ReportOutbox {
  readonly #options: OutboxOptions;
  #latencyMs: number;
  #staged: Entry[] = [];
  #inFlight = 0;
  #due: Entry[] = [];
  #pump: Promise<void> | null = null;
  #timer: CancelTimer | null = null;
  #cancelPause: (() => void) | null = null;
  #lost = false;
  #closed = false;
  #failure: Error | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#latencyMs = options.latencyMs;
  }

  get isFull(): boolean {
    return this.#staged.length + this.#inFlight + this.#due.length >= MAX_ENTRIES;
  }

  /** Whether the ledger refuses events at the moment. */
  get isLedgerLost(): boolean {
    return this.#lost;
  }

  /** A failure was final: nothing will be reported any more. */
  get isOver(): boolean {
    return this.#failure !== null;
  }

  /** From now on reports wait for the ledger only; those already due later leave now. */
  stopDelaying(): void {
    this.#latencyMs = 0;
    this.#due = this.#due.map((entry) => ({ ...entry, dueMs: 0 }));
    this.#deliverDue();
  }

  stage(event: LedgerEvent | null, report: VenueReport | null): void {
    if (this.#closed) return;
    this.#staged.push({ event, report, dueMs: this.#options.clock.now() + this.#latencyMs });
    this.#pump ??= this.#run();
  }

  /** Resolves when everything staged so far is durable; reports may still wait for their latency. */
  async flushed(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Finishes the append in flight, then stops: undelivered reports are dropped (look-ups tell them after a restart). */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.();
    this.#cancelPause?.();
    while (this.#pump !== null) await this.#pump;
    this.#due = [];
  }

  async #run(): Promise<void> {
    // One turn of patience: what one matching produced is appended together.
    await Promise.resolve();
    while (this.#staged.length > 0 && this.#failure === null) {
      const batch = this.#staged;
      this.#staged = [];
      this.#inFlight = batch.length;
      const events = batch.flatMap((entry) => (entry.event === null ? [] : [entry.event]));
      const isDurable = events.length === 0 || (await this.#append(events));
      this.#inFlight = 0;
      if (!isDurable) break;
      for (const entry of batch) if (entry.report !== null) this.#due.push(entry);
      this.#deliverDue();
    }
    this.#pump = null;
  }

  async #append(events: readonly LedgerEvent[]): Promise<boolean> {
    for (;;) {
      try {
        await this.#options.ledger.append(events);
        if (this.#lost) {
          this.#lost = false;
          this.#options.onLedgerBack();
        }
        return true;
      } catch (error) {
        if (!this.#lost) {
          this.#lost = true;
          this.#options.onLedgerLost(`venue ledger: ${messageOf(error)}`);
        }
        const isFinal = this.#options.retryMs === null || (isExpected(error) && error.type === "FENCED");
        if (isFinal) this.#failure = error instanceof Error ? error : new Error(messageOf(error));
        if (isFinal || this.#options.retryMs === null || this.#closed) return false;
        await this.#pause(this.#options.retryMs);
        if (this.#closed) return false;
      }
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      this.#cancelPause = () => {
        cancel();
        resolve();
      };
    });
  }

  #deliverDue(): void {
    this.#timer?.();
    this.#timer = null;
    const now = this.#options.clock.now();
    let sent = 0;
    while (!this.#closed && sent < this.#due.length && this.#due[sent]!.dueMs <= now) {
      this.#options.deliver(this.#due[sent]!.report!);
      sent++;
    }
    if (sent > 0) this.#due.splice(0, sent);
    const next = this.#due[0];
    if (next && !this.#closed) this.#timer = this.#options.clock.after(next.dueMs - now, () => this.#deliverDue());
  }
}
