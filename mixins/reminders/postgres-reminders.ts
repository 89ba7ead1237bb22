/**
 * Reminders on PostgreSQL, table `dsta.reminder` (made by the journal's migrations): durable when acknowledged.
 *
 * One lane of group commit, as the journal's: what thousands of actors ask for while they wake costs few statements. While
 * the database is away requests wait up to `maxAwayMs`, then fail with JOURNAL_UNAVAILABLE; each may be repeated.
 */
import type { Clock } from "../../domain/kernel/clock.ts";
import { CommitLane } from "../journal/commit-lane.ts";
import { Link } from "../journal/link.ts";
import { acceptDue, acceptKey, acceptOwner, acceptReminder } from "./accept.ts";
import { executeReminders, pickReminders } from "./reminder-batch.ts";
import type { ReminderWork } from "./reminder-batch.ts";
import type { Reminder, ReminderKey, ReminderStore } from "./reminders.ts";

export interface PostgresRemindersOptions {
  /** `postgres://…`, of a database that `openPostgresJournal` has brought up to date. */
  readonly url: string;
  readonly clock: Clock;
  /** Most requests waiting or in flight; beyond it JOURNAL_FULL. Default 8,192. */
  readonly maxPending?: number;
  /** Longest a request waits while the database is away, ms. Default 10,000. */
  readonly maxAwayMs?: number;
}

export class PostgresReminders implements ReminderStore {
  readonly #lane: CommitLane<ReminderWork, readonly Reminder[]>;

  constructor({ url, clock, maxPending = 8_192, maxAwayMs = 10_000 }: PostgresRemindersOptions) {
    const link = new Link({ url, clock, statementTimeoutMs: 10_000, connectTimeoutMs: 2_000 });
    const key = ({ kind, id }: ReminderWork): string => `${kind}/${id}`;
    this.#lane = new CommitLane({ link, clock, maxPending, maxAwayMs, key, pick: pickReminders, execute: executeReminders });
  }

  async set(reminder: Reminder, epoch: bigint): Promise<void> {
    const paramsText = acceptReminder(reminder, epoch);
    const { kind, id, name, dueMs, message } = reminder;
    await this.#lane.submit({ work: "set", kind, id, name, dueMs, message, paramsText, epoch });
  }

  async cancel(key: ReminderKey, epoch: bigint): Promise<void> {
    acceptKey(key, epoch);
    const { kind, id, name } = key;
    await this.#lane.submit({ work: "drop", kind, id, name, dueMs: null, epoch });
  }

  async takeOver(kind: string, id: string, epoch: bigint): Promise<readonly Reminder[]> {
    acceptOwner(kind, id, epoch);
    return this.#lane.submit({ work: "take", kind, id, epoch });
  }

  async remove(key: ReminderKey, dueMs: number, epoch: bigint): Promise<void> {
    acceptKey(key, epoch);
    acceptDue(dueMs);
    const { kind, id, name } = key;
    await this.#lane.submit({ work: "drop", kind, id, name, dueMs, epoch });
  }

  /** Finishes what waits, unless the database is away. */
  close(): Promise<void> {
    return this.#lane.close();
  }
}
