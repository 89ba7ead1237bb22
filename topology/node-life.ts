/**
 * The life of nodes as the journal keeps it: stream `node/<name>` says when a node joined, left in order, or was lost.
 * Operators and other systems read it as `system.events`. A node writes its own coming and going; its loss is written by
 * those that saw it, and the stream's version lets one of them through.
 */
import type { Journal } from "../domain/journal/journal.ts";
import type { Clock } from "../domain/kernel/clock.ts";
import { isExpected } from "../domain/kernel/errors.ts";
import type { Directory } from "../mixins/hosted/directory.ts";
import { EventStream } from "../mixins/journal/event-stream.ts";
import type { LogLine } from "./announcer.ts";

export interface NodeLifeParts {
  readonly journal: Journal;
  readonly directory: Directory;
  readonly roles: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly log: LogLine;
  /** This node writes down the loss of others: those that serve people do. */
  readonly watches: boolean;
}

type NodeEvent =
  | { readonly type: "NodeJoined"; readonly roles: readonly string[]; readonly version: string; readonly session: string }
  | { readonly type: "NodeLeft"; readonly session: string }
  | { readonly type: "NodeLost"; readonly session: string; readonly seenBy: string };

/** What the stream said last. */
interface LastLife {
  session: string | null;
  over: boolean;
}

/** Somebody else wrote first, which is as good. */
const RACES: ReadonlySet<string> = new Set(["FENCED", "VERSION_CONFLICT"]);

export class NodeLife {
  readonly #parts: NodeLifeParts;
  /** Sessions of the members known, by node. */
  #sessions = new Map<string, { readonly session: string; readonly draining: boolean }>();
  #forget: () => void = () => undefined;

  constructor(parts: NodeLifeParts) {
    this.#parts = parts;
  }

  async joined(): Promise<void> {
    const { directory, roles, version } = this.#parts;
    await this.#write(directory.nodeId, { type: "NodeJoined", roles, version, session: this.#ownSession() });
    if (!this.#parts.watches) return;
    this.#look();
    this.#forget = directory.onChange(() => this.#look());
  }

  async left(): Promise<void> {
    this.#forget();
    await this.#write(this.#parts.directory.nodeId, { type: "NodeLeft", session: this.#ownSession() });
  }

  #ownSession(): string {
    const { directory } = this.#parts;
    return directory.members().find(({ node }) => node === directory.nodeId)?.session ?? directory.nodeId;
  }

  #look(): void {
    const { directory } = this.#parts;
    const present = new Map(directory.members().map(({ node, session, draining }) => [node, { session, draining }]));
    for (const [node, { session, draining }] of this.#sessions) {
      if (node === directory.nodeId || draining || present.get(node)?.session === session) continue;
      void this.#write(node, { type: "NodeLost", session, seenBy: directory.nodeId });
    }
    this.#sessions = present;
  }

  /** A node's life is news, not a condition of trading: what cannot be written is logged. */
  async #write(node: string, event: NodeEvent): Promise<void> {
    const { journal, clock, log } = this.#parts;
    try {
      const { stream, state } = await EventStream.open<LastLife>(journal, `node/${node}`, {
        start: () => ({ session: null, over: true }),
        apply: (last, { type, data }) => {
          last.session = String(data["session"]);
          last.over = type !== "NodeJoined";
        },
      });
      if (event.type !== "NodeJoined" && (state.over || state.session !== event.session)) return;
      const { type, ...data } = event;
      await stream.append([{ type, schema: 1, atMs: clock.now(), data }]);
    } catch (error) {
      if (isExpected(error) && RACES.has(error.type)) return;
      log("warn", `that ${node} ${event.type} could not be written down`, error);
    }
  }
}
