/**
 * The real program as a child process, for tests: `node cli/dsta.mjs start` on a data folder, its REST API, its signals,
 * its PostgreSQL, and its journal read past it.
 *
 * Event driven: waiting is for a line on standard output, the end of the process, or an answer of the API. Every process
 * started here is remembered; `endAll` ends those still alive, their servers included, also after a failed test.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type Cluster, openCluster, SUPERUSER } from "../../brokers/postgres/cluster.ts";
import { findPostmaster, type Postmaster, startPostmaster, stopPostmaster } from "../../brokers/postgres/postmaster.ts";
import { pidExists } from "../../brokers/postgres/process-identity.ts";
import { openPostgresJournal, type PostgresJournal } from "../../mixins/journal/postgres-journal.ts";
import { machineClock } from "./database.ts";

/** Each waits up to a second for an answer. */
const HEALTH_PROBES_MAX = 30;
const DSTA = fileURLToPath(new URL("../../cli/dsta.mjs", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface FloorOptions {
  /** `cluster` starts several nodes on this machine. Default `start`. */
  readonly verb?: "start" | "cluster";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class FloorProcess {
  readonly folder: string;
  readonly startedMs = performance.now();
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #waiters = new Set<() => void>();
  #out = "";
  #err = "";
  #end: Ended | null = null;
  #run: { url: string; token: string; pid: number } | null = null;

  constructor(folder: string, { verb = "start", args = [], env = {} }: FloorOptions = {}) {
    this.folder = folder;
    const given = [verb, "--data", folder, ...(args.includes("--port") ? [] : ["--port", "0"]), ...args];
    if (verb === "start") given.push("--no-repl");
    this.#child = spawn(process.execPath, [DSTA, ...given], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#heard(() => (this.#out += text)));
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#heard(() => (this.#err += text)));
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code, signal) => {
        this.#heard(() => (this.#end = { code, signal }));
        resolve({ code, signal });
      });
    });
    alive.add(this);
    void this.ended.then(() => alive.delete(this));
  }

  /** Starts and waits until the program says it is ready and its health is not down. */
  static async start(folder: string, options: FloorOptions = {}): Promise<FloorProcess> {
    const floor = new FloorProcess(folder, options);
    await floor.ready();
    return floor;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasEnded(): boolean {
    return this.#end !== null || this.#child.killed;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  get url(): string {
    return this.#found().url;
  }

  async ready(): Promise<void> {
    await this.says("ready in");
    let health = await this.api("GET", "health");
    // Right after a start a slow disk may hold an actor longer than the probe waits: down for a moment is no failure, down for good is.
    for (let probe = 1; health.status !== 200 && probe < HEALTH_PROBES_MAX; probe++) health = await this.api("GET", "health");
    if (health.status !== 200) throw new Error(`ready, but health answers ${health.status}: ${JSON.stringify(health.body)}`);
  }

  /** Resolves when standard output holds the text; rejects when the program ends without it. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#out.includes(text)) resolve();
        else if (this.#end)
          reject(new Error(`ended with ${JSON.stringify(this.#end)} before saying "${text}"\n${this.#out}\n${this.#err}`));
        else return;
        this.#waiters.delete(look);
      };
      this.#waiters.add(look);
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ctrl-C, to its end. */
  async stop(): Promise<Ended> {
    this.signal("SIGINT");
    return this.ended;
  }

  /**
   * As `kill -9`: no code of the program runs after this; its PostgreSQL lives on. Resolves when the server has ended the
   * program's sessions too: until then a statement that was under way may still commit.
   */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
    const url = await serverUrl(this.folder);
    if (url !== null) await sessionsEnded(url);
  }

  /** One request with the local token. @throws what `fetch` throws while nobody listens. */
  async api<T = unknown>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T>> {
    const { url, token } = this.#found();
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  /** The body of a request that has to succeed. */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.api<T>("GET", path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async post<T>(path: string, params: unknown = {}): Promise<T> {
    const { status, body } = await this.api<T>("POST", path, params);
    if (status >= 300) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Asks the API again and again, until the answer fits. The bound is the test's own time limit. */
  async until<T>(path: string, fits: (body: T) => boolean): Promise<T> {
    for (;;) {
      const body = await this.get<T>(path);
      if (fits(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #found(): { url: string; token: string } {
    this.#run ??= JSON.parse(readFileSync(join(this.folder, "run.json"), "utf8")) as { url: string; token: string; pid: number };
    if (this.#run.pid !== this.pid) throw new Error(`run.json names process ${this.#run.pid}, not ${this.pid}`);
    return this.#run;
  }

  #heard(change: () => void): void {
    change();
    for (const waiter of this.#waiters) waiter();
  }
}

const alive = new Set<FloorProcess>();

/** Ends every process of these tests and the database servers of the folders, then deletes the folders. */
export async function endAll(folders: readonly string[]): Promise<void> {
  await Promise.all(Array.from(alive, (floor) => floor.kill()));
  for (const folder of folders) {
    await stopServer(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Process id of the PostgreSQL that serves the folder, or null. */
export async function serverPid(folder: string): Promise<number | null> {
  if (!existsSync(join(folder, "postgres", "initialised.json"))) return null;
  const found = await findPostmaster(await openCluster(folder));
  return found && pidExists(found.process.pid) ? found.process.pid : null;
}

async function serverUrl(folder: string): Promise<string | null> {
  if (!existsSync(join(folder, "postgres", "initialised.json"))) return null;
  const cluster = await openCluster(folder);
  const found = await findPostmaster(cluster);
  return found && urlOf(cluster, found);
}

function urlOf(cluster: Cluster, { port }: Postmaster): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/dsta`;
}

async function sessionsEnded(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const others = "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
    while ((await client.query(others)).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  } catch (error) {
    // Killed before the database was made: nothing can have been written.
    if (!(error instanceof pg.DatabaseError && error.code === "3D000")) throw error;
  } finally {
    await client.end();
  }
}

async function stopServer(folder: string): Promise<void> {
  if (!existsSync(join(folder, "postgres", "initialised.json"))) return;
  const found = await findPostmaster(await openCluster(folder));
  if (found) await stopPostmaster(found);
}

/** Reads the folder's journal past the program, which may be running, killed or stopped. */
export async function withJournal<T>(folder: string, read: (journal: PostgresJournal) => Promise<T>): Promise<T> {
  const cluster = await openCluster(folder);
  const found = await findPostmaster(cluster);
  const server = found ?? (await startPostmaster(cluster, 0));
  try {
    const journal = await openPostgresJournal({ url: urlOf(cluster, server), clock: machineClock, monotonicMs: () => performance.now() });
    try {
      return await read(journal);
    } finally {
      await journal.close();
    }
  } finally {
    if (!found) await stopPostmaster(server);
  }
}
