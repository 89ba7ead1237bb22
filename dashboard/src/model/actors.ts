/**
 * How actors are ranked and counted: worst first, and the squares of the node panel, where past 2,000 actors one
 * square stands for several and shows the worst of them.
 */
import type { ActorRow } from "../../../domain/contract/views.ts";

export const SQUARE_LIMIT = 2_000;

/** Worst first: what died, what restarts, what is full, what complained; sleeping actors last. */
export function concern(actor: ActorRow): number {
  if (actor.state === "stopped") return actor.lastError === null ? 1 : 6;
  if (actor.state === "restarting") return 5;
  const fill = actor.mailboxCapacity > 0 ? actor.mailbox / actor.mailboxCapacity : 0;
  if (fill >= 0.8) return 4;
  if (actor.lastError !== null) return 3;
  if (actor.state === "activating" || actor.state === "moving" || actor.restarts > 0) return 2;
  return actor.state === "passive" ? 0 : 1 + Math.min(0.9, fill);
}

export function worstFirst(actors: readonly ActorRow[]): ActorRow[] {
  return [...actors].sort((a, b) => concern(b) - concern(a) || b.mailbox - a.mailbox || (a.actorId < b.actorId ? -1 : 1));
}

export type SquareForm = "active" | "passive" | "waking" | "failing";

/** From best to worst. */
const FORMS: readonly SquareForm[] = ["passive", "active", "waking", "failing"];

export function squareForm(actor: ActorRow): SquareForm {
  if (actor.state === "restarting" || (actor.state === "stopped" && actor.lastError !== null)) return "failing";
  if (actor.state === "activating" || actor.state === "moving") return "waking";
  return actor.state === "active" ? "active" : "passive";
}

export interface SquareGroup {
  readonly name: string;
  readonly count: number;
  /** One entry a square, sleeping ones first. */
  readonly squares: readonly SquareForm[];
}

export interface SquareBoard {
  /** Actors one square stands for. */
  readonly each: number;
  /** Per column (node or kind), its groups (kinds or nodes), in alphabetical order. */
  readonly columns: ReadonlyMap<string, readonly SquareGroup[]>;
}

export function squareBoard(actors: readonly ActorRow[], by: "node" | "kind"): SquareBoard {
  const each = Math.max(1, Math.ceil(actors.length / SQUARE_LIMIT));
  const sorted = new Map<string, Map<string, ActorRow[]>>();
  for (const actor of actors) {
    const [column, group] = by === "node" ? [actor.node, actor.kind] : [actor.kind, actor.node];
    const groups = sorted.get(column) ?? new Map<string, ActorRow[]>();
    sorted.set(column, groups);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [actor]);
    else members.push(actor);
  }
  const columns = new Map<string, SquareGroup[]>();
  for (const column of [...sorted.keys()].sort()) {
    const groups = [...(sorted.get(column) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    columns.set(
      column,
      groups.map(([name, members]) => ({ name, count: members.length, squares: packed(members, each) })),
    );
  }
  return { each, columns };
}

function packed(members: readonly ActorRow[], each: number): SquareForm[] {
  const ranks = members.map((actor) => FORMS.indexOf(squareForm(actor))).sort((a, b) => a - b);
  const squares: SquareForm[] = [];
  // The last of a run is its worst: ranks rise.
  for (let from = 0; from < ranks.length; from += each)
    squares.push(FORMS[ranks[Math.min(from + each, ranks.length) - 1] ?? 0] ?? "passive");
  return squares;
}
