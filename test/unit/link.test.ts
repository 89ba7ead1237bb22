import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { DstaError } from "../../domain/kernel/errors.ts";
import { wrongOwner } from "../../mixins/hosted/remote.ts";
import { ask, LinkDesk, tell } from "./link-desk.ts";

function pair() {
  const desk = new LinkDesk();
  const [a, b] = [desk.node("a"), desk.node("b")];
  desk.owners.set("book/x", "b");
  const inAMinute = () => desk.clock.now() + 60_000;
  return { desk, a, b, inAMinute };
}

const typeOf = (error: unknown) => (error as DstaError | undefined)?.type;

describe("asks", () => {
  it("carry values whole, both ways", () => {
    const { desk, a, inAMinute } = pair();
    const params = { price: 12n, levels: new Map([[1n, "a"]]), at: new Date(5), bytes: new Uint8Array([1, 2, 3]), none: undefined };
    const { envelope, outcome } = ask(params, inAMinute());
    a.link.send("book", "x", envelope);
    desk.run(1);
    expect(outcome.value).toEqual(params);
    expect(desk.heard.get("book/x")).toEqual([params]);
  });

  it("fail with the same typed error there and here, and INTERNAL for anything else", () => {
    const { desk, a, b, inAMinute } = pair();
    const errors = [
      new DstaError("RISK_LIMIT", "too much", { code: 409, retryable: true, data: { field: "quantity", limit: 5n } }),
      new TypeError("a bug"),
    ];
    b.answer = (_actor, { reject }) => reject?.(errors.shift());
    const [first, second] = [ask(1, inAMinute()), ask(2, inAMinute())];
    a.link.send("book", "x", first.envelope);
    a.link.send("book", "x", second.envelope);
    desk.run(1);
    expect(first.outcome.error).toBeInstanceOf(DstaError);
    expect(first.outcome.error).toMatchObject({
      type: "RISK_LIMIT",
      message: "too much",
      code: 409,
      retryable: true,
      data: { field: "quantity", limit: 5n },
    });
    expect(second.outcome.error).toMatchObject({ type: "INTERNAL", message: "a bug", code: 500, retryable: false });
  });

  it("travel with the time that is left, by the receiver's clock", () => {
    const { desk, a, b } = pair();
    const deadlines: number[] = [];
    b.answer = (_actor, { deadlineMs }) => deadlines.push(deadlineMs);
    desk.mesh.delayMs = () => 7;
    a.link.send("book", "x", ask(1, desk.clock.now() + 500).envelope);
    desk.run(10);
    expect(deadlines).toEqual([1_000_000 + 500 + 7]);
  });

  it("are NODE_LOST with unknown outcome when the owner leaves, and go elsewhere when they had not left", () => {
    const { desk, a, b, inAMinute } = pair();
    desk.node("c");
    b.answer = () => undefined;
    const lost = ask(1, inAMinute());
    a.link.send("book", "x", lost.envelope);
    desk.run(5);
    desk.mesh.cut("b");
    const unheard = ask(2, inAMinute());
    a.link.send("book", "x", unheard.envelope);
    desk.run(5);
    const notSent = ask(3, inAMinute());
    a.link.send("book", "x", notSent.envelope);
    desk.owners.set("book/x", "c");
    desk.kill("b");
    desk.run(5);
    for (const { outcome } of [lost, unheard]) {
      expect(outcome.error).toMatchObject({ type: "NODE_LOST", retryable: false, data: { outcome: "unknown" } });
    }
    expect(notSent.outcome.value).toBe(3);
    expect(desk.heard.get("book/x")).toEqual([1, 3]);
  });

  it("are MESH_DOWN at once while disconnected, those of the same turn included; sent ones wait for their answer", () => {
    const { desk, a, b, inAMinute } = pair();
    const answers: ((value: unknown) => void)[] = [];
    b.answer = (_actor, { resolve }) => resolve && answers.push(resolve);
    const sent = ask(1, inAMinute());
    a.link.send("book", "x", sent.envelope);
    desk.run(5);
    const unsent = ask(2, inAMinute());
    a.link.send("book", "x", unsent.envelope);
    desk.mesh.disconnect("a");
    const later = ask(3, inAMinute());
    a.link.send("book", "x", later.envelope);
    desk.run(5);
    expect([typeOf(unsent.outcome.error), typeOf(later.outcome.error)]).toEqual(["MESH_DOWN", "MESH_DOWN"]);
    desk.mesh.connect("a");
    desk.run(5);
    answers[0]?.("late but here");
    desk.run(5);
    expect(sent.outcome).toEqual({ value: "late but here" });
    expect(desk.heard.get("book/x")).toEqual([1]);
  });

  it("survive an answer given while the answering node was disconnected", () => {
    const { desk, a, b, inAMinute } = pair();
    const answers: ((value: unknown) => void)[] = [];
    b.answer = (_actor, { resolve }) => resolve && answers.push(resolve);
    const question = ask(1, inAMinute());
    a.link.send("book", "x", question.envelope);
    desk.run(5);
    desk.mesh.disconnect("b");
    answers[0]?.("kept");
    desk.run(5);
    desk.mesh.connect("b");
    desk.run(5);
    expect(question.outcome).toEqual({ value: "kept" });
  });

  it("follow a WRONG_OWNER to the owner it names, and wait for a directory that lags", () => {
    const { desk, a, inAMinute } = pair();
    desk.node("c");
    desk.owners.set("book/x", "c");
    a.directory.lag.set("book/x", "b");
    const named = ask(1, inAMinute());
    a.link.send("book", "x", named.envelope);
    desk.run(1);
    expect(named.outcome.value).toBe(1);
  });

  it("are not sent again when the handler itself failed with WRONG_OWNER", () => {
    const { desk, a, b, inAMinute } = pair();
    b.answer = (_actor, { reject }) => reject?.(wrongOwner("risk/other", "c"));
    const question = ask(1, inAMinute());
    a.link.send("book", "x", question.envelope);
    desk.run(50);
    expect(typeOf(question.outcome.error)).toBe("WRONG_OWNER");
    expect(desk.heard.get("book/x")).toEqual([1]);
  });

  it("are NO_NODE at once when nobody hosts the actor", () => {
    const { desk, a, inAMinute } = pair();
    desk.living.clear();
    desk.tell({ type: "members", left: ["a", "b"] });
    const question = ask(1, inAMinute());
    a.link.send("book", "x", question.envelope);
    expect(question.outcome.error).toMatchObject({ type: "NO_NODE", code: 503, retryable: true });
  });

  it("refuse what cannot travel, naming why", () => {
    const { desk, a, b, inAMinute } = pair();
    const withFunction = ask({ act: () => 1 }, inAMinute());
    a.link.send("book", "x", withFunction.envelope);
    expect(typeOf(withFunction.outcome.error)).toBe("NOT_PORTABLE");
    const large = ask(new Uint8Array(1_000_000), inAMinute());
    a.link.send("book", "x", large.envelope);
    expect(large.outcome.error).toMatchObject({ type: "MESSAGE_TOO_LARGE", data: { maxBytes: 921_600 } });
    a.link.send("book", "x", tell(new Uint8Array(1_000_000)));
    expect(a.deadLetters[0]).toMatch(/^book\/x note MESSAGE_TOO_LARGE: .* 1000030 bytes/);
    b.answer = (_actor, { resolve }) => resolve?.(() => 1);
    const badAnswer = ask(1, inAMinute());
    a.link.send("book", "x", badAnswer.envelope);
    desk.run(1);
    expect(typeOf(badAnswer.outcome.error)).toBe("NOT_PORTABLE");
  });
});

describe("tells", () => {
  it("arrive once and in order through losses, a cut and a reconnect", () => {
    const { desk, a } = pair();
    let count = 0;
    desk.mesh.loses = () => ++count % 3 === 0;
    const sent: number[] = [];
    for (let at = 0; at < 300; at++) {
      if (at === 60) desk.mesh.cut("b");
      if (at === 120) desk.mesh.heal("b");
      if (at === 150) desk.mesh.disconnect("a");
      if (at === 200) desk.mesh.connect("a");
      a.link.send("book", "x", tell(at));
      sent.push(at);
      if (at % 5 === 0) desk.run(10);
    }
    desk.run(20_000);
    expect(desk.heard.get("book/x")).toEqual(sent);
    expect(a.link.counts.waiting).toBe(0);
    expect(a.link.counts.resends).toBeGreaterThan(0);
  });

  it("go to the next owner in order when their node dies, without waiting", () => {
    const { desk, a } = pair();
    desk.mesh.cut("b");
    for (let at = 0; at < 10; at++) a.link.send("book", "x", tell(at));
    desk.run(10);
    for (let at = 10; at < 20; at++) a.link.send("book", "x", tell(at));
    desk.node("c");
    desk.owners.set("book/x", "c");
    desk.kill("b");
    for (let at = 20; at < 30; at++) a.link.send("book", "x", tell(at));
    desk.run(1);
    expect(desk.heard.get("book/x")).toEqual(Array.from({ length: 30 }, (_, at) => at));
  });

  it("come home when the actor now belongs to the sender's own node", () => {
    const { desk, a } = pair();
    desk.mesh.cut("b");
    for (let at = 0; at < 5; at++) a.link.send("book", "x", tell(at));
    desk.run(10);
    desk.owners.set("book/x", "a");
    desk.kill("b");
    desk.run(1);
    expect(desk.heard.get("book/x")).toEqual([0, 1, 2, 3, 4]);
  });

  it("keep their order when the actor moves while some are refused", () => {
    const { desk, a } = pair();
    desk.node("c");
    desk.mesh.delayMs = () => 5;
    for (let at = 0; at < 5; at++) a.link.send("book", "x", tell(at));
    desk.run(1);
    // Moves before they arrive, and back again before the refusal is known.
    desk.owners.set("book/x", "c");
    a.directory.lag.set("book/x", "b");
    for (let at = 5; at < 10; at++) a.link.send("book", "x", tell(at));
    desk.run(5);
    desk.owners.set("book/x", "b");
    for (let at = 10; at < 15; at++) a.link.send("book", "x", tell(at));
    desk.run(2_000);
    expect(desk.heard.get("book/x")).toEqual(Array.from({ length: 15 }, (_, at) => at));
  });

  it("become dead letters NO_NODE after 30 s without anybody to host the actor", () => {
    const { desk, a } = pair();
    desk.living.clear();
    desk.tell({ type: "members", left: ["b"] });
    a.link.send("book", "x", tell(1));
    desk.run(29_000);
    expect(a.deadLetters).toEqual([]);
    desk.run(2_000);
    expect(a.deadLetters).toEqual(["book/x note NO_NODE: no node took it in 30 s"]);
    expect(a.link.counts.waiting).toBe(0);
  });

  it("wait for a node to come", () => {
    const { desk, a } = pair();
    desk.living.clear();
    desk.tell({ type: "members", left: ["b"] });
    for (let at = 0; at < 3; at++) a.link.send("book", "x", tell(at));
    desk.run(10_000);
    desk.owners.set("book/x", "c");
    desk.node("c");
    desk.run(1);
    expect(desk.heard.get("book/x")).toEqual([0, 1, 2]);
  });

  it("beyond 65,536 waiting ones become dead letters OUTBOX_FULL", () => {
    const { desk, a } = pair();
    desk.mesh.disconnect("a");
    for (let at = 0; at < 65_540; at++) a.link.send("book", "x", tell(at));
    expect(a.deadLetters).toHaveLength(4);
    expect(a.deadLetters[0]).toMatch(/OUTBOX_FULL/);
    desk.mesh.connect("a");
    desk.run(1_000);
    expect(desk.heard.get("book/x")).toHaveLength(65_536);
  });

  it("of the market lane are dropped when they cannot be sent now", () => {
    const { desk, a } = pair();
    a.link.send("book", "x", tell("now", "market"));
    desk.run(1);
    desk.mesh.disconnect("a");
    a.link.send("book", "x", tell("lost", "market"));
    desk.mesh.connect("a");
    desk.run(1_000);
    expect(desk.heard.get("book/x")).toEqual(["now"]);
    expect(a.deadLetters).toEqual(["book/x note MARKET_DROPPED: it cannot be sent now"]);
  });
});

describe("sessions and lives", () => {
  it("a new session of the receiver: asks are lost, tells are told again", () => {
    const { desk, a, b, inAMinute } = pair();
    b.answer = () => undefined;
    const question = ask("q", inAMinute());
    a.link.send("book", "x", question.envelope);
    desk.run(5);
    desk.mesh.cut("b");
    a.link.send("book", "x", tell("t"));
    desk.run(5);
    desk.mesh.heal("b");
    desk.renewSession("b");
    desk.run(5);
    expect(typeOf(question.outcome.error)).toBe("NODE_LOST");
    expect(desk.heard.get("book/x")).toEqual(["q", "t"]);
  });

  it("the receiver refuses what was meant for its earlier session before the sender knows of the new one", () => {
    const { desk, a } = pair();
    a.link.send("book", "x", tell(0));
    desk.run(5);
    desk.living.set("b", "newer");
    for (const listener of desk.nodes.get("b")!.directory.listeners) listener({ type: "regained" });
    a.link.send("book", "x", tell(1));
    desk.run(40);
    expect(desk.heard.get("book/x")).toEqual([0]);
    desk.tell({ type: "members", left: [] });
    desk.run(5);
    expect(desk.heard.get("book/x")).toEqual([0, 1]);
  });

  it("a sender started again under its name is heard from its first message on", () => {
    const { desk, a } = pair();
    for (let at = 0; at < 5; at++) a.link.send("book", "x", tell(at));
    desk.run(5);
    desk.kill("a");
    const again = desk.node("a");
    again.link.send("book", "x", tell(100));
    desk.run(5);
    expect(desk.heard.get("book/x")).toEqual([0, 1, 2, 3, 4, 100]);
  });
});

describe("frames", () => {
  it("that cannot be read are counted and dropped", () => {
    const { desk, a, b } = pair();
    const stray = desk.mesh.wire("stray");
    const frames = [
      Buffer.of(),
      Buffer.from("hello"),
      Buffer.of(0xd5, 2, 1),
      Buffer.of(0xd5, 1, 9),
      Buffer.of(0xd5, 1, 1, 255, 255, 255, 255),
    ];
    for (const frame of frames) stray.send("test.actor.trading.b", frame);
    for (const frame of [serialize({ a: 1 }), Buffer.of(0xd5, 1, 2, 0, 0)]) stray.send("test.reply.trading.b", frame);
    desk.run(1);
    expect(b.link.counts.malformed).toBe(7);
    expect(b.logged).toHaveLength(1);
    a.link.send("book", "x", tell("still well"));
    desk.run(1);
    expect(desk.heard.get("book/x")).toEqual(["still well"]);
  });

  it("that carry messages of another area than their subject's are dropped", () => {
    const desk = new LinkDesk((kind) => (kind === "bars" ? "data" : "trading"));
    const [a, b] = [desk.node("a"), desk.node("b")];
    desk.owners.set("book/x", "b");
    const frames: Uint8Array[] = [];
    const leave = b.wire.listen("test.actor.>", (bytes) => frames.push(bytes.slice()));
    a.link.send("book", "x", tell(1));
    desk.run(1);
    leave();
    const stray = desk.mesh.wire("stray");
    stray.send("test.actor.data.b", frames[0]!);
    desk.run(1);
    expect(b.link.counts.malformed).toBe(1);
    expect(desk.heard.get("book/x")).toEqual([1]);
  });

  it("of a turn travel together", () => {
    const { desk, a } = pair();
    for (let at = 0; at < 100; at++) a.link.send("book", "x", tell(at));
    desk.run(1);
    expect(desk.heard.get("book/x")).toHaveLength(100);
    // One frame there, one acknowledgement back.
    expect(desk.mesh.delivered).toBe(2);
  });

  it("wake an actor without a word", () => {
    const { desk, a, b } = pair();
    a.link.wake("book", "x");
    desk.run(1);
    expect(b.woken).toEqual(["book/x"]);
    desk.owners.set("book/x", "a");
    a.link.wake("book", "x");
    expect(a.woken).toEqual(["book/x"]);
  });
});
