/** `dsta cluster`: a mesh of role nodes on this machine. */
import { InvalidArgumentError, type Command } from "commander";
import { parseRoles } from "../../topology/roles.ts";
import { messageOf } from "../../domain/kernel/errors.ts";
import { type Terminal, usage } from "../terminal.ts";

interface Flags {
  readonly data?: string;
  readonly port: number;
  readonly nodes?: string[];
  readonly restart: boolean;
}

/** Serves people and draws bars; three that trade, so that losing one is seen to be nothing. */
const NODES = ["core,data", "exchange,trading", "exchange,trading", "exchange,trading"];

/** Without one of these nobody trades, or nobody sees it. */
const NEEDED = ["core", "exchange", "trading", "data"] as const;

export function addCluster(program: Command, terminal: Terminal): void {
  program
    .command("cluster")
    .description("start nats-server, PostgreSQL and several role nodes on this machine, with one dashboard")
    .option("--nodes <roles...>", `roles of each node (default: ${NODES.join(" ")})`, parseNode)
    .option("--data <folder>", "folder of the cluster", terminal.env["DSTA_DATA"] ?? ".dsta/cluster")
    .option(
      "--port <port>",
      "port of the dashboard and API, 0 for a free one (default: PORT, else 3000)",
      parsePort,
      parsePort(terminal.env["PORT"] ?? "3000"),
    )
    .option("--no-restart", "leave a node that ended ended")
    .action(async ({ data, port, nodes = NODES, restart }: Flags) => {
      const missing = NEEDED.filter((role) => !nodes.some((roles) => parseRoles(roles).includes(role)));
      if (missing.length > 0) throw usage(`--nodes: expected each of ${NEEDED.join(", ")} on some node, ${missing.join(", ")} is on none`);
      const { runCluster } = await import("../../brokers/cluster/foreground.ts");
      await runCluster({ data: data!, port, nodes, restart }, terminal.env);
    });
}

function parseNode(text: string, earlier: string[] | undefined): string[] {
  try {
    parseRoles(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
  return [...(earlier ?? []), text];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("expected 0 to 65535");
  return port;
}
