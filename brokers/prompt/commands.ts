/**
 * What can be said at the prompt, besides Moleculer's own commands: look at nodes, actors and money, move actors, empty
 * nodes, and pull the switch. Each is a call of a service and the text that answers it; refusals are the service's.
 */
import type { ServiceBroker } from "moleculer";
import type { ActorRow, DeadLetterRow, NodeRow, OrderRow, PortfolioPnl, PositionRow, RiskView } from "../../domain/contract/views.ts";
import { type Column, renderTable } from "../table.ts";

export interface Command {
  /** Name and arguments: `<needed>`, `[optional]`, `[rest...]`. */
  readonly usage: string;
  readonly description: string;
  /** Resolves with what is shown. `args` are in the order of the usage. */
  readonly run: (broker: ServiceBroker, ...args: readonly string[]) => Promise<string>;
}

interface Items<T> {
  readonly items: readonly T[];
}

const OPERATOR = { meta: { user: { name: "operator", role: "Admin" } } };
/** Emptying a node waits for what each of its actors does. */
const DRAIN = { ...OPERATOR, timeout: 60_000 };

const NODES: readonly Column<NodeRow>[] = [
  { title: "NODE", value: (row) => row.nodeId },
  { title: "ROLES", value: (row) => row.roles.join(",") },
  { title: "STATE", value: (row) => (row.draining ? "draining" : "up") },
  { title: "ACTORS", value: (row) => row.actors, right: true },
  { title: "BOOKS LIVE", value: (row) => `${row.feedsLive} of ${row.feedsTotal}`, right: true },
  { title: "CPU %", value: (row) => (row.cpuRatio * 100).toFixed(0), right: true },
  { title: "LOOP P99 MS", value: (row) => row.loopP99Ms.toFixed(1), right: true },
  { title: "RSS MB", value: (row) => row.rssMb, right: true },
];

const ACTORS: readonly Column<ActorRow>[] = [
  { title: "ACTOR", value: (row) => row.actorId },
  { title: "NODE", value: (row) => row.node },
  { title: "STATE", value: (row) => row.state },
  { title: "MAILBOX", value: (row) => row.mailbox, right: true },
  { title: "HANDLED", value: (row) => row.processed, right: true },
  { title: "P99 US", value: (row) => row.p99Us, right: true },
  { title: "RESTARTS", value: (row) => row.restarts, right: true },
  { title: "LAST ERROR", value: (row) => row.lastError ?? "" },
];

const FIELDS: readonly Column<readonly [string, unknown]>[] = [
  { title: "FIELD", value: ([field]) => field },
  { title: "VALUE", value: ([, value]) => (value === null ? null : String(value)) },
];

const DEAD_LETTERS: readonly Column<DeadLetterRow>[] = [
  { title: "AT", value: (row) => new Date(row.atMs).toISOString() },
  { title: "ACTOR", value: (row) => row.actorId },
  { title: "MESSAGE", value: (row) => row.message },
  { title: "COUNT", value: (row) => row.count, right: true },
  { title: "WHY", value: (row) => row.reason },
];

const POSITIONS: readonly Column<PositionRow>[] = [
  { title: "OWNER", value: (row) => row.strategyId },
  { title: "SYMBOL", value: (row) => row.symbol },
  { title: "QUANTITY", value: (row) => row.quantity, right: true },
  { title: "AVERAGE", value: (row) => row.averagePrice, right: true },
  { title: "MARK", value: (row) => row.markPrice, right: true },
  { title: "UNREALISED", value: (row) => row.unrealisedPnl, right: true },
  { title: "REALISED", value: (row) => row.realisedPnl, right: true },
];

const ORDERS: readonly Column<OrderRow>[] = [
  { title: "ORDER", value: (row) => row.orderId },
  { title: "OWNER", value: (row) => row.strategyId },
  { title: "SIDE", value: (row) => row.side },
  { title: "SYMBOL", value: (row) => row.symbol },
  { title: "QUANTITY", value: (row) => row.quantity, right: true },
  { title: "PRICE", value: (row) => row.limitPrice ?? "market", right: true },
  { title: "FILLED", value: (row) => row.filledQuantity, right: true },
  { title: "STATUS", value: (row) => row.status },
];

export const COMMANDS: readonly Command[] = [
  {
    usage: "nodes",
    description: "Nodes of the mesh, their roles and vital signs",
    run: async (broker) => renderTable(NODES, (await broker.call<Items<NodeRow>>("floor.nodes")).items),
  },
  {
    usage: "actors [kind]",
    description: "Actors of the mesh and how they are",
    run: async (broker, kind) => renderTable(ACTORS, await actors(broker, kind)),
  },
  {
    usage: "actor <id>",
    description: "One actor in full, e.g. actor strategy/sma-btc-1",
    async run(broker, id) {
      const row = (await actors(broker, id.split("/", 1)[0])).find(({ actorId }) => actorId === id);
      if (!row) throw new Error(`actor ${id} is on no node`);
      return renderTable(FIELDS, Object.entries(row));
    },
  },
  {
    usage: "move <id> [node]",
    description: "Hand an actor over to a node, where it stays; without one to where it belongs",
    async run(broker, actorId, node) {
      await broker.call("floor.move", { actorId, ...(node === undefined ? {} : { node }) }, OPERATOR);
      return `${actorId} is handed over\n`;
    },
  },
  {
    usage: "drain <node>",
    description: "Empty a node before it is stopped",
    async run(broker, node) {
      const { remaining } = await broker.call<{ remaining: number }, unknown>("floor.drain", { node }, DRAIN);
      const rest = remaining === 0 ? "nothing stays on it" : `${remaining} actors stay, no other node hosts their kind`;
      return `${node} is drained; ${rest}\n`;
    },
  },
  {
    usage: "restart <id>",
    description: "Restart an actor from the journal, also one its supervisor gave up",
    async run(broker, actorId) {
      const row = await broker.call<ActorRow, unknown>("floor.restart", { actorId }, OPERATOR);
      return `${row.actorId} is ${row.state} on ${row.node}\n`;
    },
  },
  {
    usage: "dead-letters",
    description: "Messages that could not be delivered, newest first",
    run: async (broker) => renderTable(DEAD_LETTERS, (await broker.call<Items<DeadLetterRow>>("floor.deadLetters")).items),
  },
  {
    usage: "positions",
    description: "Positions and the account's result",
    async run(broker) {
      const { items } = await broker.call<Items<PositionRow>>("positions.list");
      const pnl = await broker.call<PortfolioPnl>("positions.pnl");
      const open = items.filter(({ quantity }) => quantity !== "0");
      const account = `equity ${pnl.equity} ${pnl.currency}, day ${pnl.dayPnl}, net ${pnl.netPnl} after fees ${pnl.feesPaid}\n`;
      return renderTable(POSITIONS, open) + account;
    },
  },
  {
    usage: "orders",
    description: "Open orders",
    run: async (broker) => renderTable(ORDERS, (await broker.call<Items<OrderRow>, unknown>("orders.active", {})).items),
  },
  {
    usage: "halt <reason...>",
    description: "Stop all trading now and cancel every open order",
    async run(broker, reason) {
      const view = await broker.call<RiskView, unknown>("risk.switch", { state: "halted", reason }, OPERATOR);
      return `trading is ${view.state}\n`;
    },
  },
  {
    usage: "resume <desk>",
    description: "Trade again; the desk's name confirms it",
    async run(broker, desk) {
      const wish = { state: "active", reason: "resumed at the prompt", confirm: `RESUME ${desk}` };
      const view = await broker.call<RiskView, unknown>("risk.switch", wish, OPERATOR);
      return `trading is ${view.state}\n`;
    },
  },
];

async function actors(broker: ServiceBroker, kind: string | undefined): Promise<readonly ActorRow[]> {
  return (await broker.call<Items<ActorRow>, unknown>("floor.actors", kind === undefined ? {} : { kind })).items;
}
