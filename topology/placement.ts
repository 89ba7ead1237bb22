/**
 * Where actors belong. Actors of one placement group hash to the same node among those that host their kind, so what
 * talks most lives together: an account's connection, its books, bars, positions, risk and execution are one group.
 * Strategies are spread by their own id, or stay with their account (`together`): then a tick reaches its order inside
 * one process, and one node carries all strategies of the account.
 */
import { accountOf, type Desk } from "../domain/contract/desk.ts";

export type StrategyPlacement = "sharded" | "together";

/** Kinds in the order they wake: each needs those before it. */
export const WAKE_ORDER = [
  "connection",
  "book",
  "positions",
  "risk",
  "execution",
  "bars",
  "strategy",
  "backtest",
  "optimizer",
  "relay",
] as const;

/** Moved only while nothing is under way in them: an order on its way is safer where it is. */
export const ORDER_CRITICAL: ReadonlySet<string> = new Set(["connection", "risk", "execution"]);

export function groupsOf(desk: Desk, strategies: StrategyPlacement): (kind: string, id: string) => string {
  return (kind, id) => {
    switch (kind) {
      case "book":
      case "bars":
        return `account:${accountOf(desk, id.slice(0, id.indexOf(":")))}`;
      case "connection":
      case "positions":
      case "risk":
      case "execution":
        return `account:${id}`;
      case "strategy":
        // A desk keeps one account's strategies together; which of several an id belongs to is not in its name.
        return strategies === "together" ? `account:${desk.accounts[0]!}` : `strategy:${id}`;
      default:
        return `${kind}:${id}`;
    }
  };
}
