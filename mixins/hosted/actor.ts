/**
 * What an actor is made of: a kind, the fields of its key, its state's beginning and end, and one handler a message.
 * Types only, and `defineActor`, which ties the handlers to their contracts.
 */
import type { MessageContract, MessageMap, ParamsOf, ResultOf } from "../../domain/contract/message.ts";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import type { SupervisionPolicy } from "../../domain/kernel/supervision.ts";
import type { Severity } from "../../domain/contract/views.ts";

/**
 * What a handler may do, for one activation. Timers, subscriptions and pipes end with it, and what they left in the mailbox
 * is dropped. A handler that was waiting when its activation ended can do nothing any more: asking, telling, publishing,
 * subscribing, timers and pipes throw ACTIVATION_ENDED, and the journal refuses its old epoch.
 */
export interface ActorContext<S> {
  readonly kind: string;
  /** The key's values joined with ":", e.g. `sim:BTC/USDT`. */
  readonly id: string;
  /** Of this activation; a later one anywhere has a higher epoch. */
  readonly epoch: bigint;
  /** Set by `activate`; a handler may replace it. */
  state: S;
  readonly clock: Clock;
  /** This activation is over. For callbacks of what outlives it (a socket), which must then keep what they have or drop it. */
  readonly ended: boolean;
  /**
   * Right before an effect that cannot be taken back (a venue request): this node still owns the actor.
   * @throws {DstaError} ACTIVATION_ENDED; DIRECTORY_INVALID, which ends the activation
   */
  assertValid(): void;
  /** Sends and awaits the answer. @throws what the other actor throws; ASK_TIMEOUT (retryable) */
  ask<P, R>(message: MessageContract<P, R>, id: string, params: P): Promise<R>;
  /** Sends and goes on; what cannot be delivered becomes a dead letter. */
  tell<P, R>(message: MessageContract<P, R>, id: string, params: P): void;
  /** Delivers a feed subject to this actor as `message`, until it ends. `conflate` keeps only the newest undelivered one. */
  subscribe<P, R>(subject: string, message: MessageContract<P, R>, options?: { readonly conflate?: boolean }): void;
  publish(subject: string, message: unknown): void;
  /** Sends a message to itself once, not before `delayMs`; forgotten when the activation ends. */
  after<P, R>(delayMs: number, message: MessageContract<P, R>, params: P): CancelTimer;
  /**
   * Sends a message to itself once at `atMs` of the trading clock, also after a restart or a move: kept until its handler
   * has succeeded, so the handler must stand a repetition. Replaces an earlier reminder of the name. Resolves when it is
   * durable. @throws {DstaError} REMINDERS_UNAVAILABLE; FENCED when a later activation has set it
   */
  remind<P, R>(name: string, atMs: number, message: MessageContract<P, R>, params: P): Promise<void>;
  /** Takes a reminder back; nothing when there is none. @throws as `remind` */
  forget(name: string): Promise<void>;
  /** Starts work outside the mailbox; its result comes back as a message. The actor goes on meanwhile. */
  pipe<T, P, R>(
    work: Promise<T>,
    message: MessageContract<P, R>,
    toParams: (outcome: { readonly value: T } | { readonly error: unknown }) => P,
  ): void;
  /** Reports a failure that happened outside a handler (a socket's callback): the actor is restarted. */
  fail(error: unknown): void;
  /** Says something to the people watching. */
  announce(severity: Severity, text: string, code?: string): void;
}

export type Handlers<S, M extends MessageMap> = {
  readonly [K in keyof M]: (ctx: ActorContext<S>, params: ParamsOf<M[K]>) => ResultOf<M[K]> | Promise<ResultOf<M[K]>>;
};

export interface ActorDefinition<S = unknown, M extends MessageMap = MessageMap> {
  readonly kind: string;
  /** Names of the params that make the key, in order. */
  readonly key: readonly string[];
  readonly messages: M;
  readonly mailbox: { readonly control: number; readonly market: number };
  readonly supervise: SupervisionPolicy;
  /** Passivated after this long without a message; never when absent. */
  readonly passivateMs?: number;
  /** It may use `remind`: its activation looks for reminders that are still to come. */
  readonly reminders?: boolean;
  /**
   * A control tell from another actor whose handling crashed is handled again after the restart; after this many crashes it
   * becomes a dead letter. Default 3.
   */
  readonly poisonAfter?: number;
  /**
   * Messages whose promise the mailbox does not wait for: questions to the outside that change no state. Their answers
   * may come in any order, and a replay does not count them as work under way.
   */
  readonly interleave?: readonly string[];
  /** Builds the state, from the journal where there is one. A failure here is a failed start: retried with back-off. */
  activate(ctx: ActorContext<S>): S | Promise<S>;
  readonly handle: Handlers<S, M>;
  /** Called before a graceful end; after a crash it is not. */
  deactivate?(ctx: ActorContext<S>): void | Promise<void>;
  /**
   * This node no longer owns the actor: it moved, was passivated, the node is being stopped or lost its session. Gives back
   * what outlives an activation (sockets). Not called between a crash and its restart. At a graceful end it is awaited
   * before the lease is given back.
   */
  released?(id: string): void | Promise<void>;
  /** The supervisor gave up. `revive` starts the actor once more, for kinds that then only show why they failed. */
  gaveUp?(ctx: ActorContext<S>, error: Error): Promise<"stop" | "revive">;
}

/** Takes any context and params: each handler was checked against its contract where it was defined. */
type AnyHandler = { bivariant(ctx: ActorContext<unknown>, params: unknown): unknown }["bivariant"];

/** An actor definition with its types worn off, as the host keeps it. */
export interface AnyActor extends Pick<
  ActorDefinition,
  "kind" | "key" | "messages" | "mailbox" | "supervise" | "passivateMs" | "reminders" | "poisonAfter" | "interleave"
> {
  activate(ctx: ActorContext<unknown>): unknown;
  readonly handle: Readonly<Record<string, AnyHandler>>;
  deactivate?(ctx: ActorContext<unknown>): void | Promise<void>;
  released?(id: string): void | Promise<void>;
  gaveUp?(ctx: ActorContext<unknown>, error: Error): Promise<"stop" | "revive">;
}

export function defineActor<S, M extends MessageMap>(definition: ActorDefinition<S, M>): ActorDefinition<S, M> {
  return definition;
}
