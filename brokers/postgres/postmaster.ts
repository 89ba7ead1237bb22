/**
 * One PostgreSQL server process: finding a living one, starting, waiting until it serves, stopping.
 *
 * The server runs in a process group of its own, so a terminal's Ctrl-C reaches it only through us, and it outlives
 * a killed parent. Its `postmaster.pid` says who serves the folder; a pid file of a dead server is left to
 * PostgreSQL, which also checks for orphaned backends, except when another program got that pid.
 * Source: PostgreSQL 18 manual, "postgres" and "Server Shutdown"; miscadmin.h for the lines of postmaster.pid.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DstaError } from "../../domain/kernel/errors.ts";
import { serverEnvironment } from "./cluster.ts";
import type { Cluster } from "./cluster.ts";
import { commandLineOf, isAlive, pidExists, startTicksOf } from "./process-identity.ts";
import type { ProcessIdentity } from "./process-identity.ts";

export interface Postmaster {
  readonly process: ProcessIdentity;
  readonly port: number;
}

const POLL_MS = 5;
/** Crash recovery replays at most `max_wal_size` of log: seconds, not minutes. */
const READY_WITHIN_MS = 60_000;
const FAST_STOP_MS = 10_000;
const START_ATTEMPTS = 20;
const LOG_LIMIT_BYTES = 8 * 1024 * 1024;

/** Durable, small, quiet. Sizes suit one node's journal. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  // For a mesh of several nodes on one machine: each holds up to thirteen, and the old set lives on for a moment when one is killed.
  max_connections: "150",
  shared_buffers: "64MB",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_wal_size: "512MB",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_autovacuum_min_duration: "-1",
  log_min_messages: "warning",
};

/** The server that serves the folder now, once it is ready; null when there is none. */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | null> {
  const deadline = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const entry = readPidFile(cluster.dataFolder);
    if (entry === null || !pidExists(entry.pid)) return null;
    const command = commandLineOf(entry.pid);
    if (command !== null && !command.includes(cluster.dataFolder)) {
      rmSync(join(cluster.dataFolder, "postmaster.pid"), { force: true });
      return null;
    }
    if (entry.status === "ready" && entry.port > 0) return { process: identityOf(entry.pid), port: entry.port };
    if (performance.now() > deadline) {
      throw startFailed(cluster, `process ${entry.pid} serves the folder but is ${entry.status || "starting"}`);
    }
    await pause(POLL_MS * 4);
  }
}

/**
 * Starts a server on `preferredPort`, or on a free port when that is 0 or taken.
 * @throws {DstaError} EMBEDDED_POSTGRES_START_FAILED with the end of the server's log
 */
export async function startPostmaster(cluster: Cluster, preferredPort: number): Promise<Postmaster> {
  let port = preferredPort;
  for (let attempt = 1; ; attempt++) {
    if (port === 0) port = await freePort();
    const logOffset = rotateLog(cluster.logFile);
    const pid = launch(cluster, port);
    if (await becomesReady(cluster, pid, port)) return { process: identityOf(pid), port };
    const log = readFileSync(cluster.logFile).subarray(logOffset).toString("utf8");
    const portTaken = /could not (bind|create any TCP)|Address already in use/i.test(log);
    // Backends of a killed server need a moment to notice and leave.
    const orphans = /shared memory block|lock file ".*" already exists/i.test(log);
    if (attempt === START_ATTEMPTS || !(portTaken || orphans)) throw startFailed(cluster, log.trim().split("\n").slice(-4).join(" / "));
    if (portTaken) port = 0;
    else await pause(50 * attempt);
  }
}

/** Fast shutdown (open transactions roll back), immediate when that takes too long. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  for (const [signal, limitMs] of [
    ["SIGINT", FAST_STOP_MS],
    ["SIGQUIT", FAST_STOP_MS],
  ] as const) {
    if (!isAlive(postmaster.process)) return;
    process.kill(postmaster.process.pid, signal);
    const deadline = performance.now() + limitMs;
    while (isAlive(postmaster.process) && performance.now() < deadline) await pause(POLL_MS);
  }
  if (isAlive(postmaster.process)) {
    throw new DstaError("EMBEDDED_POSTGRES_STOP_FAILED", `PostgreSQL (process ${postmaster.process.pid}) does not stop`, { code: 500 });
  }
}

function launch(cluster: Cluster, port: number): number {
  const log = openSync(cluster.logFile, "a", 0o600);
  try {
    const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn(cluster.binaries.postgres, ["-D", cluster.dataFolder, ...settings], {
      ...(cluster.user ?? {}),
      cwd: cluster.dataFolder,
      env: serverEnvironment(),
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.on("error", () => undefined); // A failed spawn has no pid; reported below.
    child.unref();
    if (child.pid === undefined) {
      const who = cluster.user ? ` as user id ${cluster.user.uid}` : "";
      const { postgres } = cluster.binaries;
      throw startFailed(cluster, `${postgres} could not be started${who}; if the container forbids that, set DATABASE_URL`);
    }
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/** False when the process ended first. */
async function becomesReady(cluster: Cluster, pid: number, port: number): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (pidExists(pid)) {
    const entry = readPidFile(cluster.dataFolder);
    if (entry?.pid === pid && entry.port === port && entry.status === "ready") return true;
    if (performance.now() > deadline) throw startFailed(cluster, `not ready within ${READY_WITHIN_MS} ms`);
    await pause(POLL_MS);
  }
  return false;
}

function readPidFile(dataFolder: string): { pid: number; port: number; status: string } | null {
  try {
    const lines = readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0) return null;
    return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? "").trim() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Keeps one older log; returns the current log's size. */
function rotateLog(logFile: string): number {
  const sizeBytes = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes < LOG_LIMIT_BYTES) return sizeBytes;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function identityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: startTicksOf(pid), boot: null };
}

function startFailed(cluster: Cluster, why: string): DstaError {
  const message = `embedded PostgreSQL did not start in ${cluster.dataFolder}: ${why} (log: ${cluster.logFile})`;
  const data = { folder: cluster.dataFolder, logFile: cluster.logFile };
  return new DstaError("EMBEDDED_POSTGRES_START_FAILED", message, { code: 500, data });
}
