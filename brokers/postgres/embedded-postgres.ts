/**
 * A real PostgreSQL that comes with the program: nothing to install, same SQL, same durability.
 *
 * Owns starting, adopting a server that outlived a killed process, restarting one that died, and stopping. The
 * caller holds the data folder's lock, so nobody else starts a server on the same files.
 * The port is chosen at the first start and kept while the server lives, across its restarts.
 */
import { setTimeout as pause } from "node:timers/promises";
import { DstaError } from "../../domain/kernel/errors.ts";
import { openCluster, SUPERUSER } from "./cluster.ts";
import type { Cluster } from "./cluster.ts";
import { probe } from "./database.ts";
import type { Database } from "./database.ts";
import { findPostmaster, startPostmaster, stopPostmaster } from "./postmaster.ts";
import type { Postmaster } from "./postmaster.ts";
import { isAlive } from "./process-identity.ts";

export interface EmbeddedPostgres extends Database {
  /** Process id of the running server; changes when it is restarted. */
  pid(): number;
}

export interface EmbeddedPostgresOptions {
  /** An open data folder (see `openDataFolder`). */
  readonly folder: string;
  /** Told when the server died and when it is back; `why` is for the log. */
  readonly onChange?: (change: { readonly state: "down" | "up" | "restart-failed"; readonly why: string }) => void;
}

const DATABASE = "dsta";
const PROBE_MS = 5_000;
const WATCH_EVERY_MS = 100;
const RESTART_BACKOFF_MAX_MS = 5_000;

/**
 * @throws {DstaError} EMBEDDED_POSTGRES_… as of `openCluster` and `startPostmaster`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(options.folder);
  const found = await findPostmaster(cluster);
  const running = found ?? (await startPostmaster(cluster, 0));
  const { port } = running;
  await ensureDatabase(cluster, running);
  const keeper = keepAlive(cluster, running, options);
  return {
    host: "127.0.0.1",
    port,
    user: SUPERUSER,
    password: cluster.password,
    database: DATABASE,
    url: urlOf(cluster, port, DATABASE),
    adopted: found !== null,
    pid: () => keeper.pid(),
    stop: () => keeper.stop(),
  };
}

/** Creates our database on the first start; also proves that the server is ours, for it knows our password. */
async function ensureDatabase(cluster: Cluster, { port }: Postmaster): Promise<void> {
  const where = `127.0.0.1:${port}`;
  try {
    await probe(urlOf(cluster, port, DATABASE), "select 1", PROBE_MS, where);
  } catch (error) {
    const missing = error instanceof DstaError && error.data["reason"] === "3D000";
    if (!missing) throw error;
    await probe(urlOf(cluster, port, "postgres"), `create database ${DATABASE}`, PROBE_MS, where);
  }
}

interface Keeper {
  pid(): number;
  stop(): Promise<void>;
}

/** Starts the server again on its port whenever it is gone, until stopped. */
function keepAlive(cluster: Cluster, first: Postmaster, options: EmbeddedPostgresOptions): Keeper {
  let current = first;
  let stopping = false;
  let restarting: Promise<void> | null = null;

  async function restart(): Promise<void> {
    options.onChange?.({ state: "down", why: `process ${current.process.pid} is gone` });
    for (let backoffMs = 50; !stopping; backoffMs = Math.min(backoffMs * 2, RESTART_BACKOFF_MAX_MS)) {
      try {
        current = await startPostmaster(cluster, first.port);
        if (current.port === first.port) break;
        // Clients know the old port; a server elsewhere is no use to them.
        await stopPostmaster(current);
        throw new DstaError("EMBEDDED_POSTGRES_START_FAILED", `port ${first.port} was taken while the server was down`);
      } catch (error) {
        options.onChange?.({ state: "restart-failed", why: String(error) });
        await pause(backoffMs);
      }
    }
    if (!stopping) options.onChange?.({ state: "up", why: `process ${current.process.pid}` });
  }

  const watch = setInterval(() => {
    if (stopping || restarting !== null || isAlive(current.process)) return;
    restarting = restart().finally(() => (restarting = null));
  }, WATCH_EVERY_MS);
  watch.unref();

  async function stop(): Promise<void> {
    stopping = true;
    clearInterval(watch);
    await restarting;
    await stopPostmaster(current);
  }
  return { pid: () => current.process.pid, stop };
}

function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${database}`;
}
