/**
 * One seeded run of the mesh: nodes start, live through faults while clients speak to their actors, then all faults end.
 * From then on every kept actor has to be active within `CONVERGED_WITHIN_MS`, once, where it belongs; everything answers
 * from everywhere; and when the nodes leave in order nothing of them is left, no timer and nothing held.
 */
import { createHash } from "node:crypto";
import { MemoryJournal } from "../../../domain/journal/memory-journal.ts";
import { type Random, seededRandom } from "../../../domain/kernel/random.ts";
import { MemoryBucket } from "./memory-key-value.ts";
import { MemoryMesh } from "./memory-wire.ts";
import { FaultPlan, type Victim } from "./mesh-faults.ts";
import { ADD, BARS, HEAR, type Hearer, KEPT, KINDS } from "./sim-actors.ts";
import { type Change, type SimMesh, SimNode } from "./sim-node.ts";
import { SimTime } from "./sim-time.ts";
import { Witness } from "./witness.ts";

const START_MS = Date.UTC(2025, 5, 16, 9, 30);
const NODES_MAX = 5;
const CONVERGED_WITHIN_MS = 45_000;
const LEAVE_TIMEOUT_MS = 5_000;
const HALVES = [
  ["connection", "bars"],
  ["execution", "positions"],
];

export class MeshRun implements Victim {
  readonly mesh: SimMesh;
  readonly witness: Witness;
  readonly time = new SimTime(START_MS);
  readonly journalCuts = new Set<string>();
  nodes: SimNode[] = [];
  isJournalAway = false;
  journalSlowMs = 0;
  wireLoss = 0;
  /** Simulated, from the end of the faults. */
  convergedAfterMs = 0;
  readonly #random: Random;
  readonly #journal = new MemoryJournal();
  readonly #faults: FaultPlan;
  readonly #endings = new Set<() => void>();
  readonly #splits: boolean;
  readonly #lastsMs: number;
  #lives = 0;
  #isCalm = false;

  constructor(seed: string, change: Change = {}) {
    this.witness = new Witness(() => this.time.now());
    this.#random = seededRandom(`mesh ${seed}`);
    const chance = seededRandom(`chance ${seed}`);
    const wires = new MemoryMesh(this.time);
    const slow = [0, 2, 10, 40][this.#random.integer(0, 3)]!;
    wires.delayMs = () => chance.integer(0, slow);
    wires.loses = () => this.wireLoss > 0 && chance.next() < this.wireLoss;
    const bucket = { clock: this.time, latencyMs: () => chance.integer(0, slow) };
    const crashShare = [0, 0, 0.02][this.#random.integer(0, 2)]!;
    const renewMs = [100, 200, 400][this.#random.integer(0, 2)]!;
    this.mesh = {
      seed,
      time: this.time,
      witness: this.witness,
      wires,
      sessions: new MemoryBucket(bucket),
      leases: new MemoryBucket({ ...bucket, generation: 7 }),
      journal: this.#journal,
      journalLatencyMs: () =>
        chance.integer(0, 3) + (!this.#isCalm && chance.next() < 0.02 ? chance.integer(0, 1_500) : 0) + this.journalSlowMs,
      isJournalDown: (node) => this.isJournalAway || this.journalCuts.has(node),
      crashes: () => (this.#isCalm || chance.next() >= crashShare ? 0 : chance.integer(1, 2)),
      renewMs,
      expiryMs: renewMs * 3,
      change,
    };
    this.#faults = new FaultPlan(seededRandom(`faults ${seed}`), change.faults);
    this.#splits = this.#random.next() < 0.3;
    this.#lastsMs = this.#random.integer(2_000, 9_000);
  }

  async run(): Promise<void> {
    this.witness.note(`faults: ${this.#faults.kinds.join(" ")}, one in ${this.#faults.meanMs} ms; session ${this.mesh.expiryMs} ms`);
    for (let count = this.#random.integer(2, NODES_MAX); count > 0; count--) this.join();
    await this.#pass(this.#random.integer(0, 3_000));
    await this.#faultyTime();
    await this.#calm();
    await this.#converge();
    await this.#probe();
    await this.#close();
    this.witness.checkJournal(await this.#events());
    this.witness.checkTells();
    this.#assertRight();
  }

  async digest(): Promise<string> {
    const hash = createHash("sha256").update(this.witness.story.join("\n"));
    for (const { stream, version, atMs, data } of await this.#events()) hash.update(JSON.stringify([stream, version, atMs, data]));
    return hash.digest("hex");
  }

  until(durationMs: number, end: () => void): void {
    const once = (): void => {
      if (this.#endings.delete(once)) end();
    };
    this.#endings.add(once);
    this.time.after(durationMs, once);
  }

  join(): void {
    if (this.nodes.length >= NODES_MAX) return;
    const names = ["n1", "n2", "n3", "n4", "n5"].filter((name) => !this.nodes.some((node) => node.name === name));
    const name = names[this.#random.integer(0, names.length - 1)]!;
    const life = `${name}.${++this.#lives}`;
    const kinds = this.#splits && !this.#isCalm ? HALVES[this.#lives % 2]! : KINDS;
    const node = new SimNode(name, life, kinds, this.mesh);
    this.witness.note(`${life} starts with ${kinds.join(" ")}`);
    this.nodes.push(node);
    void node.start();
  }

  kill(node: SimNode): void {
    this.#forget(node);
    if (node.process.alive) node.end();
  }

  leave(node: SimNode): void {
    if (!node.serves || this.nodes.length === 1) return;
    this.witness.note(`${node.life} leaves`);
    void node.leave(LEAVE_TIMEOUT_MS).then(
      () => this.kill(node),
      (error: unknown) => this.witness.wrong(`${node.life} could not leave: ${String(error)}`),
    );
  }

  #forget(node: SimNode): void {
    this.nodes = this.nodes.filter((other) => other !== node);
  }

  async #pass(durationMs: number): Promise<void> {
    await this.time.advance(durationMs);
    this.#assertRight();
  }

  #assertRight(): void {
    if (this.witness.problems.length > 0) throw new Error(this.witness.problems.slice(0, 5).join("\n"));
  }

  async #faultyTime(): Promise<void> {
    const endMs = this.time.now() + this.#lastsMs;
    let strikeAtMs = this.time.now();
    while (this.time.now() < endMs) {
      for (const node of this.nodes) if (!node.process.alive) this.#forget(node);
      if (this.time.now() >= strikeAtMs) {
        strikeAtMs = this.time.now() + this.#random.exponential(this.#faults.meanMs);
        this.#faults.strike(this);
      }
      // Whoever runs the nodes starts them again.
      if (this.nodes.length < 2 || (this.nodes.length < 3 && this.#random.next() < 0.02)) this.join();
      for (let count = this.#random.integer(0, 4); count > 0; count--) this.#speak();
      await this.#pass(this.#random.integer(1, 60));
    }
  }

  #serving(): SimNode | undefined {
    const serving = this.nodes.filter((node) => node.serves);
    return serving[this.#random.integer(0, serving.length - 1)];
  }

  /** A client of some node says something to some actor. */
  #speak(): void {
    const node = this.#serving();
    if (!node) return;
    const kind = this.#random.next();
    if (kind < 0.4) this.#tell(node, "positions", this.#pick(KEPT["positions"]!));
    else if (kind < 0.55) this.#tell(node, "bars", this.#pick(BARS));
    else this.#wish(this.#pick(KEPT["execution"]!), node);
  }

  #tell(node: SimNode, kind: Hearer, id: string): void {
    node.host.tell(HEAR[kind], id, { tell: this.witness.tell(node.life, `${kind}/${id}`, this.mesh.crashes()) });
  }

  #wish(id: string, node: SimNode): void {
    const number = this.witness.wish(`execution/${id}`, this.mesh.crashes());
    void this.#ask(number, id, node, 1);
  }

  /** Repeated under the same number until it is answered, some times, from anywhere. */
  async #ask(wish: number, id: string, node: SimNode, attempts: number): Promise<boolean> {
    const version = await node.asked(node.host.ask(ADD, id, { wish }));
    if (version !== null) this.witness.answered(wish, version);
    if (version !== null || attempts >= 4) return version !== null;
    const next = this.#serving() ?? node;
    return this.#ask(wish, id, next, attempts + 1);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.integer(0, list.length - 1)]!;
  }

  async #calm(): Promise<void> {
    this.witness.note("all faults end");
    this.#isCalm = true;
    for (const bucket of [this.mesh.sessions, this.mesh.leases]) bucket.resume();
    // Also those that come up meanwhile.
    for (const end of this.#endings) end();
    for (const node of this.nodes) if (!node.process.alive) this.#forget(node);
    for (const node of this.nodes) for (const handle of [node.sessions, node.leases]) handle.loseRequests(0);
    for (let count = this.nodes.filter(({ isLeaving }) => !isLeaving).length; count < 2; count++) this.join();
    if (this.#splits) for (let count = 0; count < 2; count++) this.join();
  }

  async #converge(): Promise<void> {
    const sinceMs = this.time.now();
    for (let left = ["-"]; left.length > 0;) {
      this.convergedAfterMs = this.time.now() - sinceMs;
      left = this.#unsettled();
      if (left.length === 0) return;
      if (this.convergedAfterMs > CONVERGED_WITHIN_MS) throw new Error(`not settled in ${CONVERGED_WITHIN_MS} ms: ${left.join("; ")}`);
      await this.#pass(100);
      for (const node of this.nodes) if (!node.process.alive) this.#forget(node);
      while (this.nodes.length < 2) this.join();
    }
  }

  /** What is not yet as it has to be. */
  #unsettled(): string[] {
    const left: string[] = [];
    for (const node of this.nodes) {
      if (node.isLeaving) left.push(`${node.life} is leaving`);
      else if (!node.isUp || !node.directory.valid()) left.push(`${node.life} has no session`);
      else if (node.directory.members().length !== this.nodes.length)
        left.push(`${node.life} knows ${node.directory.members().length} members`);
      else if (node.link.counts.waiting > 0) left.push(`${node.link.counts.waiting} messages wait on ${node.life}`);
      else if (!node.host.quiet) left.push(`${node.host.waiting} messages wait in mailboxes on ${node.life}`);
    }
    for (const [kind, ids] of Object.entries(KEPT)) for (const id of ids) left.push(...this.#misplaced(kind, id));
    return left;
  }

  #misplaced(kind: string, id: string): string[] {
    const actor = `${kind}/${id}`;
    const active = this.nodes.filter(({ host }) => host.find(actor)?.status === "active").map(({ name }) => name);
    const wanted = new Set(this.nodes.map(({ directory }) => directory.candidate(kind, id)));
    const known = new Set(this.nodes.map(({ directory }) => directory.locate(kind, id)?.node));
    if (wanted.size === 1 && known.size === 1 && active.length === 1 && wanted.has(active[0]!) && known.has(active[0])) return [];
    return [`${actor} is active on [${active.join(" ")}], belongs on [${[...wanted].join(" ")}], is known on [${[...known].join(" ")}]`];
  }

  /** Everybody can be spoken to from everywhere. */
  async #probe(): Promise<void> {
    const answers: Promise<boolean>[] = [];
    for (const node of this.nodes) {
      for (const id of KEPT["execution"]!) answers.push(this.#ask(this.witness.wish(`execution/${id}`, 0), id, node, 4));
      for (const id of KEPT["positions"]!) this.#tell(node, "positions", id);
      for (const id of BARS) this.#tell(node, "bars", id);
    }
    await this.#pass(3_000);
    const given = await Promise.all(answers.map((answer) => Promise.race([answer, Promise.resolve(false)])));
    if (given.includes(false))
      this.witness.wrong(`${given.filter((is) => !is).length} of ${given.length} asks were not answered in the end`);
    for (const [actor, lives] of this.witness.held) {
      // What goes to rest has given back what it held, and not yet its lease.
      if (this.nodes.some(({ host }) => host.find(actor)?.status === "moving")) continue;
      const owners = this.nodes.filter(({ host }) => host.find(actor)).map(({ life }) => life);
      const holders = [...lives].filter((life) => !this.witness.gone.has(life));
      if (String(holders) !== String(owners))
        this.witness.wrong(`${actor} is held on [${holders.join(" ")}] and lives on [${owners.join(" ")}]`);
    }
    this.witness.checkTells();
    this.#assertRight();
  }

  /** All leave one after the other; then nothing of theirs goes on. */
  async #close(): Promise<void> {
    const nodes = this.nodes;
    const left = nodes.map((node) => node.leave(LEAVE_TIMEOUT_MS));
    await this.#pass(2 * LEAVE_TIMEOUT_MS);
    await Promise.all(left);
    for (const { life, process, host } of nodes) {
      // While its process lives, a run queue with something in it looks again and again whether it may go on.
      if (process.timers > 1) this.witness.wrong(`${process.timers} timers of ${life} are left`);
      if (host.size > 0) this.witness.wrong(`${host.size} actors of ${life} are left`);
    }
    this.#assertRight();
  }

  async #events() {
    const events = [];
    for (let after = 0n; ;) {
      const page = await this.#journal.readAll(after, 1_000);
      if (page.length === 0) return events;
      events.push(...page);
      after = page.at(-1)!.position;
    }
  }
}
