/**
 * Which role says a feed subject. Permissions on the bus are given by role, and a subject said from elsewhere is not
 * believed. Events and dead letters come from every node.
 */
import type { Role } from "./roles.ts";

const AREAS: Readonly<Record<string, Role>> = {
  depth: "exchange",
  top: "exchange",
  trade: "exchange",
  "venue-bar": "exchange",
  mark: "exchange",
  connection: "exchange",
  bar: "data",
  position: "trading",
};

/** Views that are not of trading. */
const VIEWS: Readonly<Record<string, Role>> = { "floor.research": "data" };

const EVERYWHERE: ReadonlySet<string> = new Set(["floor.event", "floor.dead-letter"]);

/** Null: every node says it. */
export function feedAreaOf(subject: string): Role | null {
  if (EVERYWHERE.has(subject)) return null;
  // Views of orders, fills, positions, strategies and the trading switch.
  return VIEWS[subject] ?? AREAS[subject.slice(0, subject.indexOf("."))] ?? "trading";
}
