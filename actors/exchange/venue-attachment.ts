/**
 * The venue driver of one ownership of a connection, and the way from it to whichever activation stands behind it: a
 * crash restarts the actor, not the venue. What a node that no longer owns the account still hears goes nowhere.
 *
 * Owns the driver until `close`. Refuses to keep reports for an activation that has crashed: the next one says that it
 * is connected, and execution then asks the venue for what was missed; so does one whose lease was in doubt for a while
 * and turned out to be still its own. Market data has no such way back and goes on.
 */
import { executionMessages } from "../../domain/contract/actors.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { Bar } from "../../domain/market/events.ts";
import type { ActorContext } from "../../mixins/hosted/actor.ts";
import type { Venue, VenueSink } from "../../venues/venue.ts";

/** What an activation does with what its venue sends. */
export interface VenueListener<S> {
  frame(ctx: ActorContext<S>, text: string, receivedAtMs: number): void;
  bar(bar: Bar): void;
  connected(ctx: ActorContext<S>, connected: boolean, reason: string): void;
}

export class VenueAttachment<S> {
  readonly venue: Venue;
  /** Of the driver's life; see ConnectionState. */
  readonly session: string;
  readonly #listener: VenueListener<S>;
  #ctx: ActorContext<S>;
  #lostReason: string | null = null;
  /** Something was kept back while the lease was in doubt. */
  #missed = false;
  #isOpen = true;

  constructor(venue: Venue, ctx: ActorContext<S>, listener: VenueListener<S>) {
    this.venue = venue;
    this.session = String(ctx.epoch);
    this.#ctx = ctx;
    this.#listener = listener;
  }

  /** Null while the venue can be heard. */
  get lostReason(): string | null {
    return this.#lostReason;
  }

  /** A restarted activation takes its place behind the same driver. */
  handTo(ctx: ActorContext<S>): void {
    this.#ctx = ctx;
  }

  /** @throws {DstaError} CONNECTION_RELEASED (retryable) when the account was given up meanwhile; what the venue throws */
  async start(): Promise<void> {
    await this.venue.start(this.#sink());
    if (!this.#isOpen) throw new DstaError("CONNECTION_RELEASED", `${this.#ctx.id} was given up while it connected`, { retryable: true });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.venue.close();
  }

  #sink(): VenueSink {
    return {
      frame: (text, receivedAtMs) => {
        if (this.#isOurs()) this.#listener.frame(this.#ctx, text, receivedAtMs);
      },
      bar: (bar) => {
        if (this.#isOurs()) this.#listener.bar(bar);
      },
      report: (report) => {
        if (this.#isOurs() && !this.#ctx.ended) this.#ctx.tell(executionMessages.report, this.#ctx.id, report);
      },
      lost: (reason) => this.#changed(reason),
      restored: () => this.#changed(null),
    };
  }

  #changed(reason: string | null): void {
    this.#lostReason = reason;
    if (this.#isOurs() && !this.#ctx.ended) this.#listener.connected(this.#ctx, reason === null, reason ?? "");
  }

  /** A node that was cut off or stopped may hear the venue while another one owns the account. */
  #isOurs(): boolean {
    if (!this.#isOpen) return false;
    if (this.#ctx.ended) return true;
    try {
      this.#ctx.assertValid();
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.#missed = true;
      return false;
    }
    if (this.#missed) this.#catchUp();
    return true;
  }

  #catchUp(): void {
    this.#missed = false;
    this.#listener.connected(this.#ctx, false, this.#lostReason ?? "the lease was in doubt");
    if (this.#lostReason === null) this.#listener.connected(this.#ctx, true, "");
  }
}
