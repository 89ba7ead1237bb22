/**
 * An actor's life on this node: claim, activation, restarts by its supervisor, and its three ends: in order (`leave`), at
 * once (`lose`, when the node's session is over), by verdict (`stopped`, when the supervisor gave up).
 *
 *   passive → activating → active ⇄ (turns) → restarting → activating …   → stopped
 *                             └→ moving → passive
 *
 * Invariants: at most one activation that may act; every start claims a new epoch first; whatever the end, each message
 * that waited is delivered elsewhere, refused to its sender, or a dead letter.
 */
import { type DstaError, isExpected, messageOf } from "../../domain/kernel/errors.ts";
import type { AnyActor } from "./actor.ts";
import { Activation, activationEnded } from "./activation.ts";
import type { ActivationHome, CellPorts } from "./cell-ports.ts";
import { CellRecord } from "./cell-record.ts";
import { type Envelope, isKept } from "./envelope.ts";
import { Inbox } from "./inbox.ts";
import { Ownership } from "./ownership.ts";
import { Patience } from "./patience.ts";
import { PoisonWatch } from "./poison.ts";
import { refuse, refuseWith } from "./refusals.ts";
import { nodeLost, wrongOwner } from "./remote.ts";

const POISON_AFTER = 3;

export abstract class CellLife extends CellRecord implements ActivationHome {
  protected readonly ports: CellPorts;
  protected readonly inbox: Inbox;
  protected activation: Activation | null = null;
  /** The message whose handler is waiting. */
  protected handling: Envelope | null = null;
  protected whenFree: (() => void) | null = null;
  /** Raised by every end: a start that finds another number than the one it began with was overtaken. */
  #attempt = 0;
  #starting: Promise<void> | null = null;
  #leaving: Promise<void> | null = null;
  readonly #ownership: Ownership;
  #failedStarts = 0;
  /** Made with the first crash. */
  #poison: PoisonWatch | null = null;

  constructor(definition: AnyActor, id: string, ports: CellPorts) {
    super(definition, id);
    this.ports = ports;
    this.inbox = new Inbox(definition.mailbox, ports.pending);
    this.#ownership = new Ownership(this, ports);
  }

  abstract accept(envelope: Envelope): void;
  protected abstract schedule(): void;
  /** Promised to this node for as long as nobody ends it here. */
  protected get isOwner(): boolean {
    return this.#ownership.isHeld && this.status !== "moving";
  }

  /** Resolves when active; rejects with what stopped the start (the supervisor then tries again by itself). */
  start(): Promise<void> {
    if (this.status === "active") return Promise.resolve();
    if (this.#leaving) return Promise.reject(activationEnded(this.actorId));
    this.#starting ??= this.#start(this.#attempt);
    return this.#starting;
  }

  protected startQuietly(): void {
    this.start().catch((error: unknown) => this.ports.log("debug", `${this.actorId} did not start`, error));
  }

  async #start(attempt: number): Promise<void> {
    this.status = "activating";
    this.ports.pending(1);
    try {
      const activation = await this.#claim(attempt);
      const state: unknown = await this.definition.activate(activation);
      // `activate` may have set it already, for messages it sent to itself.
      if (state !== undefined) activation.state = state;
      if (this.definition.reminders === true && this.ports.reminders && !activation.ended) await activation.armReminders();
      if (activation.ended) throw activationEnded(this.actorId);
      this.#starting = null;
      this.#failedStarts = 0;
      this.status = "active";
      this.lastUsedMs = this.ports.systemClock.now();
      this.schedule();
    } catch (error) {
      if (attempt === this.#attempt) this.#onStartFailed(error);
      throw error;
    } finally {
      this.ports.pending(-1);
    }
  }

  async #claim(attempt: number): Promise<Activation> {
    await this.#ownership.whenReleased();
    const { epoch } = await this.ports.directory.claim(this.kind, this.id, () => attempt === this.#attempt);
    if (attempt !== this.#attempt) {
      // Ended meanwhile, for good or to be claimed once more.
      if (this.status === "passive" || this.status === "moving") await this.#ownership.giveBack(epoch);
      throw activationEnded(this.actorId);
    }
    this.epoch = epoch;
    this.#ownership.begin();
    this.inbox.promiseAll();
    return (this.activation = new Activation(this, this.ports, epoch));
  }

  #onStartFailed(error: unknown): void {
    if (isExpected(error) && error.type === "WRONG_OWNER" && this.ports.remote) return this.#disown();
    // A key that does not exist is an answer, not an illness: forget the actor instead of restarting it for ever.
    if (isExpected(error) && error.code === 404) return this.#abandon(error);
    this.endActivation();
    const later = isExpected(error) && (error.retryable || error.type === "NODE_LOST") ? this.#failedStarts++ : null;
    this.#supervise(error, later);
  }

  /** Something outside a handler failed: the activation ends, the supervisor decides what follows. */
  fail(error: unknown): void {
    const inHand = this.handling;
    if (inHand !== null && isKept(inHand) && this.activation) this.#handleAgain(inHand, error);
    this.crash(error);
  }

  protected crash(error: unknown): void {
    if (this.activation === null && this.status !== "activating") return;
    this.endActivation();
    if (this.status === "moving") this.ports.log("error", `${this.actorId} failed while it was ending: ${messageOf(error)}`, error);
    else this.#supervise(error, null);
  }

  /** @param failedStarts how often a start failed in a row for want of others, who will be back; null for a fault of its own */
  #supervise(error: unknown, failedStarts: number | null): void {
    const nowMs = this.ports.systemClock.now();
    this.lastError = messageOf(error);
    this.lastErrorAtMs = nowMs;
    this.restarts++;
    const { baseMs, maxMs } = this.definition.supervise;
    const waiting = { kind: "restart", delayMs: Math.min(maxMs, baseMs * 2 ** Math.min(failedStarts ?? 0, 30)) } as const;
    const directive = failedStarts === null ? this.supervision.onFailure(nowMs) : waiting;
    this.ports.log("error", `${this.actorId} failed: ${this.lastError}`, error);
    if (directive.kind === "give-up") return void this.#giveUp(error);
    const code = isExpected(error) ? error.type : "ACTOR_FAILED";
    if (failedStarts === null || failedStarts === 0)
      this.ports.announce("error", this.actorId, `${this.lastError}: restart in ${directive.delayMs} ms`, code);
    this.status = "restarting";
    const attempt = this.#attempt;
    this.ports.systemClock.after(directive.delayMs, () => {
      if (attempt === this.#attempt && this.status === "restarting") this.startQuietly();
    });
  }

  /** A control tell that its activation did not survive: again after the restart, or not, when it was too often at fault. */
  protected handleAgainOrRefuse(envelope: Envelope, error: unknown): void {
    if (isKept(envelope)) this.#handleAgain(envelope, error);
    else refuseWith(this.ports.deadLetters, this.actorId, envelope, error);
  }

  #handleAgain(envelope: Envelope, error: unknown): void {
    this.#poison ??= new PoisonWatch();
    const crashes = this.#poison.blame(envelope, error);
    if (crashes < (this.definition.poisonAfter ?? POISON_AFTER)) return this.inbox.putBack(envelope);
    this.ports.deadLetters.add(this.actorId, envelope.name, `POISON after ${crashes} crashes: ${messageOf(error)}`);
  }

  /** A person asks for a fresh start, also after the supervisor gave up. */
  async restart(): Promise<void> {
    if (this.#leaving) throw activationEnded(this.actorId);
    if (this.handling !== null && isKept(this.handling)) this.inbox.putBack(this.handling);
    this.endActivation();
    this.supervision.reset();
    this.restarts++;
    this.status = "passive";
    await this.start();
  }

  protected endActivation(): void {
    this.#attempt++;
    this.#starting = null;
    this.activation?.end();
    this.activation = null;
    if (this.handling !== null) this.ports.pending(-1);
    this.handling = null;
    this.whenFree?.();
  }

  /**
   * Ends in order, within `timeoutMs`, else as a crash would: after the message being handled the actor saves what it wants
   * to and the lease is given back. Messages wait meanwhile; then the host delivers them to whoever is the actor next.
   */
  leave(timeoutMs: number): Promise<void> {
    if (this.status === "passive") return Promise.resolve();
    this.#leaving ??= this.#leave(new Patience(this.ports.systemClock, timeoutMs)).finally(() => (this.#leaving = null));
    return this.#leaving;
  }

  async #leave(patience: Patience): Promise<void> {
    const starting = this.#starting;
    if (starting) await patience.within(starting.catch(() => undefined));
    // What was starting turned out to live elsewhere, or not to exist.
    if (this.status === "passive") return patience.end();
    const wasActive = this.status === "active";
    this.status = "moving";
    if (this.handling) await patience.within(new Promise<void>((resolve) => (this.whenFree = resolve)));
    this.whenFree = null;
    if (wasActive && !this.handling && this.activation) await this.#letSave(this.activation, patience);
    if (this.handling !== null && isKept(this.handling)) this.inbox.putBack(this.handling);
    this.endActivation();
    await patience.within(this.#ownership.tellReleased(null));
    await this.#ownership.giveBack(this.epoch);
    patience.end();
    // Lost meanwhile: what waited was dealt with then.
    if (this.status !== "moving") return;
    this.status = "passive";
    this.ports.forget(this);
    this.#empty((envelope) => this.ports.deliverAgain(this, envelope));
  }

  async #letSave(activation: Activation, patience: Patience): Promise<void> {
    try {
      await patience.within(Promise.resolve(this.definition.deactivate?.(activation)));
    } catch (error) {
      this.ports.log("error", `${this.actorId} could not end in order`, error);
    }
  }

  /** Ends at once and saves nothing: others may own the actor already. */
  lose(why: string): void {
    const inHand = this.handling;
    const { remote, deadLetters } = this.ports;
    const lost = nodeLost(this.actorId, why);
    const starting = this.#starting;
    this.endActivation();
    this.status = "passive";
    void this.#ownership.tellReleased(starting);
    if (inHand?.reject) inHand.reject(lost);
    else if (inHand && isKept(inHand)) this.inbox.putBack(inHand);
    this.#empty((envelope) => {
      if (remote && isKept(envelope)) remote.send(this.kind, this.id, envelope);
      else refuseWith(deadLetters, this.actorId, envelope, lost);
    });
  }

  /** Another node has the actor. */
  #disown(): void {
    this.endActivation();
    this.status = "passive";
    void this.#ownership.tellReleased(null);
    this.ports.forget(this);
    this.#empty((envelope) => this.ports.remote?.send(this.kind, this.id, envelope));
  }

  /**
   * What waits: `end` ends those that this node answers for, which are no arrivals any more, as their senders have forgotten
   * them; then the others, the later ones, go back to the nodes that sent them. What the actor sent to itself ends with it.
   */
  #empty(end: (envelope: Envelope) => void): void {
    const { promised, unpromised } = this.inbox.takeAll();
    for (const envelope of promised) if (envelope.own === null) end({ ...envelope, arrival: null });
    if (unpromised.length === 0) return;
    const { directory } = this.ports;
    const node = directory.locate(this.kind, this.id)?.node ?? directory.candidate(this.kind, this.id);
    for (const { arrival } of unpromised) arrival?.refused(wrongOwner(this.actorId, node));
  }

  #abandon(error: DstaError): void {
    this.endActivation();
    this.lastError = messageOf(error);
    this.status = "passive";
    this.inbox.promiseAll();
    this.#empty((envelope) => refuseWith(this.ports.deadLetters, this.actorId, envelope, error));
    this.ports.forget(this);
    void this.#ownership.tellReleased(null);
    void this.#ownership.giveBack(this.epoch);
  }

  async #giveUp(error: unknown): Promise<void> {
    this.status = "stopped";
    const history = this.supervision.describe(this.ports.systemClock.now());
    this.ports.announce("critical", this.actorId, `stopped after ${history}: ${messageOf(error)}`, "GAVE_UP");
    const verdict = await this.#lastWish(error);
    if (this.status !== "stopped") return;
    if (verdict === "revive") {
      this.supervision.reset();
      this.startQuietly();
      return;
    }
    const reason = `${this.actorId} was stopped by its supervisor`;
    this.#empty((envelope) => refuse(this.ports.deadLetters, this.actorId, envelope, "ACTOR_STOPPED", reason));
  }

  /** What the kind wants after the supervisor gave up: an activation of its own, without state. */
  async #lastWish(error: unknown): Promise<"stop" | "revive"> {
    const activation = new Activation(this, this.ports, this.epoch);
    try {
      return (await this.definition.gaveUp?.(activation, error instanceof Error ? error : new Error(messageOf(error)))) ?? "stop";
    } catch (failure) {
      this.ports.log("error", `${this.actorId} could not record that it gave up`, failure);
      return "stop";
    } finally {
      activation.end();
    }
  }
}
