/** What an actor may rely on when it may live on several nodes: one home, no message lost on a move, no act without a session. */
import { describe, expect, it } from "vitest";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { Envelope } from "../../mixins/hosted/envelope.ts";
import type { HostPorts } from "../../mixins/hosted/host.ts";
import type { Remote } from "../../mixins/hosted/remote.ts";
import { HostDesk, messages, type ProbeChange } from "./host-desk.ts";
import { LeaseBook, type LeaseView } from "./lease-book.ts";

const { note, market, wait, crash, lend } = messages;

interface Sent {
  readonly to: string;
  readonly envelope: Envelope;
}

/** Keeps what is sent; a test delivers it by hand. */
class Post implements Remote {
  readonly sent: Sent[] = [];
  readonly woken: string[] = [];

  send(kind: string, id: string, envelope: Envelope): void {
    this.sent.push({ to: `${kind}/${id}`, envelope });
  }

  holds(): boolean {
    return false;
  }

  wake(kind: string, id: string): void {
    this.woken.push(`${kind}/${id}`);
  }

  get texts(): unknown[] {
    return this.sent.map(({ envelope }) => envelope.params);
  }
}

interface Node {
  readonly desk: HostDesk;
  readonly view: LeaseView;
  readonly post: Post;
}

function node(book: LeaseBook, name = "one", change: ProbeChange = {}, ports: Partial<HostPorts> = {}): Node {
  const view = book.view(name);
  const post = new Post();
  return { desk: new HostDesk(change, { directory: view, remote: post, ...ports }), view, post };
}

/** As the link makes it; what becomes of it is noted. */
function arrival(text: string, heard: string[], ask = false, lane: "control" | "market" = "control"): Envelope {
  const name = lane === "market" ? market.name : note.name;
  return {
    name,
    params: text,
    lane,
    deadlineMs: 0,
    own: null,
    resolve: ask ? () => void heard.push(`${text} answered`) : null,
    reject: ask ? (error) => void heard.push(`${text} failed ${(error as DstaError).type}`) : null,
    arrival: {
      taken: () => void heard.push(`${text} taken`),
      refused: (error) => void heard.push(`${text} refused ${error.type} ${String(error.data["node"])}`),
    },
  };
}

describe("where a message goes", () => {
  it("refuses a message of another version for good, and keeps its actor", () => {
    const { desk } = node(new LeaseBook());
    const heard: string[] = [];
    desk.host.receive("probe", "a", { ...arrival("a", heard), name: "newer" });
    expect(desk.host.deadLetters.list()).toMatchObject([
      { actorId: "probe/a", message: "newer", reason: expect.stringContaining("versions") },
    ]);
    expect(desk.host.size).toBe(0);
  });

  it("starts an actor that belongs here, and sends on what belongs, or lives, elsewhere", async () => {
    const book = new LeaseBook();
    book.home.set("b", "two");
    book.leases.set("probe/c", { node: "two", epoch: 9n });
    const { desk, post } = node(book);
    desk.host.tell(note, "a", "here");
    desk.host.tell(note, "b", "belongs there");
    desk.host.tell(note, "c", "lives there");
    desk.host.tell({ ...note, kind: "ghost" }, "x", "not hosted here");
    const answer = desk.host.ask(note, "c", "asked");
    await desk.settle();
    expect(desk.said).toEqual(["here"]);
    expect(post.sent.map(({ to }) => to)).toEqual(["probe/b", "probe/c", "ghost/x", "probe/c"]);
    post.sent[3]!.envelope.resolve?.("from there");
    await expect(answer).resolves.toBe("from there");
  });

  it("gives an ask that was sent elsewhere its deadline here", async () => {
    const { desk } = node(Object.assign(new LeaseBook(), { elsewhere: "two" }));
    const answer = desk.host.ask(note, "a", "asked").catch((error: unknown) => error);
    await desk.advance(1_300);
    expect(await answer).toMatchObject({ type: "ASK_TIMEOUT" });
  });

  it("takes what arrives for an actor of its own, and refuses another's with its place", async () => {
    const book = new LeaseBook();
    book.leases.set("probe/c", { node: "two", epoch: 9n });
    book.home.set("b", "three");
    const { desk, post } = node(book);
    const heard: string[] = [];
    desk.host.receive("probe", "a", arrival("a", heard, true));
    desk.host.receive("probe", "b", arrival("b", heard));
    desk.host.receive("probe", "c", arrival("c", heard, true));
    desk.host.receive("ghost", "a", arrival("g", heard));
    await desk.settle();
    expect(heard).toEqual([
      "b refused WRONG_OWNER three",
      "c refused WRONG_OWNER two",
      "g refused WRONG_OWNER null",
      "a taken",
      "a answered",
    ]);
    expect([desk.said, post.sent]).toEqual([["a"], []]);
  });

  it("promises nothing to a sender until it is the owner, and then everything in order", async () => {
    const { desk, view } = node(new LeaseBook());
    const heard: string[] = [];
    view.hold();
    for (const text of ["1", "2"]) desk.host.receive("probe", "a", arrival(text, heard));
    await desk.settle();
    expect(heard).toEqual([]);
    view.letGo();
    await desk.settle();
    desk.host.receive("probe", "a", arrival("3", heard));
    expect(heard).toEqual(["1 taken", "2 taken", "3 taken"]);
    await desk.settle();
    expect(desk.said).toEqual(["1", "2", "3"]);
  });

  it("sends everything on when another node was faster, and is no actor's home then", async () => {
    const book = new LeaseBook();
    const { desk, view, post } = node(book);
    const heard: string[] = [];
    view.hold();
    desk.host.tell(note, "a", "told here");
    desk.host.receive("probe", "a", arrival("arrived", heard));
    const started = desk.host.activate("probe", "a").catch((error: unknown) => error);
    book.leases.set("probe/a", { node: "two", epoch: 9n });
    view.letGo();
    expect(await started).toMatchObject({ type: "WRONG_OWNER", data: { node: "two" } });
    await desk.settle();
    expect([post.texts, heard]).toEqual([["told here"], ["arrived refused WRONG_OWNER two"]]);
    expect([desk.host.size, desk.host.quiet, desk.announced]).toEqual([0, true, []]);
  });

  it("tries to claim again with a back-off while the directory is away, saying so once", async () => {
    const { desk, view } = node(new LeaseBook());
    view.isReachable = false;
    desk.host.tell(note, "a", "patient");
    await desk.settle();
    expect(desk.host.find("probe/a")).toMatchObject({ status: "restarting", lastError: "no directory" });
    for (const delayMs of [100, 200, 400]) await desk.advance(delayMs);
    expect(desk.host.find("probe/a")?.restarts).toBe(4);
    view.isReachable = true;
    await desk.advance(800);
    expect(desk.said).toEqual(["patient"]);
    expect(desk.announced).toHaveLength(1);
  });

  it("wakes an actor for another node only when it belongs here", async () => {
    const book = new LeaseBook();
    book.home.set("b", "two");
    const { desk } = node(book);
    desk.host.wake("probe", "a");
    desk.host.wake("probe", "b");
    desk.host.wake("ghost", "a");
    await desk.settle();
    expect(desk.activations).toEqual(["a"]);
  });

  it("gives the lease of a key that does not exist back", async () => {
    const book = new LeaseBook();
    const { desk } = node(book);
    desk.broken.set("ghost", new DstaError("NOT_FOUND", "no such strategy", { code: 404 }));
    const heard: string[] = [];
    desk.host.receive("probe", "ghost", arrival("hello", heard, true));
    await desk.settle();
    expect([heard, book.leases.size, desk.host.size]).toEqual([["hello taken", "hello failed NOT_FOUND"], 0, 0]);
  });
});

describe("a node without a session", () => {
  it("gives no turns while its session is in doubt, and goes on when it is not", async () => {
    const { desk, view } = node(new LeaseBook());
    desk.host.tell(lend, "a", "");
    await desk.settle();
    view.isValid = false;
    desk.host.tell(note, "a", "later");
    for (let count = 0; count < 5; count++) await desk.advance(10);
    expect([desk.said, desk.host.waiting]).toEqual([[], 1]);
    expect(() => desk.contexts[0]!.assertValid()).toThrow(expect.objectContaining({ type: "DIRECTORY_INVALID" }) as Error);
    view.isValid = true;
    await desk.advance(10);
    expect(desk.said).toEqual(["later"]);
  });

  it("ends every actor at once when it is lost: asks fail, what was told goes to the next owner, nothing is saved", async () => {
    const ended: string[] = [];
    const { desk, view, post } = node(new LeaseBook(), "one", {
      deactivate: (ctx) => void ended.push(`saved ${ctx.id}`),
      released: (id) => void ended.push(`released ${id}`),
    });
    const asked = [desk.host.ask(wait, "a", "in hand"), desk.host.ask(note, "a", "waiting")].map((answer) =>
      answer.catch((error: unknown) => error),
    );
    desk.host.tell(note, "a", "told");
    desk.host.tell(market, "a", "price");
    desk.host.tell(wait, "b", "told in hand");
    desk.host.tell(note, "b", "told after");
    await desk.settle();
    view.isValid = false;
    view.say({ type: "lost", why: "no renewal in 600 ms" });
    view.say({ type: "lost", why: "again" });
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ type: "NODE_LOST", data: { outcome: "unknown" } });
    await desk.settle();
    expect(post.texts).toEqual(["told", "told in hand", "told after"]);
    expect(ended).toEqual(["released a", "released b"]);
    expect(desk.host.deadLetters.list()).toMatchObject([{ message: "market" }]);
    expect([desk.host.size, desk.host.quiet]).toEqual([0, true]);
    await desk.open("in hand");
    expect(desk.said).toEqual(["in hand…", "told in hand…", "…in hand"]);
  });

  it("gives back a lease that it was given after it had lost its session", async () => {
    const book = new LeaseBook();
    const { desk, view } = node(book);
    view.hold();
    const started = desk.host.activate("probe", "a").catch((error: unknown) => error);
    desk.host.loseAll("gone");
    view.letGo();
    expect(await started).toMatchObject({ type: "ACTIVATION_ENDED" });
    await desk.settle();
    expect([book.leases.size, desk.activations, desk.host.quiet]).toEqual([0, [], true]);
  });
});

/** Two nodes whose messages reach each other at once. */
function pair(change: ProbeChange = {}): { book: LeaseBook; one: Node; two: Node; settle: () => Promise<void> } {
  const book = new LeaseBook();
  const desks: HostDesk[] = [];
  const to = (index: number): Remote => ({
    send: (kind, id, envelope) => {
      const refused = (error: Error): void => {
        if (envelope.reject) envelope.reject(error);
        else throw error;
      };
      desks[index]!.host.receive(kind, id, { ...envelope, arrival: { taken: () => undefined, refused } });
    },
    holds: () => false,
    wake: (kind, id) => desks[index]!.host.wake(kind, id),
  });
  const one = node(book, "one", change, { remote: to(1) });
  const two = node(book, "two", change, { remote: to(0) });
  desks.push(one.desk, two.desk);
  return {
    book,
    one,
    two,
    async settle() {
      for (let round = 0; round < 3; round++) for (const desk of desks) await desk.settle();
    },
  };
}

describe("a move", () => {
  it("waits for the message in hand, saves, releases, and brings what waited to the next owner in order", async () => {
    const ended: string[] = [];
    const { book, one, two, settle } = pair({
      deactivate: (ctx) => void ended.push(`saved ${ctx.id}`),
      released: (id) => void ended.push(`released ${id} ${book.leases.has(`probe/${id}`) ? "before" : "after"} the lease`),
    });
    const { host } = one.desk;
    const first = host.ask(wait, "a", "gate");
    await settle();
    host.tell(note, "a", "1");
    const second = host.ask(note, "a", "2");
    expect([host.busy("probe/a"), host.busy("probe/none")]).toEqual([true, false]);
    book.home.set("a", "two");
    const moved = host.move("probe/a");
    await settle();
    expect(host.rows()).toMatchObject([{ state: "moving", mailbox: 3 }]);
    host.tell(note, "a", "3");
    expect(ended).toEqual([]);
    await one.desk.open("gate");
    await moved;
    host.tell(note, "a", "4");
    await settle();
    expect(await Promise.all([first, second])).toEqual(["gate", undefined]);
    expect(ended).toEqual(["saved a", "released a before the lease"]);
    expect([one.desk.said, two.desk.said]).toEqual([
      ["gate…", "…gate"],
      ["1", "2", "3", "4"],
    ]);
    expect([host.size, two.desk.host.find("probe/a")?.epoch]).toEqual([0, 2n]);
  });

  it("refuses, in order and after all else, what arrived from other nodes while it went on", async () => {
    const { book, one, two, settle } = pair();
    const heard: string[] = [];
    one.desk.host.tell(wait, "a", "gate");
    await settle();
    one.desk.host.receive("probe", "a", arrival("promised", heard));
    book.home.set("a", "two");
    const moved = one.desk.host.move("probe/a");
    one.desk.host.receive("probe", "a", arrival("1", heard));
    one.desk.host.receive("probe", "a", arrival("2", heard, true));
    await settle();
    expect(heard).toEqual(["promised taken"]);
    await one.desk.open("gate");
    await moved;
    await settle();
    expect(heard).toEqual(["promised taken", "1 refused WRONG_OWNER two", "2 refused WRONG_OWNER two"]);
    expect(two.desk.said).toEqual(["promised"]);
  });

  it("does not wait for ever: then it ends as by a crash, and what was told is handled again there", async () => {
    const ended: string[] = [];
    const { book, one, two, settle } = pair({ deactivate: () => void ended.push("saved") });
    one.desk.host.tell(messages.waitThenTell, "a", "stuck");
    one.desk.host.tell(note, "a", "next");
    await settle();
    book.home.set("a", "two");
    const moved = one.desk.host.move("probe/a");
    await one.desk.advance(5_000);
    await moved;
    await settle();
    await two.desk.open("stuck");
    await one.desk.open("stuck");
    expect([ended, one.desk.said, two.desk.said]).toEqual([[], ["stuck"], ["next"]]);
    expect(one.desk.host.quiet).toBe(true);
  });

  it("ends an actor that is restarting, and one that crashes while it ends", async () => {
    const { book, one, two, settle } = pair();
    const failed = one.desk.host.ask(crash, "a", "boom").catch((error: unknown) => error);
    one.desk.host.tell(note, "a", "kept");
    one.desk.host.tell(wait, "b", "gate");
    await settle();
    expect(await failed).toMatchObject({ message: "boom" });
    expect(one.desk.host.find("probe/a")?.status).toBe("restarting");
    book.elsewhere = "two";
    const moved = [one.desk.host.move("probe/a"), one.desk.host.move("probe/b")];
    await settle();
    one.desk.host.find("probe/b")!.fail(new Error("socket"));
    await Promise.all(moved);
    await settle();
    await two.desk.open("gate");
    expect(two.desk.said).toEqual(["kept", "gate…", "…gate"]);
    await one.desk.advance(1_000);
    expect([one.desk.host.size, one.desk.activations]).toEqual([0, ["a", "b"]]);
  });

  it("waits for a start under way, so that what the start opens is given back", async () => {
    const ended: string[] = [];
    const { book, one, settle } = pair({ released: (id) => void ended.push(id) });
    one.view.hold();
    const started = one.desk.host.activate("probe", "a");
    book.home.set("a", "two");
    const moved = one.desk.host.move("probe/a");
    await settle();
    one.view.letGo();
    await Promise.all([started, moved]);
    expect([ended, book.leases.size]).toEqual([["a"], 0]);
  });

  it("of a node that is being stopped sends what waits on to the others", async () => {
    const { book, one, two, settle } = pair();
    one.desk.host.tell(wait, "a", "gate");
    one.desk.host.tell(note, "a", "next");
    await settle();
    book.elsewhere = "two";
    const stopped = one.desk.host.stop(["probe"]);
    await settle();
    await one.desk.open("gate");
    await stopped;
    one.desk.host.tell(note, "a", "late");
    await settle();
    expect(two.desk.said).toEqual(["next", "late"]);
    expect(one.desk.host.deadLetters.total).toBe(0);
  });

  it("wakes it here again when the directory could not be told, and it is still ours", async () => {
    const { one, settle } = pair();
    one.desk.host.tell(note, "a", "1");
    await settle();
    one.view.isReachable = false;
    await one.desk.host.move("probe/a");
    one.view.isReachable = true;
    one.desk.host.tell(note, "a", "2");
    await settle();
    expect([one.desk.said, one.desk.activations]).toEqual([
      ["1", "2"],
      ["a", "a"],
    ]);
  });
});
