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
import { type DstaError, InvariantError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { ActorContext, AnyActor } from "./actor.ts";
import { Activation, type Outcome } from "./activation.ts";
import { CellMail } from "./cell-mail.ts";
import type { CellPorts } from "./cell-ports.ts";
import { CellRecord } from "./cell-record.ts";
import type { Envelope } from "./envelope.ts";
import { refuse, refuseWith } from "./refusals.ts";
import type { Runnable } from "./run-queue.ts";

/** Reading the clock twice costs as much as a small handler: every 16th message is timed, the first among them. */
const LATENCY_EVERY = 16;
const NOT_TIMED = -1;

export class Cell extends CellRecord implements Runnable, ActorContext<unknown> {
  readonly urgent: boolean;
  state: unknown = undefined;
  readonly #ports: CellPorts;
  readonly #mail: CellMail;
  readonly #activation: Activation;
  #queued = false;
  #busy = false;
  #whenFree: (() => void) | null = null;

  constructor(definition: AnyActor, id: string, ports: CellPorts) {
    super(definition, id);
    this.urgent = ports.isUrgent(definition.kind);
    this.#ports = ports;
    this.#mail = new CellMail(definition.mailbox);
    this.#activation = new Activation((envelope) => this.accept(envelope));
  }

  get waiting(): number {
    return this.#mail.size + (this.#busy ? 1 : 0);
  }

  get clock(): Clock {
    return this.#ports.tradingClock;
  }

  /** Takes a message or refuses it with a typed reason; never throws. */
  accept(envelope: Envelope): void {
    if (this.status === "stopped") {
      return this.#refuse(envelope, "ACTOR_STOPPED", `was stopped by its supervisor: ${this.lastError ?? "no reason kept"}`);
    }
    if (!this.#mail.push(envelope)) {
      this.#refuse(envelope, "MAILBOX_FULL", `has ${this.definition.mailbox[envelope.lane]} ${envelope.lane} messages waiting`);
      if (envelope.lane === "control" && envelope.resolve === null) {
        this.fail(new InvariantError(`control mailbox of ${this.actorId} is full`));
      }
      return;
    }
    this.#ports.pending(1);
    if (this.status === "active") this.#schedule();
    else if (this.status === "passive") this.#startQuietly();
  }

  #refuseWith(envelope: Envelope, error: unknown): void {
    refuseWith(this.#ports.deadLetters, this.actorId, envelope, error);
  }

  #refuse(envelope: Envelope, type: string, reason: string): void {
    refuse(this.#ports.deadLetters, this.actorId, envelope, type, `${this.actorId} ${reason}`);
  }

  #schedule(): void {
    if (this.#queued || this.#busy || this.#mail.size === 0) return;
    this.#queued = true;
    this.#ports.runQueue.add(this);
  }

  turn(batch: number): boolean {
    this.lastUsedMs = this.#ports.systemClock.now();
    for (let count = 0; count < batch; count++) {
      const envelope = this.status === "active" && !this.#busy ? this.#mail.shift() : undefined;
      if (!envelope) break;
      this.#ports.pending(-1);
      this.#handle(envelope);
    }
    const more = this.status === "active" && !this.#busy && this.#mail.size > 0;
    this.#queued = more;
    return more;
  }

  #handle(envelope: Envelope): void {
    if (envelope.slot) envelope.slot.pending = null;
    if (envelope.deadlineMs > 0 && this.#ports.systemClock.now() > envelope.deadlineMs) {
      return this.#refuse(envelope, "DEADLINE_PASSED", `had no time for ${envelope.name} before its deadline`);
    }
    const startedMs = this.processed++ % LATENCY_EVERY === 0 ? this.#ports.elapsedMs() : NOT_TIMED;
    try {
      const result: unknown = this.definition.handle[envelope.name]!(this, envelope.params);
      if (result === undefined || !(result instanceof Promise)) {
        envelope.resolve?.(result);
        return this.#noteLatency(startedMs);
      }
      if (!this.definition.interleave?.includes(envelope.name)) return this.#await(envelope, result, startedMs);
      result.then(
        (value) => envelope.resolve?.(value),
        (error: unknown) => this.#refuseWith(envelope, error),
      );
    } catch (error) {
      this.#onError(envelope, error);
    }
  }

  #noteLatency(startedMs: number): void {
    if (startedMs !== NOT_TIMED) this.latency.add(this.#ports.elapsedMs() - startedMs);
  }

  #await(envelope: Envelope, result: Promise<unknown>, startedMs: number): void {
    const activation = this.#activation.number;
    this.#busy = true;
    this.#ports.pending(1);
    const done = (): boolean => {
      this.#ports.pending(-1);
      if (activation !== this.#activation.number) return false;
      this.#busy = false;
      this.#whenFree?.();
      this.#noteLatency(startedMs);
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

  /** Resolves when active; rejects with what stopped the start (the supervisor then tries again by itself). */
  async start(): Promise<void> {
    if (this.status === "active" || this.status === "activating") return;
    this.status = "activating";
    this.#busy = false;
    const activation = ++this.#activation.number;
    this.#ports.pending(1);
    try {
      this.epoch = (await this.#ports.directory.claim(this.kind, this.id)).epoch;
      const state: unknown = await this.definition.activate(this);
      if (activation !== this.#activation.number) return;
      // `activate` may have set it already, for messages it sent to itself.
      if (state !== undefined) this.state = state;
      this.status = "active";
      this.lastUsedMs = this.#ports.systemClock.now();
      this.#schedule();
    } catch (error) {
      if (activation === this.#activation.number) this.fail(error);
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
    const later = { kind: "restart", delayMs: this.definition.supervise.maxMs } as const;
    const directive = waitsForOthers ? later : this.supervision.onFailure(nowMs);
    this.#ports.log("error", `${this.actorId} failed: ${this.lastError}`, error);
    if (directive.kind === "give-up") return void this.#giveUp(error);
    this.announce("error", `${this.lastError}: restart in ${directive.delayMs} ms`, isExpected(error) ? error.type : "ACTOR_FAILED");
    this.status = "restarting";
    const activation = this.#activation.number;
    this.#ports.systemClock.after(directive.delayMs, () => {
      if (activation === this.#activation.number && this.status === "restarting") {
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
    if (this.status === "active") await this.definition.deactivate?.(this);
    this.#end();
    this.status = "passive";
    this.#empty((envelope) => this.#refuse(envelope, "ACTOR_PASSIVE", `is being passivated`));
    await this.#ports.directory.release(this.kind, this.id, this.epoch);
  }

  #startQuietly(): void {
    this.start().catch((error: unknown) => this.#ports.log("debug", `${this.actorId} did not start`, error));
  }

  #abandon(error: DstaError): void {
    this.status = "stopped";
    this.#empty((envelope) => this.#refuseWith(envelope, error));
    this.#ports.forget(this);
  }

  async #giveUp(error: unknown): Promise<void> {
    this.status = "stopped";
    this.announce("critical", `stopped after ${this.supervision.describe(this.#ports.systemClock.now())}: ${messageOf(error)}`, "GAVE_UP");
    const verdict = await this.#lastWish(error);
    if (verdict === "revive" && this.status === "stopped") {
      this.supervision.reset();
      this.status = "passive";
      this.#startQuietly();
      return;
    }
    this.#empty((envelope) => this.#refuse(envelope, "ACTOR_STOPPED", `was stopped by its supervisor`));
  }

  /** What the kind wants after the supervisor gave up. */
  async #lastWish(error: unknown): Promise<"stop" | "revive"> {
    try {
      return (await this.definition.gaveUp?.(this, error instanceof Error ? error : new Error(messageOf(error)))) ?? "stop";
    } catch (failure) {
      this.#ports.log("error", `${this.actorId} could not record that it gave up`, failure);
      return "stop";
    }
  }

  #empty(end: (envelope: Envelope) => void): void {
    for (const envelope of this.#mail.drain()) {
      this.#ports.pending(-1);
      end(envelope);
    }
  }

  #end(): void {
    this.#busy = false;
    this.#whenFree?.();
    this.#activation.end();
  }

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
    this.#activation.subscribe(this.#ports.feed, subject, message, options.conflate === true);
  }

  after<P, R>(delayMs: number, message: MessageContract<P, R>, params: P): CancelTimer {
    return this.#activation.after(this.clock, delayMs, message, params);
  }

  pipe<T, P, R>(work: Promise<T>, message: MessageContract<P, R>, toParams: (outcome: Outcome<T>) => P): void {
    this.#activation.pipe(work, message, toParams);
  }

  announce(severity: Severity, text: string, code?: string): void {
    this.#ports.announce(severity, this.actorId, text, code ?? null);
  }
}
