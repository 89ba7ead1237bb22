/**
 * A real mesh for tests: nats-server, PostgreSQL and nodes as child processes (`dsta start --roles …`), each trading node
 * in a network of its own where this machine allows it. Owns starting them, breaking them, and that a node that ended
 * starts again after a pause, as under any service manager. `stop` leaves nothing behind.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer } from "../floor-process.ts";
import { type NatsServer, startNats } from "../nats-server.ts";
import { Cable, canIsolate } from "./mesh-network.ts";
import { MeshPostgres } from "./mesh-postgres.ts";

const DSTA = fileURLToPath(new URL("../../../cli/dsta.mjs", import.meta.url));
const CLOCK_SHIFT = new URL("clock-shift.ts", import.meta.url).href;
const RESTART_PAUSE_MS = 1_000;
const STOP_MS = 20_000;
const KEPT_OUTPUT = 20_000;
/** Longer than the program itself takes to give up. */
const REQUEST_MS = 8_000;
const HOUR_MS = 3_600_000;
const SEEN_POLL_MS = 5;

const SERVING = { name: "core-1", roles: "core,data" };
const TRADING = ["a", "b", "c"].map((name) => ({ name: `trade-${name}`, roles: "exchange,trading,data" }));

export class MeshCluster {
  readonly folder: string;
  readonly nats: NatsServer;
  readonly postgres: MeshPostgres;
  readonly core: MeshNode;
  readonly trading: readonly MeshNode[];
  /** Why nodes cannot be cut off here, or null. */
  readonly joined: string | null;

  constructor(folder: string, nats: NatsServer, postgres: MeshPostgres, joined: string | null) {
    this.folder = folder;
    this.nats = nats;
    this.postgres = postgres;
    this.joined = joined;
    const env = { NATS_URL: nats.url, DATABASE_URL: postgres.url };
    this.core = new MeshNode(SERVING, folder, env, null);
    this.trading = TRADING.map((wish, index) => new MeshNode(wish, folder, env, joined === null ? new Cable(index) : null));
  }

  /** Resolves when every node is ready. */
  static async start(): Promise<MeshCluster> {
    const folder = await mkdtemp(join(tmpdir(), "dsta-mesh-"));
    await chmod(folder, 0o755);
    const joined = canIsolate();
    const nats = await startNats(joined === null ? { host: "0.0.0.0" } : {});
    const postgres = await MeshPostgres.start(join(folder, "postgres"));
    const cluster = new MeshCluster(folder, nats, postgres, joined);
    try {
      for (const { cable } of cluster.trading) await cable?.door(postgres.port);
      await Promise.all(cluster.nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get nodes(): readonly MeshNode[] {
    return [this.core, ...this.trading];
  }

  /** One request to the node that serves people. @throws what `fetch` throws while nobody answers */
  api<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    timeoutMs = REQUEST_MS,
  ): Promise<Answer<T>> {
    return this.core.api(method, path, body, headers, timeoutMs);
  }

  /** The answer to a request that has to succeed. */
  async ok<T>(method: string, path: string, params?: unknown): Promise<T> {
    const { status, body } = await this.api<T>(method, path, params);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  get<T>(path: string): Promise<T> {
    return this.ok("GET", path);
  }

  /** What each node said last, for a failed run. */
  logs(): string {
    return this.nodes.map((node) => `== ${node.name}\n${node.output.slice(-2_000)}`).join("\n");
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.postgres.stop();
    await this.nats.stop();
    if (process.env["KEEP_MESH"] === undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

/** One node, kept running. */
export class MeshNode {
  readonly name: string;
  readonly cable: Cable | null;
  output = "";
  /** How wrong its wall clock is. */
  clockShiftHours = 0;
  /** Ends that nobody asked for: exit codes or signals. */
  readonly ends: string[] = [];
  readonly #folder: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;
  #stopping = false;
  #ready: Promise<void> = Promise.resolve();
  #run: { url: string; token: string } | null = null;

  constructor(wish: { name: string; roles: string }, folder: string, env: Readonly<Record<string, string>>, cable: Cable | null) {
    this.name = wish.name;
    this.cable = cable;
    this.#folder = join(folder, "nodes", wish.name);
    const start = [DSTA, "start", "--roles", wish.roles, "--node", wish.name, "--data", this.#folder];
    this.#args = [...start, "--port", "0", "--no-repl", "--with-parent"];
    const seen = (text: string): string => (cable === null ? text : text.replace("127.0.0.1", cable.here));
    this.#env = {
      PATH: process.env["PATH"] ?? "",
      ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, seen(value)])),
      NODE_OPTIONS: `--import ${CLOCK_SHIFT}`,
      CLOCK_SHIFT_FILE: join(this.#folder, "clock-shift"),
    };
  }

  /** Resolves when the node says that it is ready. */
  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    this.#run = null;
    this.clockShiftHours = 0;
    const command = [process.execPath, ...this.#args];
    const [program, ...args] = this.cable === null ? command : ["ip", "netns", "exec", this.cable.namespace, ...command];
    const child = spawn(program!, args, { env: this.#env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    this.#child = child;
    child.once("exit", (code, signal) => void this.#onEnd(child, signal ?? `exit code ${code}`));
    this.#ready = new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error(`${this.name} ended before it was ready\n${this.output}`)));
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          this.output = (this.output + text).slice(-KEPT_OUTPUT);
          if (text.includes("ready in")) resolve();
        });
      }
    });
    this.#ready.catch(() => undefined);
    await this.#ready;
  }

  /** Resolves when the present process is ready. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get running(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Resolves when the node reads a wall clock that is wrong by so many hours; 0 puts it right. */
  async shiftClock(hours: number): Promise<void> {
    const file = join(this.#folder, "clock-shift");
    await rm(`${file}.seen`, { force: true });
    await writeFile(file, String(hours));
    this.clockShiftHours = hours;
    this.signal("SIGUSR2");
    const isSeen = async (): Promise<boolean> => {
      const seenMs = Number(await readFile(`${file}.seen`, "utf8").catch(() => "0"));
      return Math.abs(seenMs - Date.now() - hours * HOUR_MS) < HOUR_MS / 2;
    };
    while (!(await isSeen())) await new Promise((resolve) => setTimeout(resolve, SEEN_POLL_MS));
  }

  async api<T>(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<Answer<T>> {
    this.#run ??= JSON.parse(readFileSync(join(this.#folder, "run.json"), "utf8")) as { url: string; token: string };
    const response = await fetch(`${this.#run.url}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#run.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== null && this.running) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      child.kill("SIGCONT");
      child.kill("SIGINT");
      await ended;
      clearTimeout(late);
    }
    this.cable?.remove();
  }

  async #onEnd(child: ChildProcess, why: string): Promise<void> {
    if (child !== this.#child || this.#stopping) return;
    this.ends.push(why);
    await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
    if (this.#stopping) return;
    // A start that fails ends the process, which brings it here again.
    await this.start().catch(() => undefined);
  }
}
