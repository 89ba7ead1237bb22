/**
 * Nodes with links and actors that only write down what they are told, on the memory mesh and a manual clock. Ownership
 * is a table that tests change; who has no row belongs to the first living node. What an actor heard outlives its node,
 * as a journal would.
 */
import { meshSubjects } from "../../domain/contract/mesh-subjects.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import type { Directory, DirectoryChange, KnownLease, Lease, Member } from "../../mixins/hosted/directory.ts";
import type { Envelope } from "../../mixins/hosted/envelope.ts";
import { wrongOwner } from "../../mixins/hosted/remote.ts";
import { ActorLink } from "../../mixins/link/link.ts";
import type { Wire } from "../../mixins/mesh/wire.ts";
import { MemoryMesh } from "../simulation/mesh/memory-wire.ts";

/** The ownership table all nodes read; `lag` keeps an old row in the view of one node. */
export class TableDirectory implements Directory {
  readonly nodeId: string;
  readonly #desk: LinkDesk;
  readonly listeners = new Set<(change: DirectoryChange) => void>();
  readonly lag = new Map<string, string>();

  constructor(nodeId: string, desk: LinkDesk) {
    this.nodeId = nodeId;
    this.#desk = desk;
  }

  locate(kind: string, id: string): Lease | null {
    const node = this.lag.get(`${kind}/${id}`) ?? this.#desk.owners.get(`${kind}/${id}`);
    return node !== undefined && this.#desk.living.has(node) ? { node, epoch: 1n } : null;
  }

  candidate(): string | null {
    return [...this.#desk.living.keys()].sort()[0] ?? null;
  }

  claim(): Promise<Lease> {
    return Promise.resolve({ node: this.nodeId, epoch: 1n });
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  valid(): boolean {
    return true;
  }

  members(): readonly Member[] {
    return [...this.#desk.living].map(([node, session]) => ({
      node,
      roles: [],
      kinds: [],
      draining: false,
      startedAtMs: 0,
      session,
      pins: [],
    }));
  }

  leases(): Iterable<KnownLease> {
    return [];
  }

  onChange(listener: (change: DirectoryChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export interface DeskNode {
  readonly link: ActorLink;
  readonly wire: Wire;
  readonly directory: TableDirectory;
  readonly deadLetters: string[];
  readonly logged: string[];
  readonly woken: string[];
  /** Answers to asks; echoes when absent. */
  answer: ((actorId: string, envelope: Envelope) => void) | null;
}

export class LinkDesk {
  readonly clock = new ManualClock(1_000_000);
  readonly mesh = new MemoryMesh(this.clock);
  readonly owners = new Map<string, string>();
  /** Node → session. */
  readonly living = new Map<string, string>();
  readonly nodes = new Map<string, DeskNode>();
  /** What each actor was told, in order. */
  readonly heard = new Map<string, unknown[]>();
  readonly #areaOf: (kind: string) => string;
  #lives = 0;

  constructor(areaOf: (kind: string) => string = () => "trading") {
    this.#areaOf = areaOf;
  }

  node(name: string): DeskNode {
    const life = `life-${++this.#lives}`;
    this.living.set(name, life);
    const directory = new TableDirectory(name, this);
    const wire = this.mesh.wire(name);
    const node: Omit<DeskNode, "link"> = { wire, directory, deadLetters: [], logged: [], woken: [], answer: null };
    const link = new ActorLink({
      wire,
      directory,
      subjects: meshSubjects("test"),
      areaOf: this.#areaOf,
      life,
      clock: this.clock,
      defer: (callback) => void this.clock.after(0, callback),
      receive: (kind, id, envelope) => this.#receive(name, `${kind}/${id}`, envelope),
      wake: (kind, id) => void node.woken.push(`${kind}/${id}`),
      deadLetter: (actorId, message, reason) => void node.deadLetters.push(`${actorId} ${message} ${reason}`),
      log: (_level, text) => void node.logged.push(text),
    });
    const whole = Object.assign(node, { link });
    this.nodes.set(name, whole);
    this.tell({ type: "members", left: [] });
    return whole;
  }

  /** The node is dead and everybody knows it. */
  kill(name: string): void {
    this.nodes.get(name)?.link.close();
    this.nodes.delete(name);
    this.mesh.kill(name);
    this.living.delete(name);
    this.tell({ type: "members", left: [name] });
  }

  /** The node's session ended and it has a new one: its actors here ended. */
  renewSession(name: string): void {
    this.living.set(name, `session-${++this.#lives}`);
    this.tell({ type: "members", left: [] });
  }

  tell(change: DirectoryChange): void {
    for (const { directory } of this.nodes.values()) for (const listener of directory.listeners) listener(change);
  }

  run(byMs = 0): void {
    this.clock.advance(byMs);
  }

  /** As the host: takes what this node owns, or what nobody owns and belongs here. */
  #receive(name: string, actorId: string, envelope: Envelope): void {
    const owner = this.owners.get(actorId);
    const place = owner !== undefined && this.living.has(owner) ? owner : [...this.living.keys()].sort()[0];
    if (place !== name) return envelope.arrival?.refused(wrongOwner(actorId, place ?? null));
    const heard = this.heard.get(actorId) ?? [];
    this.heard.set(actorId, heard);
    heard.push(envelope.params);
    envelope.arrival?.taken();
    const answer = this.nodes.get(name)?.answer;
    if (answer) answer(actorId, envelope);
    else envelope.resolve?.(envelope.params);
  }
}

export function tell(params: unknown, lane: Envelope["lane"] = "control"): Envelope {
  return { name: "note", params, lane, resolve: null, reject: null, deadlineMs: 0, own: null, arrival: null };
}

/** An ask with its outcome, filled when it is known. */
export function ask(
  params: unknown,
  deadlineMs: number,
): { readonly envelope: Envelope; readonly outcome: { value?: unknown; error?: unknown } } {
  const outcome: { value?: unknown; error?: unknown } = {};
  const envelope: Envelope = {
    name: "question",
    params,
    lane: "control",
    resolve: (value) => void (outcome.value = value),
    reject: (error) => void (outcome.error ??= error),
    deadlineMs,
    own: null,
    arrival: null,
  };
  return { envelope, outcome };
}
