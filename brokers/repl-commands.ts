/** What the moleculer REPL can do here beside its own commands: look at actors and money, and pull the switch. */
import type { BrokerOptions, ServiceBroker } from "moleculer";
import type { ActorRow, DeadLetterRow, NodeRow, OrderRow, PortfolioPnl, PositionRow, RiskView } from "../domain/contract/views.ts";

interface Helpers {
  readonly table: (rows: readonly (readonly string[])[]) => string;
}

interface Command {
  readonly command: string;
  readonly description: string;
  readonly action: (broker: ServiceBroker, args: Record<string, unknown>, helpers: Helpers) => Promise<void>;
}

const OPERATOR = { meta: { user: { name: "operator", role: "Admin" } } };
/** Emptying a node waits for what each of its actors does. */
const DRAIN = { ...OPERATOR, timeout: 60_000 };

// The REPL's own output is the terminal.
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function show(helpers: Helpers, head: readonly string[], rows: readonly (readonly string[])[], none: string): void {
  print(rows.length === 0 ? none : helpers.table([head, ...rows]));
}

/** Errors of a command are sentences, not stacks. */
function told(action: Command["action"]): Command["action"] {
  return async (broker, args, helpers) => {
    try {
      await action(broker, args, helpers);
    } catch (error) {
      print(error instanceof Error ? error.message : String(error));
    }
  };
}

const commands: readonly Command[] = [
  {
    command: "nodes",
    description: "Nodes of the mesh, their roles and vital signs",
    async action(broker, _args, helpers) {
      const { items } = await broker.call<{ items: NodeRow[] }>("floor.nodes");
      const rows = items.map((row) => [
        row.nodeId,
        row.roles.join(","),
        row.draining ? "draining" : "up",
        String(row.actors),
        `${row.feedsLive} of ${row.feedsTotal}`,
        `${(row.cpuRatio * 100).toFixed(0)} %`,
        row.loopP99Ms.toFixed(1),
        String(row.rssMb),
      ]);
      show(helpers, ["node", "roles", "state", "actors", "books live", "cpu", "loop p99 ms", "rss MB"], rows, "no nodes");
    },
  },
  {
    command: "actor <id>",
    description: "One actor in full, e.g. actor strategy/sma-btc-1",
    async action(broker, args, helpers) {
      const actorId = String(args.id);
      const { items } = await broker.call<{ items: ActorRow[] }, unknown>("floor.actors", { kind: actorId.split("/", 1)[0] });
      const row = items.find((other) => other.actorId === actorId);
      show(
        helpers,
        ["field", "value"],
        Object.entries(row ?? {}).map(([field, value]) => [field, String(value ?? "")]),
        `no actor ${actorId}`,
      );
    },
  },
  {
    command: "move <id> [node]",
    description: "Hand an actor over to a node, where it stays; without one to where it belongs",
    async action(broker, args) {
      const node = typeof args.node === "string" ? { node: args.node } : {};
      await broker.call("floor.move", { actorId: String(args.id), ...node }, OPERATOR);
      print(`${String(args.id)} is handed over`);
    },
  },
  {
    command: "drain <node>",
    description: "Empty a node before it is stopped",
    async action(broker, args) {
      const { remaining } = await broker.call<{ remaining: number }, unknown>("floor.drain", { node: String(args.node) }, DRAIN);
      print(`${String(args.node)} is drained, ${remaining} actors stay because no other node hosts their kind`);
    },
  },
  {
    command: "restart <id>",
    description: "Restart an actor from the journal, also one its supervisor gave up",
    async action(broker, args) {
      const row = await broker.call<ActorRow, unknown>("floor.restart", { actorId: String(args.id) }, OPERATOR);
      print(`${row.actorId} is ${row.state} on ${row.node}`);
    },
  },
  {
    command: "dead-letters",
    description: "Messages that could not be delivered, newest first",
    async action(broker, _args, helpers) {
      const { items } = await broker.call<{ items: DeadLetterRow[] }>("floor.deadLetters");
      const rows = items.map((row) => [new Date(row.atMs).toISOString(), row.actorId, row.message, String(row.count), row.reason]);
      show(helpers, ["at", "actor", "message", "count", "why"], rows, "every message was delivered");
    },
  },
  {
    command: "actors [kind]",
    description: "Actors of the mesh and how they are",
    async action(broker, args, helpers) {
      const { items } = await broker.call<{ items: ActorRow[] }, unknown>(
        "floor.actors",
        typeof args.kind === "string" ? { kind: args.kind } : {},
      );
      const rows = items.map((row) => [
        row.actorId,
        row.node,
        row.state,
        String(row.mailbox),
        String(row.processed),
        row.p99Us === null ? "" : String(row.p99Us),
        String(row.restarts),
        row.lastError ?? "",
      ]);
      show(helpers, ["actor", "node", "state", "mailbox", "handled", "p99 µs", "restarts", "last error"], rows, "no actors");
    },
  },
  {
    command: "positions",
    description: "Positions and the account's result",
    async action(broker, _args, helpers) {
      const { items } = await broker.call<{ items: PositionRow[] }>("positions.list");
      const pnl = await broker.call<PortfolioPnl>("positions.pnl");
      const open = items.filter(({ quantity }) => quantity !== "0");
      const rows = open.map((row) => [
        row.strategyId ?? "",
        row.symbol,
        row.quantity,
        row.averagePrice ?? "",
        row.markPrice ?? "",
        row.unrealisedPnl,
        row.realisedPnl,
      ]);
      show(helpers, ["owner", "symbol", "quantity", "average", "mark", "unrealised", "realised"], rows, "flat");
      print(`equity ${pnl.equity} ${pnl.currency}, day ${pnl.dayPnl}, net ${pnl.netPnl} after fees ${pnl.feesPaid}`);
    },
  },
  {
    command: "orders",
    description: "Open orders",
    async action(broker, _args, helpers) {
      const { items } = await broker.call<{ items: OrderRow[] }, unknown>("orders.active", {});
      const rows = items.map((row) => [
        row.orderId,
        row.strategyId,
        row.side,
        row.symbol,
        row.quantity,
        row.limitPrice ?? "market",
        row.filledQuantity,
        row.status,
      ]);
      show(helpers, ["order", "owner", "side", "symbol", "quantity", "price", "filled", "status"], rows, "no open orders");
    },
  },
  {
    command: "halt [reason]",
    description: "Stop all trading now and cancel every open order",
    async action(broker, args) {
      const reason = typeof args.reason === "string" ? args.reason : "halted from the REPL";
      const view = await broker.call<RiskView, unknown>("risk.switch", { state: "halted", reason }, OPERATOR);
      print(`trading is ${view.state}`);
    },
  },
  {
    command: "resume <desk>",
    description: "Trade again; the desk's name confirms it",
    async action(broker, args) {
      const confirm = `RESUME ${String(args.desk)}`;
      const view = await broker.call<RiskView, unknown>(
        "risk.switch",
        { state: "active", reason: "resumed from the REPL", confirm },
        OPERATOR,
      );
      print(`trading is ${view.state}`);
    },
  },
];

type ReplCommand = NonNullable<NonNullable<BrokerOptions["replOptions"]>["customCommands"]>[number];

/** The REPL passes named arguments as an object, whatever its types say. */
export const replCommands: ReplCommand[] = commands.map(({ command, description, action }) => ({
  command,
  description,
  options: [],
  action: told(action) as unknown as ReplCommand["action"],
}));
