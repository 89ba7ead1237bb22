/**
 * One actor on this node: its mailbox, its state machine and the context its handlers act through.
 *
 * Invariants: one message at a time; a crashed activation's context can no longer act; control messages survive a
 * restart in the mailbox, except the one at fault, which becomes a dead letter.
 *
 *   passive → activating → active ⇄ (turns) → restarting → activating …   → stopped (the supervisor gave up)
 */
import type { MessageContract } from "../../domain/contract/message.ts";
import type { Severity } from "../../domain/contract/views.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { DstaError, InvariantError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import { Mailbox } from "../../domain/kernel/mailbox.ts";
import { Supervision } from "../../domain/kernel/supervision.ts";
import type { ActorContext, AnyActor } from "./actor.ts";
import type { CellPorts } from "./cell-ports.ts";
import { LatencyWindow } from "./latency-window.ts";
import type { Runnable } from "./run-queue.ts";

export type CellStatus = "passive" | "activating" | "active" | "restarting" | "stopped";

export interface Envelope {
  readonly name: string;
  params: unknown;
  readonly lane: "control" | "market";
  /** Null for a tell. */
  readonly resolve: ((value: unknown) => void) | null;
  readonly reject: ((error: unknown) => void) | null;
  /** By the system clock; 0 for none. */
  readonly deadlineMs: number;
  /** A conflated subscription's slot: emptied when taken. */
  readonly slot: { pending: Envelope | null } | null;
}

export class Cell implements Runnable, ActorContext<unknown> {
  readonly kind: string;
  readonly id: string;
  readonly urgent: boolean;
  readonly supervision: Supervision;
  readonly latency = new LatencyWindow();
  status: CellStatus = "passive";
  state: unknown = undefined;
  epoch = 0n;
  restarts = 0;
  processed = 0;
  lastError: string | null = null;
  lastErrorAtMs: number | null = null;
  lastUsedMs = 0;
  readonly #definition: AnyActor;
  readonly #ports: CellPorts;
  readonly #control: Mailbox<Envelope>;
  readonly #market: Mailbox<Envelope>;
  #queued = false;
  #busy = false;
  /** Raised with every end: callbacks of an older activation find a different number and do nothing. */
  #activation = 0;
  #cleanups: (() => void)[] = [];
  #whenFree: (() => void) | null = null;

  constructor(definition: AnyActor, id: string, ports: CellPorts) {
    this.kind = definition.kind;
    this.id = id;
    this.urgent = ports.isUrgent(definition.kind);
    this.#definition = definition;
    this.#ports = ports;
    this.#control = new Mailbox(definition.mailbox.control);
    this.#market = new Mailbox(definition.mailbox.market);
    this.supervision = new Supervision(definition.supervise);
  }

  get actorId(): string {
    return `${this.kind}/${this.id}`;
  }

  get definition(): AnyActor {
    return this.#definition;
  }

  get waiting(): number {
    return this.#control.size + this.#market.size + (this.#busy ? 1 : 0);
  }

  get capacity(): number {
    return this.#control.capacity + this.#market.capacity;
  }

  get clock(): Clock {
    return this.#ports.tradingClock;
  }

  // ---- delivery -------------------------------------------------------------------------------------------------

  /** Takes a message or refuses it with a typed reason; never throws. */
  accept(envelope: Envelope): void {
    if (this.status === "stopped") return this.#refuse(envelope, "ACTOR_STOPPED", `${this.actorId} was stopped by its supervisor: ${this.lastError ?? "no reason kept"}`);
    const mailbox = envelope.lane === "control" ? this.#control : this.#market;
    if (!mailbox.push(envelope)) {
      this.#refuse(envelope, "MAILBOX_FULL", `${this.actorId} has ${mailbox.capacity} ${envelope.lane} messages waiting`);
      if (envelope.lane === "control" && envelope.resolve === null) this.fail(new InvariantError(`control mailbox of ${this.actorId} is full`));
      return;
    }
    this.#ports.pending(1);
    if (this.status === "active") this.#schedule();
    else if (this.status === "passive") this.#startQuietly();
  }

  #refuseWith(envelope: Envelope, error: unknown): void {
    if (envelope.reject) envelope.reject(error);
    else this.#ports.deadLetters.add(this.actorId, envelope.name, messageOf(error));
  }

  #refuse(envelope: Envelope, type: string, reason: string): void {
    if (envelope.reject) envelope.reject(new DstaError(type, reason, { code: 503, retryable: true, data: { actor: this.actorId } }));
    else this.#ports.deadLetters.add(this.actorId, envelope.name, reason);
  }

  #schedule(): void {
    if (this.#queued || this.#busy || this.#control.size + this.#market.size === 0) return;
    this.#queued = true;
    this.#ports.runQueue.add(this);
  }

  turn(batch: number): boolean {
    for (let count = 0; count < batch; count++) {
      const envelope = this.status === "active" && !this.#busy ? (this.#control.shift() ?? this.#market.shift()) : undefined;
      if (!envelope) break;
      this.#ports.pending(-1);
      this.#handle(envelope);
    }
    const more = this.status === "active" && !this.#busy && this.#control.size + this.#market.size > 0;
    this.#queued = more;
    return more;
  }

  #handle(envelope: Envelope): void {
    if (envelope.slot) envelope.slot.pending = null;
    if (envelope.deadlineMs > 0 && this.#ports.systemClock.now() > envelope.deadlineMs) {
      return this.#refuse(envelope, "DEADLINE_PASSED", `${this.actorId} had no time for ${envelope.name} before its deadline`);
    }
    const startedMs = this.#ports.elapsedMs();
    this.processed++;
    try {
      const result: unknown = this.#definition.handle[envelope.name]!(this, envelope.params as never);
      if (!(result instanceof Promise)) {
        envelope.resolve?.(result);
        return this.latency.add(this.#ports.elapsedMs() - startedMs);
      }
      if (this.#definition.interleave?.includes(envelope.name)) this.#answerLater(envelope, result);
      else this.#await(envelope, result, startedMs);
    } catch (error) {
      this.#onError(envelope, error);
    }
  }

  #answerLater(envelope: Envelope, result: Promise<unknown>): void {
    result.then(
      (value) => envelope.resolve?.(value),
      (error: unknown) => this.#refuseWith(envelope, error),
    );
  }

  #await(envelope: Envelope, result: Promise<unknown>, startedMs: number): void {
    const activation = this.#activation;
    this.#busy = true;
    this.#ports.pending(1);
    const done = (): boolean => {
      this.#ports.pending(-1);
      if (activation !== this.#activation) return false;
      this.#busy = false;
      this.#whenFree?.();
      this.latency.add(this.#ports.elapsedMs() - startedMs);
      return true;
    };
    result.then(
      (value) => {
        const alive = done();
        envelope.resolve?.(value);
        if (alive) this.#schedule();
      },
      (error: unknown) => {
        if (done()) this.#onError(envelope, error);
        else envelope.reject?.(error);
      },
    );
  }

  /** An expected failure is the sender's to know; anything else means this state can no longer be trusted. */
  #onError(envelope: Envelope, error: unknown): void {
    this.#refuseWith(envelope, error);
    if (isExpected(error) && !this.#ports.isFatal(error)) {
      this.#schedule();
      return;
    }
    this.fail(error);
  }

  // ---- life -----------------------------------------------------------------------------------------------------

  /** Resolves when active; rejects with what stopped the start (the supervisor then tries again by itself). */
  async start(): Promise<void> {
    if (this.status === "active" || this.status === "activating") return;
    this.status = "activating";
    this.#busy = false;
    const activation = ++this.#activation;
    this.#ports.pending(1);
    try {
      this.epoch = (await this.#ports.directory.claim(this.kind, this.id)).epoch;
      const state: unknown = await this.#definition.activate(this);
      if (activation !== this.#activation) return;
      // `activate` may have set it already, for messages it sent to itself.
      if (state !== undefined) this.state = state;
      this.status = "active";
      this.lastUsedMs = this.#ports.systemClock.now();
      this.#schedule();
    } catch (error) {
      if (activation === this.#activation) this.fail(error);
      throw error;
    } finally {
      this.#ports.pending(-1);
    }
  }

  fail(error: unknown): void {
    if (this.status === "stopped" || this.status === "restarting") return;
    const starting = this.status === "activating";
    this.#end();
    const nowMs = this.#ports.systemClock.now();
    this.lastError = messageOf(error);
    this.lastErrorAtMs = nowMs;
    // A key that does not exist is an answer, not an illness: forget the actor instead of restarting it for ever.
    if (starting && isExpected(error) && error.code === 404) return this.#abandon(error);
    this.restarts++;
    const waitsForOthers = starting && isExpected(error) && error.retryable;
    const directive = waitsForOthers ? { kind: "restart" as const, delayMs: this.#definition.supervise.maxMs } : this.supervision.onFailure(nowMs);
    this.#ports.log("error", `${this.actorId} failed: ${this.lastError}`, error);
    if (directive.kind === "give-up") return void this.#giveUp(error);
    this.announce("error", `${this.lastError}: restart in ${directive.delayMs} ms`, isExpected(error) ? error.type : "ACTOR_FAILED");
    this.status = "restarting";
    const activation = this.#activation;
    this.#ports.systemClock.after(directive.delayMs, () => {
      if (activation === this.#activation && this.status === "restarting") {
        this.status = "passive";
        this.#startQuietly();
      }
    });
  }

  /** A person asks for a fresh start, also after the supervisor gave up. */
  async restart(): Promise<void> {
    this.#end();
    this.supervision.reset();
    this.restarts++;
    this.status = "passive";
    await this.start();
  }

  /** Ends in order: waits for the message being handled, then lets the actor save what it wants to. */
  async stop(): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => (this.#whenFree = resolve));
    this.#whenFree = null;
    if (this.status === "active") await this.#definition.deactivate?.(this);
    this.#end();
    this.status = "passive";
    for (const mailbox of [this.#control, this.#market]) {
      for (const envelope of mailbox.drain()) {
        this.#ports.pending(-1);
        this.#refuse(envelope, "ACTOR_PASSIVE", `${this.actorId} is being passivated`);
      }
    }
    await this.#ports.directory.release(this.kind, this.id, this.epoch);
  }

  #startQuietly(): void {
    this.start().catch((error: unknown) => this.#ports.log("debug", `${this.actorId} did not start`, error));
  }

  #abandon(error: DstaError): void {
    this.status = "stopped";
    for (const mailbox of [this.#control, this.#market]) {
      for (const envelope of mailbox.drain()) {
        this.#ports.pending(-1);
        this.#refuseWith(envelope, error);
      }
    }
    this.#ports.forget(this);
  }

  async #giveUp(error: unknown): Promise<void> {
    this.status = "stopped";
    this.announce("critical", `stopped after ${this.supervision.describe(this.#ports.systemClock.now())}: ${messageOf(error)}`, "GAVE_UP");
    const cause = error instanceof Error ? error : new Error(messageOf(error));
    let verdict: "stop" | "revive" = "stop";
    try {
      verdict = (await this.#definition.gaveUp?.(this, cause)) ?? "stop";
    } catch (failure) {
      this.#ports.log("error", `${this.actorId} could not record that it gave up`, failure);
    }
    if (verdict === "revive" && this.status === "stopped") {
      this.supervision.reset();
      this.status = "passive";
      this.#startQuietly();
      return;
    }
    for (const mailbox of [this.#control, this.#market]) {
      for (const envelope of mailbox.drain()) {
        this.#ports.pending(-1);
        this.#refuse(envelope, "ACTOR_STOPPED", `${this.actorId} was stopped by its supervisor`);
      }
    }
  }

  #end(): void {
    this.#activation++;
    this.#busy = false;
    this.#whenFree?.();
    const cleanups = this.#cleanups;
    this.#cleanups = [];
    for (const cleanup of cleanups) cleanup();
  }

  // ---- what handlers may do -------------------------------------------------------------------------------------

  ask<P, R>(message: MessageContract<P, R>, id: string, params: P): Promise<R> {
    return this.#ports.ask(message, id, params);
  }

  tell<P, R>(message: MessageContract<P, R>, id: string, params: P): void {
    this.#ports.tell(message, id, params);
  }

  publish(subject: string, message: unknown): void {
    this.#ports.feed.publish(subject, message);
  }

  subscribe<P, R>(subject: string, message: MessageContract<P, R>, options: { readonly conflate?: boolean } = {}): void {
    const slot = options.conflate ? { pending: null as Envelope | null } : null;
    const unsubscribe = this.#ports.feed.subscribe(subject, (params) => {
      if (slot?.pending) {
        slot.pending.params = params;
        return;
      }
      const envelope = tellEnvelope(message.name, params, message.lane, slot);
      if (slot) slot.pending = envelope;
      this.accept(envelope);
    });
    this.#cleanups.push(unsubscribe);
  }

  after<P, R>(delayMs: number, message: MessageContract<P, R>, params: P): CancelTimer {
    const activation = this.#activation;
    const cancel = this.clock.after(delayMs, () => {
      if (activation === this.#activation) this.accept(tellEnvelope(message.name, params, message.lane, null));
    });
    this.#cleanups.push(cancel);
    if (this.#cleanups.length > 256) this.#cleanups = this.#cleanups.slice(-256);
    return cancel;
  }

  pipe<T, P, R>(work: Promise<T>, message: MessageContract<P, R>, toParams: (outcome: { readonly value: T } | { readonly error: unknown }) => P): void {
    const activation = this.#activation;
    const settle = (outcome: { readonly value: T } | { readonly error: unknown }): void => {
      if (activation === this.#activation) this.accept(tellEnvelope(message.name, toParams(outcome), message.lane, null));
    };
    work.then((value) => settle({ value }), (error: unknown) => settle({ error }));
  }

  announce(severity: Severity, text: string, code?: string): void {
    this.#ports.announce(severity, this.actorId, text, code ?? null);
  }
}

export function tellEnvelope(name: string, params: unknown, lane: "control" | "market", slot: Envelope["slot"]): Envelope {
  return { name, params, lane, resolve: null, reject: null, deadlineMs: 0, slot };
}
