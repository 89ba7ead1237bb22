/**
 * What ends with an activation: its subscriptions, timers and pipes. Each end raises a number; a callback that finds
 * another number than the one it began with belongs to an activation that is over, and does nothing.
 * Bound: beyond 4,096 waiting timers the oldest is no longer cancelled at the end; its number still keeps it silent.
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Feed } from "../../domain/contract/subjects.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { type Envelope, tellEnvelope } from "./envelope.ts";

const TIMERS_MAX = 4_096;

export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export class Activation {
  number = 0;
  readonly #accept: (envelope: Envelope) => void;
  #subscriptions: (() => void)[] = [];
  /** Those that have not fired; made with the first. */
  #timers: Set<CancelTimer> | null = null;

  /** `accept` takes a message into the actor's mailbox. */
  constructor(accept: (envelope: Envelope) => void) {
    this.#accept = accept;
  }

  end(): void {
    this.number++;
    const ends = [...this.#subscriptions, ...(this.#timers ?? [])];
    this.#subscriptions = [];
    this.#timers = null;
    for (const end of ends) end();
  }

  subscribe<P, R>(feed: Feed, subject: string, message: MessageContract<P, R>, conflate: boolean): void {
    const slot = conflate ? { pending: null as Envelope | null } : null;
    const unsubscribe = feed.subscribe(subject, (params) => {
      if (slot?.pending) {
        slot.pending.params = params;
        return;
      }
      const envelope = tellEnvelope(message.name, params, message.lane, slot);
      if (slot) slot.pending = envelope;
      this.#accept(envelope);
    });
    this.#subscriptions.push(unsubscribe);
  }

  after<P, R>(clock: Clock, delayMs: number, message: MessageContract<P, R>, params: P): CancelTimer {
    const { number } = this;
    const cancelTimer = clock.after(delayMs, () => {
      this.#timers?.delete(cancel);
      if (number === this.number) this.#accept(tellEnvelope(message.name, params, message.lane, null));
    });
    const cancel = (): void => {
      this.#timers?.delete(cancel);
      cancelTimer();
    };
    this.#timers ??= new Set();
    this.#timers.add(cancel);
    if (this.#timers.size > TIMERS_MAX) this.#timers.delete(this.#timers.values().next().value!);
    return cancel;
  }

  pipe<T, P, R>(work: Promise<T>, message: MessageContract<P, R>, toParams: (outcome: Outcome<T>) => P): void {
    const { number } = this;
    const settle = (outcome: Outcome<T>): void => {
      if (number === this.number) this.#accept(tellEnvelope(message.name, toParams(outcome), message.lane, null));
    };
    work.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  }
}
