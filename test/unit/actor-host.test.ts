/** What an actor may rely on: one message at a time, in order, with bounded mailboxes, supervised, and nothing lost in silence. */
import { describe, expect, it } from "vitest";
import { DstaError } from "../../domain/kernel/errors.ts";
import { HostDesk, messages } from "./host-desk.ts";

const { note, market, wait, aside, crash, refuse, lend } = messages;

describe("delivery", () => {
  it("handles one message at a time, in order, also when a handler waits", async () => {
    const desk = new HostDesk();
    const answer = desk.host.ask(wait, "a", "slow");
    desk.host.tell(note, "a", "second");
    desk.host.tell(note, "b", "other actor");
    await desk.settle();
    expect(desk.said).toEqual(["slow…", "other actor"]);
    await desk.open("slow");
    expect(desk.said).toEqual(["slow…", "other actor", "…slow", "second"]);
    await expect(answer).resolves.toBe("slow");
  });

  it("takes control messages before market messages, each lane in its order", async () => {
    const desk = new HostDesk();
    for (const text of ["m1", "m2"]) desk.host.tell(market, "a", text);
    for (const text of ["c1", "c2"]) desk.host.tell(note, "a", text);
    await desk.settle();
    expect(desk.said).toEqual(["c1", "c2", "m1", "m2"]);
  });

  it("goes on during an interleaved message, whose answer comes when it comes", async () => {
    const desk = new HostDesk();
    const answer = desk.host.ask(aside, "a", "outside");
    desk.host.tell(note, "a", "meanwhile");
    await desk.settle();
    expect(desk.said).toEqual(["outside…", "meanwhile"]);
    expect(desk.host.quiet).toBe(true);
    await desk.open("outside");
    await expect(answer).resolves.toBe("outside");
  });

  it("gives turns to every actor, however busy one is", async () => {
    const desk = new HostDesk({ mailbox: { control: 100, market: 4 } });
    await desk.host.activate("probe", "busy");
    await desk.host.activate("probe", "calm");
    for (let count = 0; count < 40; count++) desk.host.tell(note, "busy", "busy");
    desk.host.tell(note, "calm", "calm");
    await desk.settle();
    expect(desk.said).toHaveLength(41);
    expect(desk.said.indexOf("calm")).toBe(8);
  });

  it("counts what waits and is quiet when nothing does", async () => {
    const desk = new HostDesk();
    expect(desk.host.quiet).toBe(true);
    desk.host.tell(wait, "a", "gate");
    desk.host.tell(note, "a", "after");
    await desk.settle();
    expect([desk.host.quiet, desk.host.waiting]).toEqual([false, 2]);
    await desk.open("gate");
    expect([desk.host.quiet, desk.host.waiting]).toEqual([true, 0]);
  });

  it("delivers only the newest of a conflated subscription, and everything of another", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const [ctx] = desk.contexts;
    ctx!.subscribe("tops", market, { conflate: true });
    ctx!.subscribe("trades", note);
    for (const number of [1, 2, 3]) desk.feed.publish("tops", `top ${number}`);
    for (const number of [1, 2, 3]) desk.feed.publish("trades", `trade ${number}`);
    await desk.settle();
    expect(desk.said).toEqual(["trade 1", "trade 2", "trade 3", "top 3"]);
    desk.feed.publish("tops", "top 4");
    await desk.settle();
    expect(desk.said.at(-1)).toBe("top 4");
  });

  it("delivers a conflated subscription again after its message was refused", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    desk.contexts[0]!.subscribe("tops", market, { conflate: true });
    for (const text of ["m1", "m2", "m3", "m4"]) desk.host.tell(market, "a", text);
    desk.feed.publish("tops", "no room");
    await desk.settle();
    desk.feed.publish("tops", "room");
    await desk.settle();
    expect(desk.said).toEqual(["m1", "m2", "m3", "m4", "room"]);
  });
});

describe("refusals", () => {
  it("refuses a market message when the lane is full: error to who asks, dead letter for who tells", async () => {
    const desk = new HostDesk();
    for (let count = 0; count < 4; count++) desk.host.tell(market, "a", "fits");
    const refused = desk.host.ask(market, "a", "asked");
    desk.host.tell(market, "a", "told");
    await expect(refused).rejects.toMatchObject({ type: "MAILBOX_FULL", retryable: true });
    expect(desk.host.deadLetters.list()).toMatchObject([
      { actorId: "probe/a", message: "market", reason: "probe/a has 4 market messages waiting" },
    ]);
    await desk.settle();
    expect(desk.said).toEqual(["fits", "fits", "fits", "fits"]);
  });

  it("restarts an actor whose control lane overflows by tells, keeping what waits and what it was handling", async () => {
    const desk = new HostDesk();
    desk.host.tell(wait, "a", "gate");
    await desk.settle();
    for (let count = 0; count < 9; count++) desk.host.tell(note, "a", `n${count}`);
    expect(desk.host.find("probe/a")?.status).toBe("restarting");
    await desk.advance(100);
    await desk.open("gate");
    expect(desk.said).toEqual(["gate…", "gate…", "…gate", "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"]);
  });

  it("keeps the newest 500 dead letters and counts all", async () => {
    const desk = new HostDesk({ mailbox: { control: 8, market: 1 } });
    for (let actor = 0; actor < 600; actor++) {
      desk.host.tell(market, `a${actor}`, "fits");
      for (let count = 0; count < 3; count++) desk.host.tell(market, `a${actor}`, "too many");
    }
    expect(desk.host.deadLetters.total).toBe(1_800);
    expect(desk.host.deadLetters.list()).toHaveLength(500);
    expect(desk.host.deadLetters.list()[0]).toMatchObject({ actorId: "probe/a599", count: 3 });
    await desk.settle();
  });

  it("gives up waiting for an answer at the deadline, and does not handle a question that is over", async () => {
    const desk = new HostDesk();
    const first = desk.host.ask(wait, "a", "gate");
    const second = desk.host.ask(wait, "a", "late");
    const outcomes = Promise.allSettled([first, second]);
    await desk.settle();
    await desk.advance(1_300);
    await expect(outcomes).resolves.toMatchObject([
      { reason: { type: "ASK_TIMEOUT", retryable: true } },
      { reason: { type: "ASK_TIMEOUT" } },
    ]);
    await desk.open("gate");
    expect(desk.said).toEqual(["gate…", "…gate"]);
    expect(desk.host.quiet).toBe(true);
  });

  it("has no actor of a kind that nobody registered", () => {
    const desk = new HostDesk();
    expect(() => desk.host.tell({ ...note, kind: "ghost" }, "a", "boo")).toThrow("no actor kind ghost is hosted here");
  });
});

describe("supervision", () => {
  it("restarts after a crash with a back-off that doubles; a question at fault is not handled again", async () => {
    const desk = new HostDesk();
    const failed = desk.host.ask(crash, "a", "boom");
    desk.host.tell(note, "a", "kept");
    await Promise.all([expect(failed).rejects.toThrow("boom"), desk.settle()]);
    expect(desk.host.find("probe/a")).toMatchObject({ status: "restarting", restarts: 1, lastError: "boom" });
    await desk.advance(99);
    expect(desk.said).toEqual(["crash boom"]);
    await desk.advance(1);
    expect(desk.said).toEqual(["crash boom", "kept"]);
    await Promise.all([expect(desk.host.ask(crash, "a", "again")).rejects.toThrow("again"), desk.settle()]);
    await desk.advance(199);
    expect(desk.activations).toEqual(["a", "a"]);
    await desk.advance(1);
    expect(desk.activations).toEqual(["a", "a", "a"]);
    expect(desk.said).toEqual(["crash boom", "kept", "crash again"]);
  });

  it("handles a tell that crashed its actor again, first of all, until it has done so three times", async () => {
    const desk = new HostDesk();
    desk.host.tell(crash, "a", "bad");
    desk.host.tell(note, "a", "kept");
    for (const delayMs of [0, 100, 200, 400]) await desk.advance(delayMs);
    expect(desk.said).toEqual(["crash bad", "crash bad", "crash bad", "kept"]);
    expect(desk.host.deadLetters.list()).toMatchObject([{ message: "crash", reason: "POISON after 3 crashes: bad", count: 1 }]);
    expect(desk.host.find("probe/a")).toMatchObject({ status: "active", restarts: 3 });
  });

  it("takes a kind's own number of crashes, and counts those of each message", async () => {
    const desk = new HostDesk({ poisonAfter: 1 });
    desk.host.tell(crash, "a", "one");
    desk.host.tell(crash, "a", "two");
    for (const delayMs of [0, 100, 200]) await desk.advance(delayMs);
    expect(desk.said).toEqual(["crash one", "crash two"]);
    expect(desk.host.deadLetters.total).toBe(2);
  });

  it("does not blame a message for a stream that was lost, and handles it when the stream is back", async () => {
    const desk = new HostDesk({ poisonAfter: 1 });
    desk.failing.push("FENCED", "DIRECTORY_INVALID", "FENCED");
    desk.host.tell(messages.flaky, "a", "order");
    desk.host.tell(note, "a", "next");
    for (const delayMs of [0, 100, 200, 400]) await desk.advance(delayMs);
    expect(desk.said).toEqual(["flaky order", "next"]);
    expect([desk.host.deadLetters.total, desk.activations.length]).toEqual([0, 4]);
  });

  it("never handles again what failed in an expected way", async () => {
    const desk = new HostDesk();
    desk.host.tell(refuse, "a", "NO_FUNDS");
    await desk.settle();
    expect(desk.host.deadLetters.list()).toMatchObject([{ message: "refuse", reason: "refused" }]);
    expect(desk.host.find("probe/a")?.restarts).toBe(0);
  });

  it("does not restart for an expected error, but does for a fatal one", async () => {
    const desk = new HostDesk();
    const answer = desk.host.ask(refuse, "a", "NO_FUNDS");
    await Promise.all([expect(answer).rejects.toMatchObject({ type: "NO_FUNDS" }), desk.settle()]);
    expect(desk.host.find("probe/a")).toMatchObject({ status: "active", restarts: 0 });
    const fatal = desk.host.ask(refuse, "a", "FENCED");
    await Promise.all([expect(fatal).rejects.toMatchObject({ type: "FENCED" }), desk.settle()]);
    expect(desk.host.find("probe/a")).toMatchObject({ status: "restarting", restarts: 1 });
  });

  it("gives up after too many crashes, asks the kind, and refuses everything until a person restarts it", async () => {
    const last: string[] = [];
    const desk = new HostDesk({ poisonAfter: 1, gaveUp: (_ctx, error) => Promise.resolve((last.push(error.message), "stop" as const)) });
    for (let count = 1; count <= 4; count++) {
      desk.host.tell(crash, "a", `crash ${count}`);
      if (count === 4) desk.host.tell(note, "a", "waiting");
      await desk.settle();
      await desk.advance(1_000);
    }
    expect(last).toEqual(["crash 4"]);
    expect(desk.host.rows()).toMatchObject([{ state: "stopped", lastError: "crash 4", supervision: "4 of 3 restarts in 60 s" }]);
    expect(desk.announced.at(-1)).toContain("critical probe/a GAVE_UP");
    await expect(desk.host.ask(note, "a", "no")).rejects.toMatchObject({ type: "ACTOR_STOPPED" });
    expect(desk.host.deadLetters.list().map(({ message }) => message)).toContain("note");
    await desk.host.restart("probe/a");
    desk.host.tell(note, "a", "back");
    await desk.settle();
    expect(desk.said.at(-1)).toBe("back");
  });

  it("revives an actor whose kind asks for it, with what was waiting", async () => {
    const desk = new HostDesk({
      poisonAfter: 1,
      supervise: { baseMs: 100, maxMs: 100, maxRestarts: 0, windowMs: 60_000 },
      gaveUp: () => Promise.resolve("revive"),
    });
    desk.host.tell(crash, "a", "once");
    desk.host.tell(note, "a", "kept");
    await desk.settle();
    expect(desk.host.find("probe/a")?.status).toBe("active");
    expect(desk.said).toEqual(["crash once", "kept"]);
  });

  it("forgets an actor whose key does not exist, and tells who asked", async () => {
    const desk = new HostDesk();
    desk.broken.set("ghost", new DstaError("NOT_FOUND", "strategy ghost does not exist", { code: 404 }));
    const answer = desk.host.ask(note, "ghost", "hello");
    await Promise.all([expect(answer).rejects.toMatchObject({ type: "NOT_FOUND" }), desk.settle()]);
    expect(desk.host.find("probe/ghost")).toBeUndefined();
    expect([desk.host.size, desk.host.quiet]).toEqual([0, true]);
  });

  it("tries a start again that waits for others, without ever giving up", async () => {
    const desk = new HostDesk();
    desk.broken.set("a", new DstaError("JOURNAL_LOST", "no journal", { retryable: true }));
    desk.host.tell(note, "a", "patient");
    await desk.settle();
    for (let count = 0; count < 8; count++) await desk.advance(5_000);
    expect(desk.activations).toHaveLength(9);
    desk.broken.clear();
    await desk.advance(5_000);
    expect(desk.said).toEqual(["patient"]);
  });
});

describe("the end of an activation", () => {
  it("silences its timers, pipes and subscriptions", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const ctx = desk.contexts[0]!;
    let finish: (text: string) => void = () => undefined;
    ctx.after(500, note, "timer");
    ctx.subscribe("tops", note);
    ctx.pipe(new Promise<string>((resolve) => (finish = resolve)), note, () => "piped");
    ctx.fail(new Error("socket"));
    await desk.advance(100);
    expect(desk.host.find("probe/a")).toMatchObject({ status: "active", restarts: 1, lastError: "socket" });
    finish("late");
    desk.feed.publish("tops", "published");
    await desk.advance(1_000);
    expect(desk.said).toEqual([]);
  });

  it("ends a subscription however many timers came after it", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const ctx = desk.contexts[0]!;
    ctx.subscribe("tops", note);
    for (let count = 0; count < 300; count++) ctx.after(10_000_000, note, "timer");
    ctx.fail(new Error("socket"));
    await desk.advance(100);
    desk.feed.publish("tops", "published");
    await desk.settle();
    expect(desk.said).toEqual([]);
  });

  it("delivers timers and pipes while it lasts, and not those cancelled", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const ctx = desk.contexts[0]!;
    ctx.after(500, note, "kept");
    ctx.after(500, note, "cancelled")();
    ctx.pipe(Promise.resolve(4), note, (outcome) => ("value" in outcome ? `value ${outcome.value}` : "failed"));
    ctx.pipe(Promise.reject(new Error("no")), note, (outcome) => ("error" in outcome ? "failed" : "worked"));
    await desk.settle();
    await desk.advance(500);
    expect(desk.said).toEqual(["value 4", "failed", "kept"]);
  });

  it("waits for the handler under way, then lets the actor save, then refuses what waited", async () => {
    const desk = new HostDesk({ deactivate: (ctx) => void desk.said.push(`saved ${ctx.id}`) });
    desk.host.tell(wait, "a", "gate");
    const waiting = desk.host.ask(market, "a", "too late").catch((error: unknown) => error);
    await desk.settle();
    const stopped = desk.host.stop(["probe"]);
    await desk.settle();
    expect(desk.said).toEqual(["gate…"]);
    await desk.open("gate");
    await stopped;
    expect(await waiting).toMatchObject({ type: "ACTOR_PASSIVE" });
    expect(desk.said.slice(0, 2)).toEqual(["gate…", "…gate"]);
    expect(desk.said).toContain("saved a");
  });

  it("drops what its timers, pipes and subscriptions had left in the mailbox, and nothing else", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const ctx = desk.contexts[0]!;
    ctx.subscribe("tops", note);
    ctx.after(10, note, "timer");
    desk.host.tell(wait, "a", "gate");
    await desk.settle();
    desk.host.tell(note, "a", "told");
    desk.feed.publish("tops", "published");
    desk.clock.advance(10);
    expect(desk.host.waiting).toBe(4);
    ctx.fail(new Error("socket"));
    await desk.advance(100);
    await desk.open("gate");
    expect(desk.said).toEqual(["gate…", "gate…", "…gate", "told"]);
    expect([desk.host.quiet, desk.host.deadLetters.total]).toEqual([true, 0]);
  });

  it("keeps its handlers from acting: everything they try throws", async () => {
    const desk = new HostDesk();
    desk.host.tell(lend, "a", "");
    await desk.settle();
    const ctx = desk.contexts[0]!;
    expect([ctx.ended, ctx.assertValid()]).toEqual([false, undefined]);
    ctx.fail(new Error("socket"));
    await desk.advance(100);
    const ended = expect.objectContaining({ type: "ACTIVATION_ENDED" }) as Error;
    expect(ctx.ended).toBe(true);
    for (const act of [
      () => ctx.tell(note, "b", "no"),
      () => ctx.publish("tops", "no"),
      () => ctx.subscribe("tops", note),
      () => ctx.after(1, note, "no"),
      () => ctx.pipe(Promise.resolve(), note, () => "no"),
      () => ctx.assertValid(),
    ])
      expect(act).toThrow(ended);
    await expect(ctx.ask(note, "b", "no")).rejects.toEqual(ended);
    await expect(ctx.remind("r", 1, note, "no")).rejects.toEqual(ended);
    await expect(ctx.forget("r")).rejects.toEqual(ended);
    ctx.fail(new Error("late"));
    ctx.announce("info", "still heard");
    expect(desk.host.find("probe/a")).toMatchObject({ status: "active", lastError: "socket" });
    expect(desk.host.size).toBe(1);
  });

  it("leaves who asked it with an unknown outcome when its handler could not go on", async () => {
    const desk = new HostDesk();
    const answer = desk.host.ask(messages.waitThenTell, "a", "gate").catch((error: unknown) => error);
    await desk.settle();
    desk.host.find("probe/a")!.fail(new Error("socket"));
    await desk.open("gate");
    expect(await answer).toMatchObject({ type: "NODE_LOST", retryable: false, data: { outcome: "unknown" } });
    expect(desk.host.quiet).toBe(true);
  });

  it("passivates who was not spoken to for its kind's time, gives its lease back, and wakes it with the next message", async () => {
    const released: string[] = [];
    const desk = new HostDesk({ passivateMs: 1_000, released: (id) => void released.push(id) });
    desk.host.tell(note, "a", "one");
    desk.host.tell(note, "b", "one");
    await desk.settle();
    await desk.advance(900);
    desk.host.tell(note, "b", "two");
    await desk.settle();
    await desk.advance(350);
    expect([desk.host.find("probe/a"), desk.host.find("probe/b")?.status]).toEqual([undefined, "active"]);
    expect([released, desk.directory.locate("probe", "a")]).toEqual([["a"], null]);
    desk.host.tell(note, "a", "three");
    await desk.settle();
    expect(desk.activations).toEqual(["a", "b", "a"]);
  });

  it("does not passivate who is being asked something that takes long", async () => {
    const desk = new HostDesk({ passivateMs: 1_000 });
    const answers = [desk.host.ask(wait, "a", "waits"), desk.host.ask(aside, "b", "outside")].map((answer) => answer.catch(() => null));
    await desk.settle();
    for (let count = 0; count < 8; count++) await desk.advance(250);
    expect(desk.host.size).toBe(2);
    await desk.open("waits");
    await desk.open("outside");
    await Promise.all(answers);
    for (let count = 0; count < 5; count++) await desk.advance(250);
    expect(desk.host.size).toBe(0);
  });

  it("looks at thousands of idle actors in slices", async () => {
    const desk = new HostDesk({ passivateMs: 1_000 });
    for (let count = 0; count < 2_500; count++) desk.host.tell(note, `a${count}`, "one");
    await desk.settle();
    for (let count = 0; count < 5; count++) await desk.advance(250);
    expect(desk.host.size).toBe(0);
  });
});
