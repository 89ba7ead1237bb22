/**
 * PostgreSQL of a test's mesh on a small file system in memory, where that may be mounted: it can be away for a while,
 * and its disk can be full. Else, it is kept alive: a server that ended by itself is started again, as a service manager does.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Cluster, openCluster, SUPERUSER } from "../../../brokers/postgres/cluster.ts";
import { probe } from "../../../brokers/postgres/database.ts";
import { type Postmaster, startPostmaster, stopPostmaster } from "../../../brokers/postgres/postmaster.ts";
import { isAlive } from "../../../brokers/postgres/process-identity.ts";
import { messageOf } from "../../../domain/kernel/errors.ts";

const SIZE = "1500m";
const CHUNK_BYTES = 4 * 1024 * 1024;
const WATCH_MS = 100;

export class MeshPostgres {
  readonly url: string;
  /** Why its disk cannot be filled, or null. */
  readonly unmounted: string | null;
  readonly #folder: string;
  readonly #cluster: Cluster;
  #server: Postmaster;
  #away = false;
  #starting: Promise<void> | null = null;
  readonly #watch: NodeJS.Timeout;

  constructor(folder: string, unmounted: string | null, cluster: Cluster, server: Postmaster) {
    this.#folder = folder;
    this.unmounted = unmounted;
    this.#cluster = cluster;
    this.#server = server;
    this.url = urlOf(cluster, server.port, "dsta");
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
  }

  static async start(folder: string): Promise<MeshPostgres> {
    await mkdir(folder);
    await chmod(folder, 0o755);
    const unmounted = mount(folder);
    const data = join(folder, "data");
    await mkdir(data);
    const cluster = await openCluster(data);
    const server = await startPostmaster(cluster, 0);
    await probe(urlOf(cluster, server.port, "postgres"), "create database dsta", 5_000, "the mesh's database");
    return new MeshPostgres(folder, unmounted, cluster, server);
  }

  get port(): number {
    return this.#server.port;
  }

  /** Ends it, in order or as the machine would, and starts it again after `forMs`. Resolves when it serves. */
  async away(forMs: number, inOrder: boolean): Promise<void> {
    this.#away = true;
    try {
      if (inOrder) await stopPostmaster(this.#server);
      else process.kill(this.#server.process.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, forMs));
      await this.#restart();
    } finally {
      this.#away = false;
    }
  }

  /** Takes all space that is left. */
  fill(): void {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let size = CHUNK_BYTES; size > 512;) {
      try {
        writeFileSync(join(this.#folder, "ballast"), chunk.subarray(0, size), { flag: "a" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        size /= 2;
      }
    }
  }

  empty(): void {
    rmSync(join(this.#folder, "ballast"), { force: true });
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.empty();
    await this.#starting;
    await stopPostmaster(this.#server);
    if (this.unmounted === null) execFileSync("umount", [this.#folder]);
  }

  #look(): void {
    if (this.#away || this.#starting !== null || isAlive(this.#server.process)) return;
    this.#starting = this.#restart()
      // Without space it cannot start: the next look tries again.
      .catch(() => undefined)
      .finally(() => (this.#starting = null));
  }

  async #restart(): Promise<void> {
    const server = await startPostmaster(this.#cluster, this.#server.port);
    if (server.port !== this.#server.port) throw new Error(`port ${this.#server.port} was taken while PostgreSQL was away`);
    this.#server = server;
  }
}

function urlOf({ password }: Cluster, port: number, database: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function mount(folder: string): string | null {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=0755`, "tmpfs", folder], { stdio: "pipe" });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
