/**
 * How a message that will not be handled ends: its sender gets the error, or it becomes a dead letter when nobody waits.
 * A conflated subscription's slot is emptied, so that the next message is delivered anew.
 */
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Envelope } from "./envelope.ts";

export function refuseWith(deadLetters: DeadLetters, actorId: string, envelope: Envelope, error: unknown): void {
  if (envelope.slot?.pending === envelope) envelope.slot.pending = null;
  if (envelope.reject) envelope.reject(error);
  else deadLetters.add(actorId, envelope.name, messageOf(error));
}

/** The actor cannot take it now; the same message may be taken later. */
export function unavailable(type: string, actorId: string, reason: string): DstaError {
  return new DstaError(type, reason, { code: 503, retryable: true, data: { actor: actorId } });
}
