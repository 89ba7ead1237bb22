/**
 * What this node wants to hear, and how the others learn it: changes of a turn in one message, everything again when
 * somebody may have missed some of it. Numbers of subjects are never used twice in a life of the node, so a late record
 * cannot be taken for another subject's.
 */
import { encodeInterest, INTERESTS_A_MESSAGE, type InterestMessage } from "./interest-message.ts";
import type { Topic } from "./topic.ts";

type Said = Pick<InterestMessage, "kind" | "end" | "add" | "remove">;

export class OwnInterests {
  readonly #node: string;
  readonly #session: string;
  readonly #topics = new Map<number, Topic>();
  readonly #asked = new Set<string>();
  #added = new Map<number, Topic>();
  #removed: number[] = [];
  #lastId = 0;
  #sequence = 0;
  #isFullDue = false;

  constructor(node: string, session: string) {
    this.#node = node;
    this.#session = session;
  }

  find(id: number): Topic | undefined {
    return this.#topics.get(id);
  }

  topics(): Iterable<Topic> {
    return this.#topics.values();
  }

  add(topic: Topic): void {
    topic.id = ++this.#lastId;
    this.#topics.set(topic.id, topic);
    this.#added.set(topic.id, topic);
  }

  remove(topic: Topic): void {
    this.#topics.delete(topic.id);
    if (!this.#added.delete(topic.id)) this.#removed.push(topic.id);
    topic.id = 0;
  }

  sayAll(): void {
    this.#isFullDue = true;
  }

  /** Asks a node, or everybody with "*", what it wants. */
  ask(node: string): void {
    this.#asked.add(node);
  }

  get isDue(): boolean {
    return this.#isFullDue || this.#added.size > 0 || this.#removed.length > 0 || this.#asked.size > 0;
  }

  /** The messages that are due, or a beat when nothing is. */
  take(stamp: number): Uint8Array[] {
    const said = this.#isFullDue ? this.#everything() : this.#changes();
    this.#isFullDue = false;
    this.#added = new Map();
    this.#removed = [];
    const ask = [...this.#asked];
    this.#asked.clear();
    return said.map((part, index) => {
      if (part.kind !== "beat") this.#sequence++;
      const head = { v: 1 as const, node: this.#node, session: this.#session, sequence: this.#sequence, stamp };
      return encodeInterest({ ...head, ...part, ask: index === 0 ? ask : [] });
    });
  }

  #everything(): Said[] {
    const parts = partsOf(this.#topics);
    return parts.map((add, index) => ({ kind: index === 0 ? "full" : "more", end: index === parts.length - 1, add, remove: [] }));
  }

  #changes(): Said[] {
    if (this.#added.size === 0 && this.#removed.length === 0) return [{ kind: "beat", end: true, add: [], remove: [] }];
    const remove = this.#removed;
    const parts = Math.max(Math.ceil(this.#added.size / INTERESTS_A_MESSAGE), Math.ceil(remove.length / INTERESTS_A_MESSAGE));
    const added = partsOf(this.#added);
    return Array.from({ length: parts }, (_, at) => ({
      kind: "delta" as const,
      end: true,
      add: added[at] ?? [],
      remove: remove.slice(at * INTERESTS_A_MESSAGE, (at + 1) * INTERESTS_A_MESSAGE),
    }));
  }
}

/** At least one part, which may be empty. */
function partsOf(topics: ReadonlyMap<number, Topic>): [number, string][][] {
  const all = [...topics].map(([id, topic]): [number, string] => [id, topic.subject]);
  const parts: [number, string][][] = [];
  do parts.push(all.splice(0, INTERESTS_A_MESSAGE));
  while (all.length > 0);
  return parts;
}
