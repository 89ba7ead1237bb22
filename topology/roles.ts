/**
 * Roles of a node and the kinds of actors each hosts. A node takes one role or several; `all` takes every one.
 * A kind belongs to exactly one role: the role is also the area of the mesh its messages travel in, which is what
 * permissions on the bus are given for.
 */
import { DstaError } from "../domain/kernel/errors.ts";

export const ROLES = ["core", "exchange", "trading", "data", "ml"] as const;

export type Role = (typeof ROLES)[number];

export const KINDS_OF: Readonly<Record<Role, readonly string[]>> = {
  core: ["relay"],
  exchange: ["connection", "book"],
  trading: ["positions", "risk", "execution", "strategy"],
  data: ["bars", "backtest", "optimizer"],
  ml: [],
};

/** @throws {DstaError} CONFIG_INVALID naming the role that is none. */
export function parseRoles(text: string): readonly Role[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("all")) return ROLES;
  for (const name of names) {
    if (!(ROLES as readonly string[]).includes(name)) {
      throw new DstaError("CONFIG_INVALID", `--roles: expected some of all, ${ROLES.join(", ")}, got ${JSON.stringify(name)}`, {
        data: { field: "--roles", got: name },
      });
    }
  }
  return ROLES.filter((role) => names.includes(role));
}

export function kindsOf(roles: readonly Role[]): readonly string[] {
  return roles.flatMap((role) => KINDS_OF[role]);
}

export function areaOf(kind: string): Role {
  const role = ROLES.find((candidate) => KINDS_OF[candidate].includes(kind));
  if (role === undefined) throw new DstaError("INTERNAL", `no role hosts actors of kind ${kind}`);
  return role;
}
