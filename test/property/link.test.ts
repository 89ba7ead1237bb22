/**
 * The link under random faults: losses, cuts, disconnects, pauses, moves of actors, directories that lag, nodes that die
 * and come back. Tells of one node to one actor are first heard in the order they were told, all of them; more than once
 * only when a node died or changed its session. Every ask ends.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Envelope } from "../../mixins/hosted/envelope.ts";
import { ask, LinkDesk, tell } from "../unit/link-desk.ts";

const NODES = ["a", "b", "c", "d"] as const;
const ACTORS = ["book/x", "book/y", "risk/z"] as const;
const node = fc.constantFrom(...NODES.slice(1));
const actor = fc.constantFrom(...ACTORS);

const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("tell" as const), actor, count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("ask" as const), actor }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("run" as const), ms: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("move" as const), actor, to: node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lag" as const), actor, to: node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), node: fc.constantFrom(...NODES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("heal" as const), node: fc.constantFrom(...NODES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("disconnect" as const), node: fc.constantFrom(...NODES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("connect" as const), node: fc.constantFrom(...NODES) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pause" as const), node }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("resume" as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), node }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("session" as const), node }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly desk = new LinkDesk();
  readonly told = new Map<string, number[]>(ACTORS.map((id) => [id, []]));
  readonly asks: { value?: unknown; error?: unknown }[] = [];
  mayRepeat = false;
  #next = 0;

  constructor(delays: number, lossEvery: number) {
    for (const name of NODES) this.desk.node(name);
    for (const id of ACTORS) this.desk.owners.set(id, "b");
    let count = 0;
    this.desk.mesh.delayMs = (from, to) => (from.charCodeAt(0) * 7 + to.charCodeAt(0) * 3) % (delays + 1);
    this.desk.mesh.loses = () => lossEvery > 0 && ++count % lossEvery === 0;
  }

  do(what: Step): void {
    const { desk } = this;
    const alive = (name: string) => desk.living.has(name);
    switch (what.do) {
      case "tell":
        for (let at = 0; at < what.count; at++) this.#tell(what.actor);
        break;
      case "ask":
        this.#ask(what.actor);
        break;
      case "run":
        desk.run(what.ms);
        break;
      case "move":
        desk.owners.set(what.actor, what.to);
        desk.nodes.get("a")!.directory.lag.delete(what.actor);
        break;
      case "lag":
        desk.nodes.get("a")!.directory.lag.set(what.actor, what.to);
        break;
      case "kill":
        this.mayRepeat = true;
        if (alive(what.node)) desk.kill(what.node);
        else desk.node(what.node);
        break;
      case "session":
        this.mayRepeat = true;
        if (alive(what.node)) desk.renewSession(what.node);
        break;
      default:
        if (alive(what.node)) desk.mesh[what.do](what.node);
    }
  }

  #tell(id: string): void {
    this.told.get(id)!.push(++this.#next);
    send(this.desk, id, tell(this.#next));
  }

  #ask(id: string): void {
    const { envelope, outcome } = ask("?", this.desk.clock.now() + 2_000);
    this.asks.push(outcome);
    send(this.desk, id, envelope);
    // As the host does: whoever has no answer by the deadline gets an error.
    this.desk.clock.after(2_001, () => envelope.reject?.(new Error("timeout")));
  }

  /** Everything works again, and time passes. */
  settle(): void {
    const { desk } = this;
    desk.mesh.loses = () => false;
    for (const { directory } of desk.nodes.values()) directory.lag.clear();
    for (const name of desk.living.keys()) {
      desk.mesh.heal(name);
      desk.mesh.resume(name);
      desk.mesh.connect(name);
    }
    desk.run(25_000);
  }
}

function send(desk: LinkDesk, id: string, envelope: Envelope): void {
  const slash = id.indexOf("/");
  desk.nodes.get("a")!.link.send(id.slice(0, slash), id.slice(slash + 1), envelope);
}

describe("the link", () => {
  it("loses nothing, keeps order, repeats only after a death, ends every ask", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 3, 7), (steps, delays, loss) => {
        const run = new Run(delays, loss);
        for (const each of steps) run.do(each);
        run.settle();
        for (const [id, told] of run.told) {
          const heard = (run.desk.heard.get(id) ?? []).filter((each): each is number => typeof each === "number");
          expect([...new Set(heard)]).toEqual(told);
          if (!run.mayRepeat) expect(heard).toEqual(told);
        }
        for (const outcome of run.asks) expect(Object.keys(outcome).length).toBeGreaterThan(0);
        expect(run.desk.nodes.get("a")!.link.counts.waiting).toBe(0);
        expect(run.desk.nodes.get("a")!.deadLetters).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });
});
