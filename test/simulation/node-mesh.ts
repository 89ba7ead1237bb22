/**
 * Several nodes of one floor in a simulated world, with the worst that a mesh may do between them: messages take their
 * time, tells come twice, answers get lost, nodes die, are taken for dead while they still act, and come back.
 *
 * A stand-in for directory and link that keeps their promises and no more: one owner in the book of leases, epochs that
 * grow, tells at least once and in order per sender and receiver, asks answered or failed with a typed error. What two
 * owners at once would do is left to happen for `ZOMBIE_MS`: the journal has to refuse the old one.
 */
import { DstaError } from "../../domain/kernel/errors.ts";
import { hash32, type Random } from "../../domain/kernel/random.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import type { Directory, DirectoryChange, KnownLease, Lease, Member } from "../../mixins/hosted/directory.ts";
import type { Envelope } from "../../mixins/hosted/envelope.ts";
import type { ActorHost } from "../../mixins/hosted/host.ts";
import { nodeLost, type Remote, wrongOwner } from "../../mixins/hosted/remote.ts";
import type { Life } from "./world.ts";

/** From a node's end to its leases being free. */
export const EXPIRY_MS = 600;
/** How long a node that is taken for dead goes on acting. */
const ZOMBIE_MS = 300;
const HOP_MAX_MS = 4;

export class NodeMesh {
  readonly random: Random;
  readonly nodes = new Map<string, MeshNode>();
  readonly leases = new Map<string, Lease>();
  epoch: bigint;

  constructor(random: Random, afterEpoch: bigint) {
    this.random = random;
    this.epoch = afterEpoch;
  }

  join(name: string, life: Life): MeshNode {
    const node = new MeshNode(name, life, this);
    this.nodes.set(name, node);
    this.say({ type: "members", left: [] });
    return node;
  }

  /** Nobody is told at once that it is gone. */
  die(node: MeshNode): void {
    node.life.end();
    const [other] = this.others(node);
    other?.life.clock.after(EXPIRY_MS, () => this.#gone(node));
  }

  /** The others take its actors over while it still acts; then it hears of it, and is back a little later with nothing. */
  suspect(node: MeshNode): void {
    this.#gone(node);
    node.life.clock.after(ZOMBIE_MS, () => {
      node.isValid = false;
      node.hear({ type: "lost", why: "taken for dead" });
      node.life.clock.after(EXPIRY_MS, () => {
        node.isValid = true;
        this.nodes.set(node.nodeId, node);
        node.hear({ type: "regained" });
        this.say({ type: "members", left: [] });
      });
    });
  }

  #gone(node: MeshNode): void {
    if (this.nodes.get(node.nodeId) === node) this.nodes.delete(node.nodeId);
    for (const [actor, lease] of this.leases) if (lease.node === node.nodeId) this.leases.delete(actor);
    for (const other of this.nodes.values()) other.lose(node);
    this.say({ type: "members", left: [node.nodeId] });
  }

  others(node: MeshNode): MeshNode[] {
    return [...this.nodes.values()].filter((other) => other !== node && other.life.alive);
  }

  say(change: DirectoryChange): void {
    for (const node of this.nodes.values()) node.hear(change);
  }

  /** Highest hash wins: what belongs to a node moves only when that node leaves or a better one joins. */
  place(kind: string, id: string): string | null {
    const scored = [...this.nodes.keys()].map((name) => ({ name, score: hash32(`${name}|${kind}|${id}`) }));
    return scored.toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))[0]?.name ?? null;
  }
}

interface Flight {
  readonly to: MeshNode;
  readonly actorId: string;
  readonly envelope: Envelope;
  readonly kind: string;
  readonly id: string;
}

export class MeshNode implements Directory, Remote {
  readonly nodeId: string;
  readonly life: Life;
  readonly feed: NodeFeed;
  host: ActorHost | null = null;
  isValid = true;
  readonly #mesh: NodeMesh;
  readonly #listeners: ((change: DirectoryChange) => void)[] = [];
  /** When the last message to a node is due: later ones do not overtake it. */
  readonly #dueMs = new Map<MeshNode, number>();
  readonly #flights = new Set<Flight>();

  constructor(nodeId: string, life: Life, mesh: NodeMesh) {
    this.nodeId = nodeId;
    this.life = life;
    this.#mesh = mesh;
    this.feed = new NodeFeed(this, mesh);
  }

  locate(kind: string, id: string): Lease | null {
    return this.#mesh.leases.get(`${kind}/${id}`) ?? null;
  }

  candidate(kind: string, id: string): string | null {
    return this.#mesh.place(kind, id);
  }

  claim(kind: string, id: string): Promise<Lease> {
    return this.life.later(async () => {
      const owner = this.locate(kind, id);
      if (owner && owner.node !== this.nodeId) throw wrongOwner(`${kind}/${id}`, owner.node);
      if (!this.isValid || this.#mesh.nodes.get(this.nodeId) !== this)
        throw new DstaError("DIRECTORY_UNAVAILABLE", "this node has no session", { code: 503, retryable: true });
      const lease = { node: this.nodeId, epoch: ++this.#mesh.epoch };
      this.#mesh.leases.set(`${kind}/${id}`, lease);
      return lease;
    });
  }

  release(kind: string, id: string, epoch: bigint): Promise<void> {
    return this.life.later(() => {
      if (this.locate(kind, id)?.epoch === epoch) this.#mesh.leases.delete(`${kind}/${id}`);
      return Promise.resolve();
    });
  }

  valid(): boolean {
    return this.isValid;
  }

  members(): readonly Member[] {
    return [];
  }

  *leases(): Iterable<KnownLease> {
    for (const [actor, { node, epoch }] of this.#mesh.leases) {
      const slash = actor.indexOf("/");
      yield { kind: actor.slice(0, slash), id: actor.slice(slash + 1), node, epoch };
    }
  }

  onChange(listener: (change: DirectoryChange) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  hear(change: DirectoryChange): void {
    this.life.defer(() => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  /** A node is gone: what is on its way there, or waits for an answer from there, ends. */
  lose(node: MeshNode): void {
    for (const flight of Array.from(this.#flights).filter(({ to }) => to === node)) {
      this.#flights.delete(flight);
      if (flight.envelope.reject) flight.envelope.reject(nodeLost(flight.actorId, "its node left"));
      else this.send(flight.kind, flight.id, flight.envelope);
    }
  }

  holds(kind: string, id: string): boolean {
    for (const flight of this.#flights) if (flight.kind === kind && flight.id === id) return true;
    return false;
  }

  wake(kind: string, id: string): void {
    const target = this.#mesh.nodes.get(this.#mesh.place(kind, id) ?? "");
    target?.life.defer(() => target.host?.wake(kind, id));
  }

  send(kind: string, id: string, envelope: Envelope): void {
    const target = this.#mesh.nodes.get(this.locate(kind, id)?.node ?? this.#mesh.place(kind, id) ?? "");
    if (!target) return void this.life.clock.after(HOP_MAX_MS, () => this.send(kind, id, envelope));
    const flight: Flight = { to: target, actorId: `${kind}/${id}`, envelope, kind, id };
    this.#flights.add(flight);
    this.#hop(target, () => this.#arrive(flight));
    // A sender that did not hear that it was taken says it again.
    if (!envelope.resolve && this.#mesh.random.next() < 0.03) this.#hop(target, () => this.#arrive({ ...flight }));
  }

  /** Runs on the target, a little later; never when either has ended. */
  #hop(target: MeshNode, arrive: () => void): void {
    const nowMs = this.life.clock.now();
    const dueMs = Math.max(this.#dueMs.get(target) ?? 0, nowMs + this.#mesh.random.integer(0, HOP_MAX_MS));
    this.#dueMs.set(target, dueMs);
    this.life.clock.after(dueMs - nowMs, () => target.life.defer(arrive));
  }

  #arrive(flight: Flight): void {
    const { to, kind, id, envelope } = flight;
    const back = (act: () => void): void => {
      // One answer in a hundred is lost.
      if (this.#mesh.random.next() >= 0.01) to.#hop(this, () => this.#flights.delete(flight) && act());
    };
    to.host!.receive(kind, id, {
      ...envelope,
      params: structuredClone(envelope.params),
      own: null,
      resolve: envelope.resolve && ((value) => back(() => envelope.resolve!(structuredClone(value)))),
      reject: envelope.reject && ((error) => back(() => envelope.reject!(error))),
      arrival: {
        taken: () => {
          if (!envelope.resolve) this.#flights.delete(flight);
        },
        refused: () => {
          if (this.#flights.delete(flight)) this.life.clock.after(HOP_MAX_MS, () => this.send(kind, id, envelope));
        },
      },
    });
  }
}

/** What is published on one node is heard on all, there a little later. */
class NodeFeed extends LocalFeed {
  readonly #node: MeshNode;
  readonly #mesh: NodeMesh;

  constructor(node: MeshNode, mesh: NodeMesh) {
    super((subject, error) => {
      throw new Error(`a listener of ${subject} failed`, { cause: error });
    });
    this.#node = node;
    this.#mesh = mesh;
  }

  override publish(subject: string, message: unknown): void {
    super.publish(subject, message);
    for (const other of this.#mesh.others(this.#node))
      if (other.feed.hearsItself(subject)) other.life.defer(() => other.feed.#hear(subject, message));
  }

  #hear(subject: string, message: unknown): void {
    super.publish(subject, message);
  }

  hearsItself(subject: string): boolean {
    return super.hasListeners(subject);
  }

  override hasListeners(subject: string): boolean {
    return super.hasListeners(subject) || this.#mesh.others(this.#node).some((other) => other.feed.hearsItself(subject));
  }
}
