/**
 * One message on its way to an actor: what is said, how important it is, who waits for the answer, and what becomes of
 * it when its actor is not here or its activation ends.
 */
import type { DstaError } from "../../domain/kernel/errors.ts";

export interface Envelope {
  readonly name: string;
  params: unknown;
  readonly lane: "control" | "market";
  /** Null for a tell. An answer after another one, or after a rejection, is to do nothing. */
  readonly resolve: ((value: unknown) => void) | null;
  readonly reject: ((error: unknown) => void) | null;
  /** By the system clock; 0 for none. */
  readonly deadlineMs: number;
  /** Sent by an activation to itself (timer, pipe, subscription): dropped when that activation has ended. */
  readonly own: OwnMail | null;
  /** Came from another node, whose sender must hear whether it was taken here. */
  readonly arrival: Arrival | null;
}

/** Where a self-sent message comes from. */
export interface OwnMail {
  /** Compared by identity with the present activation. */
  readonly activation: object;
  /** Of a conflated subscription: the message that waits, which newer params replace. Emptied when it is taken. */
  pending: Envelope | null;
}

/**
 * What the sender of a message from another node hears: exactly one of the two is called, once; during `receive`, or later
 * while the actor starts here or is being moved away. An ask may settle its answer before or after `taken`.
 */
export interface Arrival {
  /** Its actor here has it: the sender may forget a tell, and waits for the answer of an ask. */
  taken(): void;
  /** It is not handled here (WRONG_OWNER, `data.node` names the owner or the candidate): the sender sends it elsewhere. */
  refused(error: DstaError): void;
}

/** A tell from an actor or a service of this node; `own` for one that an activation sends to itself. */
export function tellEnvelope(name: string, params: unknown, lane: "control" | "market", own: OwnMail | null): Envelope {
  return { name, params, lane, resolve: null, reject: null, deadlineMs: 0, own, arrival: null };
}

/** Survives the activation it was sent to: told by another actor, and not market data, which is soon worth nothing. */
export function isKept(envelope: Envelope): boolean {
  return envelope.lane === "control" && envelope.resolve === null && envelope.own === null;
}
