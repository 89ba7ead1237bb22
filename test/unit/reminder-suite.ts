/** What every store of reminders must do: run by the one in memory and by the one on a real PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REMINDERS_PER_ACTOR } from "../../mixins/reminders/accept.ts";
import type { Reminder, ReminderStore } from "../../mixins/reminders/reminders.ts";

export interface RemindersUnderTest {
  readonly reminders: ReminderStore;
  close(): Promise<void>;
}

export function reminderSuite(storeName: string, open: () => Promise<RemindersUnderTest>): void {
  describe(`reminders: ${storeName}`, () => {
    let opened: RemindersUnderTest;
    let store: ReminderStore;
    let actors = 0;
    const fresh = (): string => `sim:actor-${++actors}`;
    const wake = (id: string, dueMs: number, wanted: Partial<Reminder> = {}): Reminder => ({
      kind: "strategy",
      id,
      name: "wake",
      dueMs,
      message: "resume",
      params: { dueMs, note: '\\ "quoted" \u{1F600}' },
      ...wanted,
    });

    beforeAll(async () => {
      opened = await open();
      store = opened.reminders;
    }, 60_000);
    afterAll(() => opened.close());

    it("gives back what was set, earliest first, each name once", async () => {
      const id = fresh();
      await store.set(wake(id, 300), 1n);
      await store.set(wake(id, 200, { name: "other", params: null }), 1n);
      await store.set(wake(id, 100), 1n);
      expect(await store.takeOver("strategy", id, 2n)).toEqual([wake(id, 100), wake(id, 200, { name: "other", params: null })]);
      expect(await store.takeOver("venue", id, 1n)).toEqual([]);
      expect(await store.takeOver("strategy", fresh(), 1n)).toEqual([]);
    });

    it("refuses whoever has a lower epoch than the one that last had the reminder", async () => {
      const id = fresh();
      await store.set(wake(id, 100), 4n);
      expect(await store.takeOver("strategy", id, 2n ** 62n)).toEqual([wake(id, 100)]);
      const fenced = { type: "FENCED", data: { kind: "strategy", id, epoch: "4", currentEpoch: String(2n ** 62n) } };
      await expect(store.set(wake(id, 500), 4n)).rejects.toMatchObject(fenced);
      await expect(store.cancel(wake(id, 0), 4n)).rejects.toMatchObject(fenced);
      await expect(store.remove(wake(id, 0), 100, 4n)).rejects.toMatchObject(fenced);
      await expect(store.takeOver("strategy", id, 4n)).rejects.toMatchObject(fenced);
      expect(await store.takeOver("strategy", id, 2n ** 62n)).toEqual([wake(id, 100)]);
    });

    it("removes a delivered one, not the one set to another time meanwhile", async () => {
      const id = fresh();
      await store.set(wake(id, 100), 1n);
      await store.set(wake(id, 200), 1n);
      await store.remove(wake(id, 0), 100, 1n);
      expect(await store.takeOver("strategy", id, 1n)).toEqual([wake(id, 200)]);
      await store.remove(wake(id, 0), 200, 1n);
      await store.remove(wake(id, 0), 200, 1n);
      expect(await store.takeOver("strategy", id, 1n)).toEqual([]);
    });

    it("cancels whatever the due time, and nothing of others", async () => {
      const [id, other] = [fresh(), fresh()];
      await Promise.all([store.set(wake(id, 100), 1n), store.set(wake(other, 100), 1n), store.set(wake(id, 7, { name: "b" }), 1n)]);
      await store.cancel(wake(id, 0), 1n);
      await store.cancel(wake(fresh(), 0), 1n);
      expect(await store.takeOver("strategy", id, 1n)).toEqual([wake(id, 7, { name: "b" })]);
      expect(await store.takeOver("strategy", other, 1n)).toEqual([wake(other, 100)]);
    });

    it("keeps the order of what was asked together", async () => {
      const id = fresh();
      const asked = [
        store.set(wake(id, 1), 1n),
        store.cancel(wake(id, 0), 1n),
        store.set(wake(id, 2), 1n),
        store.set(wake(id, 3), 1n),
        store.remove(wake(id, 0), 2, 1n),
      ];
      const taken = store.takeOver("strategy", id, 2n);
      await Promise.all(asked);
      expect(await taken).toEqual([wake(id, 3)]);
    });

    it("takes over those of many actors at once", async () => {
      const ids = Array.from({ length: 600 }, fresh);
      await Promise.all(ids.map((id, index) => store.set(wake(id, index), 1n)));
      const taken = await Promise.all(ids.map((id) => store.takeOver("strategy", id, 2n)));
      expect(taken).toEqual(ids.map((id, index) => [wake(id, index)]));
    });

    it("bounds an actor's reminders", async () => {
      const id = fresh();
      const names = Array.from({ length: REMINDERS_PER_ACTOR }, (_, index) => `n-${index}`);
      await Promise.all(names.map((name) => store.set(wake(id, 1, { name }), 1n)));
      await expect(store.set(wake(id, 1, { name: "one more" }), 1n)).rejects.toMatchObject({ type: "REMINDERS_FULL" });
      await store.set(wake(id, 2, { name: "n-7" }), 1n);
    });

    it.each([
      ["kind", { kind: "" }],
      ["id", { id: "a\nb" }],
      ["name", { name: "x".repeat(201) }],
      ["dueMs", { dueMs: 0.5 }],
      ["message", { message: "" }],
      ["params.cash", { params: { cash: 1n } }],
    ] as const)("names the bad field %s", async (field, wanted) => {
      await expect(store.set(wake("a", 1, wanted), 1n)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field } });
    });

    it("refuses a bad epoch and params that are too large", async () => {
      await expect(store.takeOver("strategy", "a", -1n)).rejects.toMatchObject({ type: "VALIDATION_ERROR", data: { field: "epoch" } });
      await expect(store.set(wake("a", 1, { params: "x".repeat(70_000) }), 1n)).rejects.toMatchObject({ type: "REMINDER_TOO_LARGE" });
    });
  });
}
