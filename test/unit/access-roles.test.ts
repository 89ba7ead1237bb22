import { describe, expect, it } from "vitest";
import { can, isRole, permissionsOf, ROLES, type Role } from "../../domain/access/roles.ts";
import { routes } from "../../domain/contract/routes.ts";

/** Actions each role may call, written out by hand: a change of a role or a route must be meant. */
const READING = [
  "strategies.definitions",
  "strategies.list",
  "strategies.get",
  "strategies.signals",
  "strategies.performance",
  "orders.active",
  "orders.list",
  "orders.get",
  "orders.fills",
  "positions.list",
  "positions.get",
  "positions.pnl",
  "positions.equity",
  "risk.limits",
  "risk.violations",
  "market.instruments",
  "market.orderbook",
  "market.ohlcv",
  "floor.status",
  "floor.actors",
  "floor.nodes",
  "floor.deadLetters",
  "floor.events",
  "research.data",
  "research.runs",
  "research.compare",
  "research.run",
  "research.results",
  "research.trades",
  "research.chart",
  "research.trials",
  "research.report",
];
const RESEARCH = [
  "research.backtest",
  "research.optimize",
  "research.monteCarlo",
  "research.validate",
  "research.cancel",
  "research.resume",
  "research.rerun",
];
const OPEN = ["auth.login", "auth.refresh", "floor.health"];
const SESSION = ["auth.logout", "auth.validate", "audit.list"];
const ORDERING = ["orders.create", "orders.cancel", "orders.cancelAll"];
const STRATEGIES = ["strategies.create", "strategies.parameters", "strategies.start", "strategies.stop", "strategies.pause"];
const SWITCH = ["risk.switch"];
const RISK = ["risk.setLimits", "floor.restart", "floor.move", "floor.drain"];

const MAY: Readonly<Record<Role, readonly string[]>> = {
  Admin: [...OPEN, ...SESSION, ...READING, ...RESEARCH, ...ORDERING, ...STRATEGIES, ...SWITCH, ...RISK],
  Trader: [...OPEN, ...SESSION, ...READING, ...RESEARCH, ...ORDERING, ...STRATEGIES, ...SWITCH],
  Analyst: [...OPEN, ...SESSION, ...READING, ...RESEARCH],
  Bot: [...OPEN, ...SESSION, ...ORDERING, ...READING.filter((action) => /^(orders|positions|market)\./.test(action))],
};

describe("roles", () => {
  it.each(ROLES.flatMap((role) => routes.map((route) => [role, route] as const)))("%s × $action", (role, route) => {
    expect(can(role, route.permission)).toBe(MAY[role].includes(route.action));
  });

  it("unknown ones may nothing that is not open", () => {
    for (const name of ["", "admin", "Root", "constructor", "__proto__"]) {
      expect(isRole(name)).toBe(false);
      expect(permissionsOf(name)).toEqual([]);
      for (const { permission } of routes) expect(can(name, permission)).toBe(permission === "open");
    }
  });

  it("every route names a permission that Admin has", () => {
    expect(routes.filter((route) => !can("Admin", route.permission))).toEqual([]);
  });
});
