/**
 * A whole mesh on this machine for trying out and for development: nats-server, embedded PostgreSQL and role nodes, each
 * a process of its own. A node that ends is started again after a pause; meanwhile the others carry on with its actors.
 *
 * The launcher holds no state: NATS has the leases, PostgreSQL the journal. Ended in order on Ctrl-C: nodes first.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Closers } from "../closers.ts";
import { openDataFolder } from "../postgres/data-folder.ts";
import { startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { elapsedMs, wait } from "../system-ports.ts";
import { startNatsServer } from "./nats-process.ts";
import { type NodeChild, type NodeWish, startNode } from "./node-child.ts";

export interface ClusterOptions {
  readonly data: string;
  /** Of the dashboard and API; the first node with the role `core` serves it. */
  readonly port: number;
  /** Roles of each node, e.g. `core,data`. */
  readonly nodes: readonly string[];
  /** Starts a node that ended again. */
  readonly restart: boolean;
}

const RESTART_PAUSE_MS = 3_000;
/** A node is asked once to end in order, then ended. */
const NODE_STOP_MS = 15_000;

export interface Cluster {
  readonly url: string;
  readonly natsUrl: string;
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves when every node is ready. */
export async function startCluster(options: ClusterOptions, env: Env, say: (line: string) => void): Promise<Cluster> {
  const closers = new Closers();
  try {
    const folder = await openDataFolder(options.data, { kind: "cluster" });
    closers.add("data folder", () => folder.close());
    const database = await startEmbeddedPostgres({
      folder: folder.path,
      onChange: ({ state, why }) => say(`postgres: ${state}: ${why}`),
    });
    closers.add("PostgreSQL", () => database.stop());
    const nats = await startNatsServer(folder.path, say);
    closers.add("nats-server", () => nats.stop());
    say(`nats-server at ${nats.url}, PostgreSQL at ${database.host}:${database.port}, ${options.nodes.length} nodes starting`);
    const nodeEnv = { ...env, NATS_URL: nats.url, DATABASE_URL: database.url };
    const runPath = join(folder.path, "run.json");
    closers.add("run file", () => rm(runPath, { force: true }));
    let url = "";
    const keepers = wishes(options, folder.path, nodeEnv).map((wish, at) => {
      const onReady = async (): Promise<void> => {
        if (at === 0) url = await publishRun(runPath, wish, nats.url);
      };
      return new NodeKeeper({ wish, restart: options.restart, onReady, say });
    });
    closers.add("nodes", () => Promise.all(keepers.map((keeper) => keeper.stop())));
    await Promise.all(keepers.map((keeper) => keeper.start()));
    return { url, natsUrl: nats.url, stop: () => closers.closeAll() };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** Names by roles and number; the first node serves people, on the given port. */
function wishes({ nodes, port }: ClusterOptions, folder: string, env: Env): NodeWish[] {
  const counts = new Map<string, number>();
  const first = Math.max(
    0,
    nodes.findIndex((roles) => roles.split(",").includes("core") || roles === "all"),
  );
  const ordered = [nodes[first]!, ...nodes.filter((_, at) => at !== first)];
  return ordered.map((roles, at) => {
    const base = roles.split(",")[0]!;
    const number = (counts.get(base) ?? 0) + 1;
    counts.set(base, number);
    const name = `${base}-${number}`;
    return { name, roles, folder: join(folder, "nodes", name), port: at === 0 ? port : 0, env };
  });
}

/**
 * How programs on this machine find the cluster: as they find a floor, and where its NATS is. Written again when the node
 * that serves people was started again: its token is a new one.
 */
async function publishRun(path: string, { folder }: NodeWish, natsUrl: string): Promise<string> {
  const run = JSON.parse(await readFile(join(folder, "run.json"), "utf8")) as { url: string; token: string };
  const draft = `${path}.draft`;
  await writeFile(draft, `${JSON.stringify({ ...run, pid: process.pid, natsUrl })}\n`, { mode: 0o600 });
  await rename(draft, path);
  return run.url;
}

interface KeeperParts {
  readonly wish: NodeWish;
  /** Starts the node again when it ended. */
  readonly restart: boolean;
  /** Each time that it is ready. */
  readonly onReady: () => Promise<void>;
  readonly say: (line: string) => void;
}

/** One node, kept running. */
class NodeKeeper {
  readonly #parts: KeeperParts;
  readonly #say: (line: string) => void;
  /** The port of a node that serves people stays what it was: those who look at it find it again. */
  #port: number;
  #child: NodeChild | null = null;
  #stopping = false;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#port = parts.wish.port;
    this.#say = (line) => parts.say(`${parts.wish.name}: ${line}`);
  }

  async start(): Promise<void> {
    const { wish, onReady } = this.#parts;
    const child = startNode({ ...wish, port: this.#port }, this.#say);
    this.#child = child;
    const startedMs = elapsedMs();
    const { port } = await child.ready;
    this.#port = port ?? this.#port;
    await onReady();
    this.#say(`process ${child.pid}, ready after ${((elapsedMs() - startedMs) / 1_000).toFixed(1)} s`);
    void child.ended.then((why) => this.#onEnd(why));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child) return;
    child.signal("SIGINT");
    await Promise.race([child.ended, wait(NODE_STOP_MS)]);
    child.signal("SIGKILL");
  }

  async #onEnd(why: string): Promise<void> {
    if (this.#stopping) return;
    this.#say(`ended (${why}); the other nodes take over its actors`);
    if (!this.#parts.restart) return;
    await wait(RESTART_PAUSE_MS);
    if (this.#stopping) return;
    try {
      await this.start();
    } catch (error) {
      await this.#onEnd(error instanceof Error ? error.message : String(error));
    }
  }
}
