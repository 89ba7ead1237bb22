/**
 * Durable timers of actors, as a port: what an actor asked to be told later, kept where it survives crash and move.
 *
 * Whoever hosts the actor keeps the rules: at activation it takes the actor's reminders over (`takeOver`) and arms a
 * timer for each, overdue ones at once; a due one is delivered to the mailbox as an ask and removed (`remove`) when the
 * handler succeeded. A crash between the two delivers it again: handlers are idempotent by name and due time.
 * Fenced: a row remembers the epoch of the activation that last touched it; a lower one is refused. A zombie can thus
 * neither replace nor remove what the present owner holds; a reminder under a name that nobody holds it can still leave,
 * as a message sent before its end would be.
 */

/** Which reminder: a name of the actor's choice, one timer each. */
export interface ReminderKey {
  readonly kind: string;
  readonly id: string;
  /** 1 to 200 characters. */
  readonly name: string;
}

export interface Reminder extends ReminderKey {
  /** UTC ms on the trading clock. */
  readonly dueMs: number;
  /** Name of one of the actor's own messages. */
  readonly message: string;
  /** JSON (decimals as texts), at most 64 KB. */
  readonly params: unknown;
}

export interface ReminderStore {
  /**
   * Sets or replaces, durable when resolved.
   * @throws {DstaError} VALIDATION_ERROR, REMINDER_TOO_LARGE, REMINDERS_FULL, FENCED, JOURNAL_UNAVAILABLE (retryable)
   */
  set(reminder: Reminder, epoch: bigint): Promise<void>;
  /** Forgets it whatever its due time; nothing when there is none. @throws {DstaError} FENCED, JOURNAL_UNAVAILABLE */
  cancel(key: ReminderKey, epoch: bigint): Promise<void>;
  /**
   * An actor's reminders, earliest first; they are `epoch`'s from now on. Called once at activation; those of many actors
   * share a statement. @throws {DstaError} FENCED, JOURNAL_UNAVAILABLE
   */
  takeOver(kind: string, id: string, epoch: bigint): Promise<readonly Reminder[]>;
  /** Removes one that was delivered; one that was set to another time meanwhile stays. @throws {DstaError} FENCED, JOURNAL_UNAVAILABLE */
  remove(key: ReminderKey, dueMs: number, epoch: bigint): Promise<void>;
}
