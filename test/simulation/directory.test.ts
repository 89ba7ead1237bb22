/**
 * Directories under seeded faults: nodes that pause, die, come back and lose their connection or their answers, a store
 * that stands still or is lost. What must hold at every step: of all nodes that may act, at most one believes that it
 * owns an actor; and epochs of an actor only grow. In the end everything can be claimed again by somebody.
 *
 * `SEED=<n> vitest run --project simulation test/simulation/directory.test.ts` runs one seed again; `SEEDS=<n>` that many.
 */
import { describe, expect, it } from "vitest";
import { isExpected } from "../../domain/kernel/errors.ts";
import { type Random, seededRandom } from "../../domain/kernel/random.ts";
import { DirectoryMesh, type MeshNode } from "./mesh/directory-mesh.ts";

const SEEDS = process.env["SEED"] === undefined ? Number(process.env["SEEDS"] ?? 40) : 1;
const FIRST = Number(process.env["SEED"] ?? 1);
const NAMES = ["a", "b", "c", "d"];
const ACTORS = ["x", "y", "z"];
const STEPS = 60;

/** Frozen nodes run no code: whether they may act shows when they go on. */
class Life {
  readonly mesh: DirectoryMesh;
  readonly random: Random;
  /** What each node believes to own: actor → epoch, as its host would. */
  readonly beliefs = new Map<MeshNode, Map<string, bigint>>();
  readonly frozen = new Set<MeshNode>();
  /** Claims on their way. */
  readonly claiming = new Map<string, MeshNode>();
  readonly highest = new Map<string, bigint>();
  readonly story: string[] = [];
  readonly failures: unknown[] = [];
  isStoreStanding = false;

  constructor(seed: number) {
    this.random = seededRandom(`directory ${seed}`);
    this.mesh = new DirectoryMesh({ seed: String(seed), latencyMs: () => this.random.integer(0, 30) });
  }

  get nodes(): MeshNode[] {
    return [...this.mesh.nodes.values()];
  }

  get awake(): MeshNode[] {
    return this.nodes.filter((node) => !this.frozen.has(node));
  }

  note(what: string): void {
    this.story.push(`${this.mesh.clock.now() - 1_000_000} ${what}`);
  }

  start(name: string): void {
    this.note(`start ${name}`);
    const node = this.mesh.begin(name);
    const owned = new Map<string, bigint>();
    this.beliefs.set(node, owned);
    node.directory.onChange((change) => {
      if (change.type !== "members") this.note(`${name} ${change.type}`);
      if (change.type === "lost") owned.clear();
    });
    node.started.catch((error: unknown) => {
      if (!isExpected(error)) throw error;
      this.note(`${name} did not start, and ends: ${error.type}`);
      this.frozen.delete(node);
      if (this.mesh.nodes.get(name) === node) this.mesh.kill(node);
    });
  }

  async claim(node: MeshNode, actor: string): Promise<void> {
    const owned = this.beliefs.get(node)!;
    // A host asks for one thing at a time.
    const busy = `${node.name} ${actor}`;
    if (this.claiming.get(busy) === node) return;
    this.claiming.set(busy, node);
    try {
      const { epoch } = await node.directory.claim("strategy", actor);
      this.note(`${node.name} owns ${actor} at ${epoch}`);
      const highest = this.highest.get(actor) ?? 0n;
      if (epoch <= highest) throw new Error(`epoch ${epoch} of ${actor} is not above ${highest}`);
      this.highest.set(actor, epoch);
      owned.set(actor, epoch);
    } catch (error) {
      if (!isExpected(error)) throw error;
      this.note(`${node.name} did not get ${actor}: ${error.type}`);
    } finally {
      if (this.claiming.get(busy) === node) this.claiming.delete(busy);
    }
  }

  async release(node: MeshNode, actor: string): Promise<void> {
    const owned = this.beliefs.get(node)!;
    const epoch = owned.get(actor);
    if (epoch === undefined || this.claiming.has(`${node.name} ${actor}`)) return;
    owned.delete(actor);
    await node.directory.release("strategy", actor, epoch).catch((error: unknown) => {
      if (!isExpected(error)) throw error;
    });
  }

  /** At most one node that may act believes to own the actor. */
  assertOneOwner(): void {
    for (const actor of ACTORS) {
      const owners = this.nodes.filter((node) => this.beliefs.get(node)?.has(actor) === true && node.directory.valid());
      if (owners.length > 1) throw new Error(`${actor} has owners ${owners.map(({ name }) => name).join(" and ")}`);
    }
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.random.integer(0, Math.max(0, list.length - 1))];
  }
}

async function live(life: Life): Promise<void> {
  const { mesh, random } = life;
  for (const name of NAMES.slice(0, 3)) life.start(name);
  for (let step = 0; step < STEPS; step++) {
    fault(life);
    for (let count = random.integer(1, 4); count > 0; count--) {
      const node = life.pick(life.awake);
      const actor = life.pick(ACTORS)!;
      // What a process asked for before it died is never answered.
      if (node)
        void (random.next() < 0.8 ? life.claim(node, actor) : life.release(node, actor)).catch((error: unknown) =>
          life.failures.push(error),
        );
    }
    for (let part = random.integer(1, 60); part > 0; part--) {
      await mesh.pass(5);
      life.assertOneOwner();
    }
  }
  calm(life);
  await mesh.pass(5_000);
  if (life.failures.length > 0) throw life.failures[0];
  for (const name of NAMES) if (!mesh.nodes.has(name)) life.start(name);
  await mesh.until(() => life.nodes.every(({ directory }) => directory.valid() && directory.members().length === NAMES.length), 30_000);
  for (const actor of ACTORS) {
    const { directory } = life.nodes[0]!;
    await mesh.until(() =>
      life.nodes.every((node) => node.directory.locate("strategy", actor)?.epoch === directory.locate("strategy", actor)?.epoch),
    );
    const owner = directory.locate("strategy", actor)?.node ?? directory.candidate("strategy", actor)!;
    await mesh.settle(life.claim(mesh.nodes.get(owner)!, actor));
    if (!life.beliefs.get(mesh.nodes.get(owner)!)!.has(actor)) throw new Error(`${owner} could not claim ${actor} in the end`);
    life.assertOneOwner();
  }
}

function fault(life: Life): void {
  const { mesh, random } = life;
  const chance = random.next();
  const node = life.pick(life.nodes);
  if (chance < 0.08) {
    const name = life.pick(NAMES)!;
    if (!mesh.nodes.has(name)) life.start(name);
  } else if (chance < 0.12) {
    life.isStoreStanding = !life.isStoreStanding;
    life.note(life.isStoreStanding ? "the store stands still" : "the store goes on");
    for (const bucket of [mesh.sessions, mesh.leases]) {
      if (life.isStoreStanding) bucket.pause();
      else bucket.resume();
    }
  } else if (chance < 0.15) {
    const isLeases = random.next() < 0.5;
    life.note(`${isLeases ? "leases" : "sessions"} are lost`);
    (isLeases ? mesh.leases : mesh.sessions).lose();
  } else if (node) faultOf(life, node, chance);
}

function faultOf(life: Life, node: MeshNode, chance: number): void {
  const { mesh, random, frozen } = life;
  if (chance < 0.2) {
    life.note(`kill ${node.name}`);
    frozen.delete(node);
    mesh.kill(node);
  } else if (chance < 0.4) {
    const isFrozen = frozen.has(node);
    life.note(`${isFrozen ? "wake" : "freeze"} ${node.name}`);
    if (isFrozen) mesh.thaw(node);
    else mesh.freeze(node);
    if (isFrozen) frozen.delete(node);
    else frozen.add(node);
  } else if (chance < 0.5) node.setConnected(random.next() < 0.5);
  else if (chance < 0.6) node.sessions.loseAnswers(random.integer(1, 4));
  else if (chance < 0.65) node.leases.loseAnswers(random.integer(1, 6));
  else if (chance < 0.7) node.sessions.loseRequests(random.integer(1, 4));
  else if (chance < 0.75) node.leases.blindfold();
  else if (chance < 0.8) node.sessions.blindfold();
  else if (chance < 0.85) for (const handle of [node.leases, node.sessions]) handle.see();
  else if (chance < 0.88) node.clock.wallJumpMs += random.integer(-3_600_000, 3_600_000);
}

function calm(life: Life): void {
  const { mesh, frozen } = life;
  life.note("calm");
  for (const bucket of [mesh.sessions, mesh.leases]) bucket.resume();
  for (const node of life.nodes) {
    if (frozen.has(node)) mesh.thaw(node);
    node.setConnected(true);
    for (const handle of [node.sessions, node.leases]) {
      handle.loseAnswers(0);
      handle.loseRequests(0);
      handle.see();
    }
  }
  frozen.clear();
}

describe("directories under faults", () => {
  it(`have one owner per actor at every step (${SEEDS} seeds from ${FIRST})`, { timeout: 600_000 }, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const life = new Life(seed);
      try {
        await live(life);
      } catch (error) {
        expect.fail(
          `SEED=${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${life.story.slice(-40).join("\n")}`,
        );
      }
    }
  });
});
