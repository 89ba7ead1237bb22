/** Durable timers as an actor meets them: heard once when all goes well, after a restart and a move too, never lost. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../domain/kernel/clock.ts";
import type { Directory } from "../../mixins/hosted/directory.ts";
import { MemoryReminders } from "../../mixins/reminders/memory-reminders.ts";
import type { ReminderStore } from "../../mixins/reminders/reminders.ts";
import { HostDesk, messages } from "./host-desk.ts";
import { LeaseBook } from "./lease-book.ts";

const { note, flaky, lend } = messages;

function deskOf(store: ReminderStore, directory?: Directory, tradingClock?: Clock): HostDesk {
  return new HostDesk(
    { reminders: true },
    { reminders: store, ...(directory ? { directory } : {}), ...(tradingClock ? { tradingClock } : {}) },
  );
}

async function contextOf(desk: HostDesk) {
  desk.host.tell(lend, "a", "");
  await desk.settle();
  return desk.contexts.at(-1)!;
}

describe("a reminder", () => {
  it("is heard once, at its time, and then forgotten", async () => {
    const store = new MemoryReminders();
    const desk = deskOf(store);
    const ctx = await contextOf(desk);
    await ctx.remind("resume", desk.clock.now() + 500, note, "time");
    expect(await store.takeOver("probe", "a", ctx.epoch)).toHaveLength(1);
    await desk.advance(499);
    expect(desk.said).toEqual([]);
    await desk.advance(1);
    expect(desk.said).toEqual(["time"]);
    expect(await store.takeOver("probe", "a", ctx.epoch)).toEqual([]);
    await desk.advance(10_000);
    expect(desk.said).toEqual(["time"]);
  });

  it("is replaced by another of its name, and taken back", async () => {
    const store = new MemoryReminders();
    const desk = deskOf(store);
    const ctx = await contextOf(desk);
    const nowMs = desk.clock.now();
    await ctx.remind("one", nowMs + 100, note, "first");
    await ctx.remind("one", nowMs + 200, note, "second");
    await ctx.remind("two", nowMs + 100, note, "taken back");
    await ctx.forget("two");
    await desk.advance(1_000);
    expect(desk.said).toEqual(["second"]);
    expect(await store.takeOver("probe", "a", ctx.epoch)).toEqual([]);
  });

  it("survives a restart; one that fell due meanwhile is heard at once", async () => {
    const desk = deskOf(new MemoryReminders());
    const ctx = await contextOf(desk);
    await ctx.remind("soon", desk.clock.now() + 50, note, "overdue");
    await ctx.remind("later", desk.clock.now() + 1_000, note, "later");
    ctx.fail(new Error("socket"));
    await desk.advance(100);
    expect(desk.said).toEqual([]);
    await desk.advance(0);
    expect(desk.said).toEqual(["overdue"]);
    await desk.advance(1_000);
    expect(desk.said).toEqual(["overdue", "later"]);
  });

  it("moves with its actor, and is heard on one node only", async () => {
    const [store, book] = [new MemoryReminders(), new LeaseBook()];
    const [one, two] = [deskOf(store, book.view("one")), deskOf(store, book.view("two"))];
    const ctx = await contextOf(one);
    await ctx.remind("resume", one.clock.now() + 500, note, "time");
    await one.host.move("probe/a");
    await two.host.activate("probe", "a");
    await one.advance(1_000);
    await two.advance(1_000);
    expect([one.said, two.said]).toEqual([[], ["time"]]);
  });

  it("is heard again, later and later, until its handler succeeds; and after a crash by the next activation", async () => {
    const desk = deskOf(new MemoryReminders());
    const ctx = await contextOf(desk);
    desk.failing.push("NOT_YET", "NOT_YET", "FENCED");
    await ctx.remind("resume", desk.clock.now(), flaky, "done");
    for (const delayMs of [0, 2_000, 4_000]) await desk.advance(delayMs);
    expect([desk.failing, desk.host.find("probe/a")?.status]).toEqual([[], "restarting"]);
    await desk.advance(100);
    await desk.advance(0);
    expect(desk.said).toEqual(["flaky done"]);
    await desk.advance(100_000);
    expect(desk.said).toHaveLength(1);
  });

  it("may set itself again from its own handler", async () => {
    const store = new MemoryReminders();
    const desk: HostDesk = new HostDesk(
      {
        reminders: true,
        handle: {
          note: async (ctx, text) => {
            desk.said.push(text);
            if (desk.said.length < 3) await ctx.remind("each", ctx.clock.now() + 100, note, text);
          },
        },
      },
      { reminders: store },
    );
    const ctx = await contextOf(desk);
    await ctx.remind("each", desk.clock.now() + 100, note, "tick");
    for (let count = 0; count < 5; count++) await desk.advance(100);
    expect(desk.said).toEqual(["tick", "tick", "tick"]);
    expect(await store.takeOver("probe", "a", ctx.epoch)).toEqual([]);
  });

  it("waits on when a clock cannot wait as long as it should", async () => {
    const desk = new HostDesk();
    const short: Clock = { now: () => desk.clock.now(), after: (delayMs, then) => desk.clock.after(Math.min(delayMs, 100), then) };
    const other = deskOf(new MemoryReminders(), undefined, short);
    const ctx = await contextOf(other);
    await ctx.remind("far", desk.clock.now() + 450, note, "far");
    for (let count = 0; count < 4; count++) desk.clock.advance(100);
    await other.settle();
    expect(other.said).toEqual([]);
    desk.clock.advance(50);
    await other.settle();
    expect(other.said).toEqual(["far"]);
  });

  it("is refused where none are kept, and by a kind that does not use them", async () => {
    for (const desk of [new HostDesk({ reminders: true }), new HostDesk({}, { reminders: new MemoryReminders() })]) {
      const ctx = await contextOf(desk);
      await expect(ctx.remind("r", 1, note, "no")).rejects.toMatchObject({ type: "REMINDERS_UNAVAILABLE" });
      await expect(ctx.forget("r")).rejects.toMatchObject({ type: "REMINDERS_UNAVAILABLE" });
    }
  });
});
