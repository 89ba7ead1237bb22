/**
 * Counts the crashes of one message: the one an actor was handling when it failed, and that was put back in front of its
 * mailbox. There is one suspect at a time, since nothing else is handled before it.
 */
import { isExpected } from "../../domain/kernel/errors.ts";
import { isFatalJournalError } from "../journal/event-stream.ts";
import type { Envelope } from "./envelope.ts";

export class PoisonWatch {
  #suspect: Envelope | null = null;
  #crashes = 0;

  /** How many crashes it is to blame for, this one included. */
  blame(envelope: Envelope, error: unknown): number {
    if (this.#suspect !== envelope) this.#crashes = 0;
    this.#suspect = envelope;
    if (!isOfActivation(error)) this.#crashes++;
    return this.#crashes;
  }
}

/** The activation had lost its stream or its lease: no message is to blame. */
function isOfActivation(error: unknown): boolean {
  return isFatalJournalError(error) || (isExpected(error) && (error.type === "DIRECTORY_INVALID" || error.type === "ACTIVATION_ENDED"));
}
