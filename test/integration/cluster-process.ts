/**
 * The real cluster as a child process, for tests: `node cli/dsta.mjs cluster` with its nodes, its nats-server and its
 * PostgreSQL. Waiting is for a line of its output or for an answer of the API. `strays` names what is still running on the
 * folder; `end` leaves neither a process nor a file, also after a failed test.
 */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ActorRow, NodeRow } from "../../domain/contract/views.ts";
import { type Ended, FloorProcess } from "./floor-process.ts";

interface Items<T> {
  readonly items: readonly T[];
}

export interface ClusterWish {
  /** Roles of each node. */
  readonly nodes?: readonly string[];
  readonly args?: readonly string[];
}

const ADMIN_PASSWORD = "open the floor, please";

export class ClusterProcess {
  readonly folder: string;
  readonly #launcher: FloorProcess;

  private constructor(folder: string, launcher: FloorProcess) {
    this.folder = folder;
    this.#launcher = launcher;
  }

  /** Resolves when every node is ready. */
  static async start(folder: string, { nodes, args = [] }: ClusterWish = {}): Promise<ClusterProcess> {
    const all = [...args, ...(nodes === undefined ? [] : ["--nodes", ...nodes])];
    const launcher = new FloorProcess(folder, { verb: "cluster", args: all, env: { DSTA_ADMIN_PASSWORD: ADMIN_PASSWORD } });
    await launcher.says("cluster ready in");
    return new ClusterProcess(folder, launcher);
  }

  get pid(): number {
    return this.#launcher.pid;
  }

  get out(): string {
    return this.#launcher.out;
  }

  /** Of the first node that serves people, or of a named one. */
  run(node?: string): { readonly url: string; readonly token: string; readonly natsUrl?: string } {
    const folder = node === undefined ? this.folder : join(this.folder, "nodes", node);
    return JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as { url: string; token: string; natsUrl?: string };
  }

  /** Of the process that has the node now. */
  pidOf(node: string): number {
    return Number([...this.out.matchAll(new RegExp(`^${node}: process (\\d+),`, "gm"))].at(-1)![1]);
  }

  signal(node: string, signal: NodeJS.Signals): void {
    process.kill(this.pidOf(node), signal);
  }

  /** Resolves when the node has been ready so many times. */
  async readyTimes(node: string, times: number): Promise<void> {
    while (this.out.split(`\n${node}: process `).length <= times) await pause();
  }

  async api<T>(method: string, path: string, body?: unknown, node?: string): Promise<{ readonly status: number; readonly body: T }> {
    const { url, token } = this.run(node);
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  /** The body of an answer that has to be a success. */
  async get<T>(path: string, node?: string): Promise<T> {
    const { status, body } = await this.api<T>("GET", path, undefined, node);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async send<T>(method: "POST" | "PUT", path: string, params: unknown = {}, node?: string): Promise<T> {
    const { status, body } = await this.api<T>(method, path, params, node);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Asks again and again until the answer fits; a refusal on the way does not. The bound is the test's own time limit. */
  async until<T>(path: string, fits: (body: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await this.api<T>("GET", path).catch(() => null);
      if (answer?.status === 200 && fits(answer.body)) return answer.body;
      await pause();
    }
  }

  nodes(): Promise<readonly NodeRow[]> {
    return this.get<Items<NodeRow>>("system/nodes").then(({ items }) => items);
  }

  /** Actors by id, once they fit. */
  async actorsWhen(
    fits: (nodeOf: ReadonlyMap<string, string>, rows: readonly ActorRow[]) => boolean,
  ): Promise<ReadonlyMap<string, string>> {
    const byId = (rows: readonly ActorRow[]) => new Map(rows.map(({ actorId, node }) => [actorId, node]));
    const answer = await this.until<Items<ActorRow>>("system/actors", ({ items }) => fits(byId(items), items));
    return byId(answer.items);
  }

  /** Ctrl-C, to its end. */
  stop(): Promise<Ended> {
    return this.#launcher.stop();
  }
}

/** Processes of this machine whose command line names the folder. */
export function strays(folder: string): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      if (command.includes(folder)) found.push({ pid: Number(name), command });
    } catch {
      // Ended while it was looked at.
    }
  }
  return found;
}

/** Ends what runs on the folders and removes them. */
export async function endClusters(clusters: readonly ClusterProcess[], folders: readonly string[]): Promise<void> {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  for (const folder of folders) {
    for (const { pid } of strays(folder)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
