/**
 * One activation of an actor: its state, and the context its handlers act through. Owns what ends with it: subscriptions,
 * timers, reminders' timers, pipes. Once ended it refuses every act, so a handler that was waiting cannot go on as if it
 * still were the actor. Bound: beyond 4,096 waiting timers the oldest is no longer cancelled at the end, only kept silent.
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Severity } from "../../domain/contract/views.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { ActorContext } from "./actor.ts";
import type { ActivationHome, CellPorts } from "./cell-ports.ts";
import { type OwnMail, tellEnvelope } from "./envelope.ts";
import { ReminderTimers } from "./reminder-timers.ts";

const TIMERS_MAX = 4_096;

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export class Activation implements ActorContext<unknown> {
  state: unknown = undefined;
  ended = false;
  readonly epoch: bigint;
  readonly #home: ActivationHome;
  readonly #ports: CellPorts;
  readonly #own: OwnMail = { activation: this, pending: null };
  /** These three are made with the first of each. */
  #subscriptions: (() => void)[] | null = null;
  #timers: Set<CancelTimer> | null = null;
  #reminders: ReminderTimers | null = null;

  constructor(home: ActivationHome, ports: CellPorts, epoch: bigint) {
    this.#home = home;
    this.#ports = ports;
    this.epoch = epoch;
  }

  get kind(): string {
    return this.#home.kind;
  }

  get id(): string {
    return this.#home.id;
  }

  get clock(): Clock {
    return this.#ports.tradingClock;
  }

  end(): void {
    this.ended = true;
    for (const end of this.#subscriptions ?? []) end();
    for (const cancel of this.#timers ?? []) cancel();
    this.#reminders?.end();
    this.#subscriptions = null;
    this.#timers = null;
    this.#reminders = null;
  }

  #assertAlive(): void {
    if (this.ended) throw activationEnded(this.#home.actorId);
  }

  assertValid(): void {
    this.#assertAlive();
    if (this.#ports.directory.valid()) return;
    throw new DstaError("DIRECTORY_INVALID", `${this.#home.actorId}: its node may have lost its session and must not act`, {
      code: 503,
      retryable: true,
    });
  }

  ask<P, R>(message: MessageContract<P, R>, id: string, params: P): Promise<R> {
    if (this.ended) return Promise.reject(activationEnded(this.#home.actorId));
    return this.#ports.ask(message, id, params);
  }

  tell<P, R>(message: MessageContract<P, R>, id: string, params: P): void {
    this.#assertAlive();
    this.#ports.tell(message, id, params);
  }

  publish(subject: string, message: unknown): void {
    this.#assertAlive();
    this.#ports.feed.publish(subject, message);
  }

  subscribe<P, R>(subject: string, message: MessageContract<P, R>, options: { readonly conflate?: boolean } = {}): void {
    this.#assertAlive();
    const own: OwnMail = options.conflate === true ? { activation: this, pending: null } : this.#own;
    const unsubscribe = this.#ports.feed.subscribe(subject, (params) => {
      if (own.pending !== null) {
        own.pending.params = params;
        return;
      }
      const envelope = tellEnvelope(message.name, params, message.lane, own);
      if (own !== this.#own) own.pending = envelope;
      this.#home.accept(envelope);
    });
    this.#subscriptions ??= [];
    this.#subscriptions.push(unsubscribe);
  }

  after<P, R>(delayMs: number, message: MessageContract<P, R>, params: P): CancelTimer {
    this.#assertAlive();
    const timers = (this.#timers ??= new Set());
    const cancelTimer = this.clock.after(delayMs, () => {
      timers.delete(cancel);
      if (!this.ended) this.#home.accept(tellEnvelope(message.name, params, message.lane, this.#own));
    });
    const cancel = (): void => {
      timers.delete(cancel);
      cancelTimer();
    };
    timers.add(cancel);
    if (timers.size > TIMERS_MAX) timers.delete(timers.values().next().value!);
    return cancel;
  }

  pipe<T, P, R>(work: Promise<T>, message: MessageContract<P, R>, toParams: (outcome: Outcome<T>) => P): void {
    const settle = (outcome: Outcome<T>): void => {
      if (!this.ended) this.#home.accept(tellEnvelope(message.name, toParams(outcome), message.lane, this.#own));
    };
    // Heard before anything is refused: work that fails unheard would end the process.
    work.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
    this.#assertAlive();
  }

  async remind<P, R>(name: string, atMs: number, message: MessageContract<P, R>, params: P): Promise<void> {
    this.#assertAlive();
    await this.#reminderTimers().set({ kind: this.kind, id: this.id, name, dueMs: atMs, message: message.name, params });
  }

  async forget(name: string): Promise<void> {
    this.#assertAlive();
    await this.#reminderTimers().cancel(name);
  }

  /** Takes over what earlier activations wanted to be reminded of. */
  async armReminders(): Promise<void> {
    await this.#reminderTimers().takeOver();
  }

  #reminderTimers(): ReminderTimers {
    this.#reminders ??= new ReminderTimers(this.#home, this.#ports, this, this.#own);
    return this.#reminders;
  }

  /** Of an activation that ended, nothing is left to fail. */
  fail(error: unknown): void {
    if (!this.ended) this.#home.fail(error);
  }

  announce(severity: Severity, text: string, code?: string): void {
    this.#ports.announce(severity, this.#home.actorId, text, code ?? null);
  }
}

export function activationEnded(actorId: string): DstaError {
  return new DstaError("ACTIVATION_ENDED", `this activation of ${actorId} has ended and acts no more`, {
    code: 503,
    retryable: true,
    data: { actor: actorId },
  });
}
