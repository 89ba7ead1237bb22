/**
 * How a message that will not be handled ends: its sender gets the error, or it becomes a dead letter when nobody waits.
 * A conflated subscription's slot is emptied, so that the next message is delivered anew.
 */
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Envelope } from "./envelope.ts";

export function refuseWith(deadLetters: DeadLetters, actorId: string, envelope: Envelope, error: unknown): void {
  if (envelope.reject) envelope.reject(error);
  else bury(deadLetters, actorId, envelope, messageOf(error));
}

/** The actor cannot take it now; the same message may be taken later. An error is made only where somebody waits for it. */
export function refuse(deadLetters: DeadLetters, actorId: string, envelope: Envelope, type: string, reason: string): void {
  if (envelope.reject) envelope.reject(new DstaError(type, reason, { code: 503, retryable: true, data: { actor: actorId } }));
  else bury(deadLetters, actorId, envelope, reason);
}

function bury(deadLetters: DeadLetters, actorId: string, envelope: Envelope, reason: string): void {
  if (envelope.own?.pending === envelope) envelope.own.pending = null;
  deadLetters.add(actorId, envelope.name, reason);
}
