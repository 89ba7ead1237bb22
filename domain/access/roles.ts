/**
 * Who may do what: four roles, each a set of permissions. Pure and closed: an unknown role, or a permission no role
 * names, is refused.
 *
 * Admin does everything. Trader runs strategies and orders, sees all and turns the trading switch, because making trading
 * safer has to be quick (going back to active asks for a typed phrase); a Trader does not change limits or restart actors.
 * Analyst reads, and runs research, which moves no money. Bot is a program that trades by hand: orders, positions and market data only.
 */
import type { Permission } from "../contract/routes.ts";

export const ROLES = ["Admin", "Trader", "Analyst", "Bot"] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from; travels as `ctx.meta.user`. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
}

const READ: readonly Permission[] = [
  "session",
  "strategy:read",
  "order:read",
  "position:read",
  "risk:read",
  "market:read",
  "system:read",
  "research:read",
];

const GRANTS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  Admin: new Set<Permission>([...READ, "strategy:write", "order:create", "risk:write", "risk:switch", "research:write", "audit:read"]),
  Trader: new Set<Permission>([...READ, "strategy:write", "order:create", "risk:switch", "research:write"]),
  Analyst: new Set<Permission>([...READ, "research:write"]),
  Bot: new Set<Permission>(["session", "order:read", "order:create", "position:read", "market:read"]),
};

export function isRole(text: string): text is Role {
  return Object.hasOwn(GRANTS, text);
}

/** True when the role is known and was granted the permission; `open` needs no role at all. */
export function can(role: string, permission: Permission): boolean {
  if (permission === "open") return true;
  return isRole(role) && GRANTS[role].has(permission);
}

/** What a role may do, sorted; for the answer of a login. Empty for an unknown role. */
export function permissionsOf(role: string): string[] {
  return isRole(role) ? [...GRANTS[role]].sort() : [];
}
