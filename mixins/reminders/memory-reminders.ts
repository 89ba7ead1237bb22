/**
 * Reminders in memory, with the same rules and refusals as the durable ones: for tests and simulation. Params are kept as
 * JSON text, so what comes back is what a real store would give back.
 */
import { acceptDue, acceptKey, acceptOwner, acceptReminder, reminderFenced, REMINDERS_PER_ACTOR, remindersFull } from "./accept.ts";
import type { Reminder, ReminderKey, ReminderStore } from "./reminders.ts";

interface Kept {
  readonly reminder: Omit<Reminder, "params">;
  readonly paramsText: string;
  epoch: bigint;
}

export class MemoryReminders implements ReminderStore {
  /** By kind and id, then by name. */
  readonly #actors = new Map<string, Map<string, Kept>>();

  set(reminder: Reminder, epoch: bigint): Promise<void> {
    return settle(() => {
      const paramsText = acceptReminder(reminder, epoch);
      const kept = this.#guarded(reminder, epoch);
      if (!kept.has(reminder.name) && kept.size >= REMINDERS_PER_ACTOR) throw remindersFull(reminder.kind, reminder.id);
      const { kind, id, name, dueMs, message } = reminder;
      kept.set(name, { reminder: { kind, id, name, dueMs, message }, paramsText, epoch });
    });
  }

  cancel(key: ReminderKey, epoch: bigint): Promise<void> {
    return settle(() => {
      acceptKey(key, epoch);
      this.#guarded(key, epoch).delete(key.name);
    });
  }

  takeOver(kind: string, id: string, epoch: bigint): Promise<readonly Reminder[]> {
    return settle(() => {
      acceptOwner(kind, id, epoch);
      const all = [...this.#of(kind, id).values()];
      const above = all.find((kept) => kept.epoch > epoch);
      if (above) throw reminderFenced(kind, id, epoch, above.epoch);
      for (const kept of all) kept.epoch = epoch;
      const reminders = all.map(({ reminder, paramsText }) => ({ ...reminder, params: JSON.parse(paramsText) as unknown }));
      return reminders.toSorted((a, b) => a.dueMs - b.dueMs || (a.name < b.name ? -1 : 1));
    });
  }

  remove(key: ReminderKey, dueMs: number, epoch: bigint): Promise<void> {
    return settle(() => {
      acceptKey(key, epoch);
      acceptDue(dueMs);
      const kept = this.#guarded(key, epoch);
      if (kept.get(key.name)?.reminder.dueMs === dueMs) kept.delete(key.name);
    });
  }

  #of(kind: string, id: string): Map<string, Kept> {
    // A kind and an id hold no control character.
    const key = `${kind}\u0001${id}`;
    let kept = this.#actors.get(key);
    if (!kept) this.#actors.set(key, (kept = new Map()));
    return kept;
  }

  /** The actor's reminders, unless the one named is held by a later epoch. */
  #guarded({ kind, id, name }: ReminderKey, epoch: bigint): Map<string, Kept> {
    const kept = this.#of(kind, id);
    const held = kept.get(name)?.epoch ?? 0n;
    if (held > epoch) throw reminderFenced(kind, id, epoch, held);
    return kept;
  }
}

/** Runs a synchronous step as the port's asynchronous one: a refusal is a rejected promise, never a throw. */
function settle<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => resolve(step()));
}
