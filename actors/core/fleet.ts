/**
 * All nodes of the floor as one: asks each living member and puts the answers together. Remembers nodes that were lost
 * (not those that were drained) for ten minutes, so that a screen says "3 of 4" and not "3 of 3". A node that does not
 * answer in time is missing from the answer and counts as not up; it holds up nobody.
 */
import type { ActorRow, DeadLetterRow, NodeRow } from "../../domain/contract/views.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError, isExpected, notFound } from "../../domain/kernel/errors.ts";
import type { Directory, Member } from "../../mixins/hosted/directory.ts";

export interface FleetParts {
  readonly directory: Directory;
  readonly clock: Clock;
  /** Calls an action of the `node` service on a member. */
  readonly call: <T>(node: string, action: string, params: Readonly<Record<string, unknown>>, timeoutMs: number) => Promise<T>;
}

interface Items<T> {
  readonly items: readonly T[];
}

const REPORT_MS = 1_000;
/** Ending an actor waits for what it does; emptying a node for all of them. */
const RESTART_MS = 10_000;
const DRAIN_MS = 60_000;
const LOST_SHOWN_MS = 600_000;

export class Fleet {
  readonly #parts: FleetParts;
  #members: ReadonlyMap<string, Member>;
  readonly #lostAtMs = new Map<string, number>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#members = this.#present();
    parts.directory.onChange(() => this.#look());
  }

  /** Rows of the nodes that answer. */
  nodes(): Promise<NodeRow[]> {
    return this.#ask<NodeRow>("row", {});
  }

  /** Nodes that should be there: the living and the lately lost. */
  get total(): number {
    this.#look();
    const nowMs = this.#parts.clock.now();
    const lost = [...this.#lostAtMs].filter(([node, atMs]) => nowMs - atMs < LOST_SHOWN_MS && !this.#members.has(node));
    return this.#members.size + lost.length;
  }

  async actors(kind?: string): Promise<ActorRow[]> {
    const lists = await this.#ask<Items<ActorRow>>("actors", kind === undefined ? {} : { kind });
    return lists.flatMap(({ items }) => items);
  }

  /** Newest first. Each node numbers its own letters; here they get numbers that differ between nodes. */
  async deadLetters(): Promise<DeadLetterRow[]> {
    const lists = await this.#ask<Items<DeadLetterRow>>("deadLetters", {});
    return lists
      .flatMap(({ items }, at) => items.map((row) => (lists.length === 1 ? row : { ...row, letterId: row.letterId * 1_024 + at })))
      .toSorted((a, b) => b.atMs - a.atMs);
  }

  async restart(actorId: string): Promise<ActorRow> {
    return this.#parts.call(await this.#nodeOf(actorId), "restart", { actorId }, RESTART_MS);
  }

  /** @throws {DstaError} NOT_FOUND; CANNOT_HOST for a node without the role */
  async move(actorId: string, node: string | null): Promise<{ actorId: string }> {
    const owner = await this.#nodeOf(actorId);
    const kind = actorId.slice(0, actorId.indexOf("/"));
    if (node !== null && !this.#member(node).kinds.includes(kind)) {
      const hosts = [...this.#present().values()].filter(({ kinds }) => kinds.includes(kind)).map((member) => member.node);
      throw new DstaError("CANNOT_HOST", `node: expected one that hosts actors of kind ${kind} (${hosts.join(", ")}), got ${node}`, {
        code: 422,
        data: { field: "node", expected: hosts, got: node },
      });
    }
    const others = [...this.#present().keys()].filter((other) => other !== node);
    await Promise.all(others.map((other) => this.#parts.call(other, "pin", { actorId, kept: false }, REPORT_MS)));
    if (node !== null) await this.#parts.call(node, "pin", { actorId, kept: true }, REPORT_MS);
    return this.#parts.call(owner, "move", { actorId, node }, RESTART_MS);
  }

  drain(node: string): Promise<{ remaining: number }> {
    return this.#parts.call(this.#member(node).node, "drain", {}, DRAIN_MS);
  }

  #member(node: string): Member {
    const member = this.#present().get(node);
    if (!member) throw notFound("node", node);
    return member;
  }

  async #nodeOf(actorId: string): Promise<string> {
    const slash = actorId.indexOf("/");
    const owner = this.#parts.directory.locate(actorId.slice(0, slash), actorId.slice(slash + 1));
    if (owner) return owner.node;
    // Given up by its supervisor, or never woken: whoever shows it has it.
    const row = (await this.actors(actorId.slice(0, slash))).find((other) => other.actorId === actorId);
    if (!row) throw new DstaError("NOT_FOUND", `actor ${actorId} is on no node`, { code: 404, data: { actorId } });
    return row.node;
  }

  #present(): ReadonlyMap<string, Member> {
    return new Map(this.#parts.directory.members().map((member) => [member.node, member]));
  }

  #look(): void {
    const present = this.#present();
    for (const [node, { draining }] of this.#members) {
      if (!present.has(node) && !draining) this.#lostAtMs.set(node, this.#parts.clock.now());
    }
    for (const node of present.keys()) this.#lostAtMs.delete(node);
    this.#members = present;
  }

  async #ask<T>(action: string, params: Readonly<Record<string, unknown>>): Promise<T[]> {
    const members = [...this.#present().keys()].toSorted();
    const answers = await Promise.all(
      members.map(async (node) => {
        try {
          return await this.#parts.call<T>(node, action, params, REPORT_MS);
        } catch (error) {
          // Silent nodes are what the caller wants to see as missing; anything else is a fault of ours.
          if (isExpected(error)) return null;
          throw error;
        }
      }),
    );
    return answers.filter((answer) => answer !== null);
  }
}
