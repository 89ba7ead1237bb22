/** What a store of reminders takes in, whichever it is: checked at the door, so a bad one fails alone. */
import { acceptEpoch, acceptJson, acceptName } from "../../domain/journal/accept.ts";
import { DstaError, invalid } from "../../domain/kernel/errors.ts";
import type { Reminder, ReminderKey } from "./reminders.ts";

export const PARAMS_LIMIT_BYTES = 64 * 1024;
/** Most reminders of one actor. */
export const REMINDERS_PER_ACTOR = 1_000;

/** Returns `params` as JSON text. @throws {DstaError} VALIDATION_ERROR, REMINDER_TOO_LARGE */
export function acceptReminder(reminder: Reminder, epoch: bigint): string {
  acceptKey(reminder, epoch);
  acceptDue(reminder.dueMs);
  acceptName("message", reminder.message);
  return acceptJson("params", reminder.params, PARAMS_LIMIT_BYTES, "REMINDER_TOO_LARGE");
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptKey({ kind, id, name }: ReminderKey, epoch: bigint): void {
  acceptOwner(kind, id, epoch);
  acceptName("name", name);
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptOwner(kind: string, id: string, epoch: bigint): void {
  acceptName("kind", kind);
  acceptName("id", id);
  acceptEpoch(epoch);
}

/** @throws {DstaError} VALIDATION_ERROR */
export function acceptDue(dueMs: number): void {
  if (!Number.isSafeInteger(dueMs)) throw invalid("dueMs", "whole milliseconds since 1970", dueMs);
}

/** Somebody else has the actor: the holder of `epoch` must stop acting. */
export function reminderFenced(kind: string, id: string, epoch: bigint, currentEpoch: bigint): DstaError {
  return new DstaError("FENCED", `the reminders of ${kind} ${id} are at epoch ${currentEpoch}; epoch ${epoch} may no longer touch them`, {
    code: 409,
    data: { kind, id, epoch: String(epoch), currentEpoch: String(currentEpoch) },
  });
}

export function remindersFull(kind: string, id: string): DstaError {
  const message = `${kind} ${id} has ${REMINDERS_PER_ACTOR} reminders already`;
  return new DstaError("REMINDERS_FULL", message, { code: 507, data: { kind, id, limit: REMINDERS_PER_ACTOR } });
}
