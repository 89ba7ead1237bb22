/**
 * The reminders of one activation: kept in the store first, then timers on the trading clock. A due one is asked of the
 * actor and removed when the handler has succeeded; a handler that fails in an expected way is asked again with a back-off,
 * and one that crashes hears it from the next activation. Overdue ones are due at once.
 */
import type { CancelTimer } from "../../domain/kernel/clock.ts";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { backoffMs } from "../../domain/kernel/supervision.ts";
import type { Reminder, ReminderStore } from "../reminders/reminders.ts";
import type { ActivationHome, CellPorts } from "./cell-ports.ts";
import type { OwnMail } from "./envelope.ts";

const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export class ReminderTimers {
  readonly #home: ActivationHome;
  readonly #ports: CellPorts;
  readonly #activation: { readonly epoch: bigint; readonly ended: boolean };
  readonly #own: OwnMail;
  readonly #store: ReminderStore;
  readonly #timers = new Map<string, { readonly reminder: Reminder; cancel: CancelTimer }>();

  /** @throws {DstaError} REMINDERS_UNAVAILABLE when the floor keeps none, or the kind does not say that it uses them */
  constructor(home: ActivationHome, ports: CellPorts, activation: { readonly epoch: bigint; readonly ended: boolean }, own: OwnMail) {
    if (ports.reminders === undefined || home.definition.reminders !== true) {
      throw new DstaError("REMINDERS_UNAVAILABLE", `no reminders are kept for actors of kind ${home.kind} here`, { code: 501 });
    }
    this.#home = home;
    this.#ports = ports;
    this.#activation = activation;
    this.#own = own;
    this.#store = ports.reminders;
  }

  async takeOver(): Promise<void> {
    const reminders = await this.#store.takeOver(this.#home.kind, this.#home.id, this.#activation.epoch);
    for (const reminder of reminders) this.#arm(reminder, 0);
  }

  async set(reminder: Reminder): Promise<void> {
    await this.#store.set(reminder, this.#activation.epoch);
    this.#arm(reminder, 0);
  }

  async cancel(name: string): Promise<void> {
    this.#disarm(name);
    await this.#store.cancel({ kind: this.#home.kind, id: this.#home.id, name }, this.#activation.epoch);
  }

  end(): void {
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #disarm(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }

  #arm(reminder: Reminder, failures: number): void {
    if (this.#activation.ended) return;
    this.#disarm(reminder.name);
    const clock = this.#ports.tradingClock;
    const delayMs = failures === 0 ? Math.max(0, reminder.dueMs - clock.now()) : backoffMs(failures, RETRY_BASE_MS, RETRY_MAX_MS, 1);
    const cancel = clock.after(delayMs, () => {
      // A clock may have fired early: it waits no longer than its machine's timers can.
      if (clock.now() < reminder.dueMs) this.#arm(reminder, 0);
      else this.#ask(reminder, failures);
    });
    this.#timers.set(reminder.name, { reminder, cancel });
  }

  #ask(reminder: Reminder, failures: number): void {
    const message = this.#home.definition.messages[reminder.message];
    if (!message) {
      this.#ports.log("error", `${this.#home.actorId} has a reminder ${reminder.name} for a message it does not know: ${reminder.message}`);
      return;
    }
    this.#home.accept({
      name: message.name,
      params: reminder.params,
      lane: message.lane,
      resolve: () => void this.#done(reminder),
      reject: (error) => this.#failed(reminder, failures, error),
      deadlineMs: 0,
      own: this.#own,
      arrival: null,
    });
  }

  async #done(reminder: Reminder): Promise<void> {
    if (this.#isPresent(reminder)) this.#timers.delete(reminder.name);
    try {
      await this.#store.remove(reminder, reminder.dueMs, this.#activation.epoch);
    } catch (error) {
      this.#ports.log("warn", `${this.#home.actorId} will hear its reminder ${reminder.name} again: ${messageOf(error)}`);
    }
  }

  #failed(reminder: Reminder, failures: number, error: unknown): void {
    this.#ports.log("warn", `${this.#home.actorId} could not act on its reminder ${reminder.name}: ${messageOf(error)}`);
    if (this.#isPresent(reminder)) this.#arm(reminder, failures + 1);
  }

  /** Not replaced or taken back while it was being handled. */
  #isPresent(reminder: Reminder): boolean {
    return this.#timers.get(reminder.name)?.reminder === reminder;
  }
}
