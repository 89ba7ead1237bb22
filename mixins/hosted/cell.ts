/**
 * One actor on this node, as messages see it: takes them in, gives them to its handlers one at a time, and says what
 * became of each. Its life (starts, restarts, ends) is `CellLife`.
 *
 * Invariants: one message at a time; a handler acts through the context of its own activation, which its end silences;
 * a control tell survives a crash in the mailbox, also the one at fault, until it has crashed its actor too often.
 */
import { InvariantError, isExpected } from "../../domain/kernel/errors.ts";
import type { Activation } from "./activation.ts";
import type { AnyActor } from "./actor.ts";
import { CellLife } from "./cell-life.ts";
import type { CellPorts } from "./cell-ports.ts";
import type { Envelope } from "./envelope.ts";
import { refuse, refuseWith } from "./refusals.ts";
import { nodeLost } from "./remote.ts";
import type { Runnable } from "./run-queue.ts";

/** Reading the clock twice costs as much as a small handler: every 16th message is timed, the first among them. */
const LATENCY_EVERY = 16;
const NOT_TIMED = -1;

export class Cell extends CellLife implements Runnable {
  readonly urgent: boolean;
  #isQueued = false;
  /** Messages whose promise the mailbox does not wait for. */
  #interleaved = 0;

  constructor(definition: AnyActor, id: string, ports: CellPorts) {
    super(definition, id, ports);
    this.urgent = ports.isUrgent(definition.kind);
  }

  get waiting(): number {
    return this.inbox.size + (this.handling === null ? 0 : 1);
  }

  /** Something waits or is under way, interleaved questions included. */
  get isBusy(): boolean {
    return this.waiting + this.#interleaved > 0;
  }

  /** What the present activation holds. */
  get state(): unknown {
    return this.activation?.state;
  }

  /** Takes a message or refuses it with a typed reason; never throws. */
  accept(envelope: Envelope): void {
    if (this.status === "stopped") {
      envelope.arrival?.taken();
      return this.#refuse(envelope, "ACTOR_STOPPED", `was stopped by its supervisor: ${this.lastError ?? "no reason kept"}`);
    }
    if (!this.inbox.push(envelope)) return this.#onFull(envelope);
    if (envelope.arrival !== null) {
      if (this.isOwner) envelope.arrival.taken();
      else this.inbox.leaveUnpromised(envelope);
    }
    if (this.status === "active") this.schedule();
    else if (this.status === "passive") this.startQuietly();
  }

  #onFull(envelope: Envelope): void {
    envelope.arrival?.taken();
    this.#refuse(envelope, "MAILBOX_FULL", `has ${this.definition.mailbox[envelope.lane]} ${envelope.lane} messages waiting`);
    if (envelope.lane === "control" && envelope.resolve === null) {
      this.fail(new InvariantError(`control mailbox of ${this.actorId} is full`));
    }
  }

  #refuseWith(envelope: Envelope, error: unknown): void {
    refuseWith(this.ports.deadLetters, this.actorId, envelope, error);
  }

  #refuse(envelope: Envelope, type: string, reason: string): void {
    refuse(this.ports.deadLetters, this.actorId, envelope, type, `${this.actorId} ${reason}`);
  }

  protected schedule(): void {
    if (this.#isQueued || this.handling !== null || this.inbox.size === 0) return;
    this.#isQueued = true;
    this.ports.runQueue.add(this);
  }

  turn(batch: number): boolean {
    this.lastUsedMs = this.ports.systemClock.now();
    for (let count = 0; count < batch; count++) {
      const envelope = this.status === "active" && this.handling === null ? this.inbox.shift() : undefined;
      if (!envelope) break;
      this.#handle(envelope, this.activation!);
    }
    const more = this.status === "active" && this.handling === null && this.inbox.size > 0;
    this.#isQueued = more;
    return more;
  }

  #handle(envelope: Envelope, activation: Activation): void {
    const { own } = envelope;
    if (own !== null) {
      if (own.activation !== activation) return;
      if (own.pending === envelope) own.pending = null;
    }
    if (envelope.deadlineMs > 0 && this.ports.systemClock.now() > envelope.deadlineMs) {
      return this.#refuse(envelope, "DEADLINE_PASSED", `had no time for ${envelope.name} before its deadline`);
    }
    const startedMs = this.processed++ % LATENCY_EVERY === 0 ? this.ports.elapsedMs() : NOT_TIMED;
    try {
      const result: unknown = this.definition.handle[envelope.name]!(activation, envelope.params);
      if (result === undefined || !(result instanceof Promise)) {
        envelope.resolve?.(result);
        return this.#noteLatency(startedMs);
      }
      if (this.definition.interleave?.includes(envelope.name)) this.#interleave(envelope, result);
      else this.#await(envelope, activation, result, startedMs);
    } catch (error) {
      this.#onError(envelope, activation, error);
    }
  }

  #noteLatency(startedMs: number): void {
    if (startedMs !== NOT_TIMED) this.latency.add(this.ports.elapsedMs() - startedMs);
  }

  #interleave(envelope: Envelope, result: Promise<unknown>): void {
    this.#interleaved++;
    result.then(
      (value) => {
        this.#interleaved--;
        envelope.resolve?.(value);
      },
      (error: unknown) => {
        this.#interleaved--;
        this.#refuseWith(envelope, error);
      },
    );
  }

  #await(envelope: Envelope, activation: Activation, result: Promise<unknown>, startedMs: number): void {
    // Its handler failed the activation itself before it began to wait.
    if (activation.ended) return this.#settleLate(envelope, result);
    this.handling = envelope;
    this.ports.pending(1);
    const done = (): boolean => {
      if (activation.ended) return false;
      this.ports.pending(-1);
      this.handling = null;
      this.whenFree?.();
      this.#noteLatency(startedMs);
      return true;
    };
    result.then(
      (value) => {
        const isAlive = done();
        envelope.resolve?.(value);
        if (isAlive) this.schedule();
      },
      (error: unknown) => {
        if (done()) this.#onError(envelope, activation, error);
        else this.#onLateError(envelope, error);
      },
    );
  }

  #settleLate(envelope: Envelope, result: Promise<unknown>): void {
    result.then(
      (value) => envelope.resolve?.(value),
      (error: unknown) => this.#onLateError(envelope, error),
    );
  }

  /** A handler whose activation ended before it: what it had done by then is not known to who asked. */
  #onLateError(envelope: Envelope, error: unknown): void {
    this.ports.log("debug", `${this.actorId} ended while it handled ${envelope.name}`, error);
    const wasCut = isExpected(error) && error.type === "ACTIVATION_ENDED";
    envelope.reject?.(wasCut ? nodeLost(this.actorId, `its activation ended while it handled ${envelope.name}`) : error);
  }

  /** An expected failure is the sender's to know; anything else means this state can no longer be trusted. */
  #onError(envelope: Envelope, activation: Activation, error: unknown): void {
    if (activation.ended) return this.#refuseWith(envelope, error);
    const isFatal = !isExpected(error) || this.ports.isFatal(error) || error.type === "DIRECTORY_INVALID";
    if (!isFatal) {
      this.#refuseWith(envelope, error);
      this.schedule();
      return;
    }
    this.handleAgainOrRefuse(envelope, error);
    this.crash(error);
  }
}
