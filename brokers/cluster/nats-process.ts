/**
 * A nats-server of our own for a cluster on this machine, with JetStream in the cluster's folder.
 *
 * In a process group of its own: a Ctrl-C at the terminal must not end it before the nodes have handed over. One that a
 * killed launcher left behind is ended first, since two servers on one store would ruin it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { DstaError } from "../../domain/kernel/errors.ts";
import { commandLineOf, pidExists } from "../postgres/process-identity.ts";
import { elapsedMs, wait } from "../system-ports.ts";

export interface NatsProcess {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

const START_MS = 10_000;
const STOP_MS = 5_000;
const POLL_MS = 20;
const RESTART_PAUSE_MS = 500;
/** Debian puts servers where a user's PATH often does not look. */
const SERVER_FOLDERS = ":/usr/sbin:/usr/local/sbin";

/**
 * One that ends by itself is started again on the same port and store: the nodes find it there with all leases.
 * @throws {DstaError} NATS_SERVER_MISSING, NATS_SERVER_FAILED
 */
export async function startNatsServer(folder: string, say: (line: string) => void): Promise<NatsProcess> {
  const store = join(folder, "nats");
  const pidFile = join(store, "nats-server.pid");
  await mkdir(store, { recursive: true, mode: 0o700 });
  await endLeftOver(pidFile, store);
  const port = await freePort();
  let stopping = false;
  let child = await launch(port, store, pidFile);
  const watch = (): void => void child.once("exit", (code, signal) => void again(signal ?? `exit code ${code}`));
  const again = async (why: string): Promise<void> => {
    if (stopping) return;
    say(`nats-server ended (${why}); nodes pause until it is back`);
    await wait(RESTART_PAUSE_MS);
    if (stopping) return;
    try {
      child = await launch(port, store, pidFile);
      say("nats-server is back");
      watch();
    } catch (error) {
      await again(error instanceof Error ? error.message : String(error));
    }
  };
  watch();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    stop: () => {
      stopping = true;
      return end(child);
    },
  };
}

async function launch(port: number, store: string, pidFile: string): Promise<ChildProcess> {
  const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", store, "-P", pidFile, "-l", join(store, "nats-server.log")];
  const env = { ...process.env, PATH: `${process.env["PATH"]}${SERVER_FOLDERS}` };
  const child = spawn("nats-server", args, { detached: true, stdio: "ignore", env });
  await answering(child, port, store);
  return child;
}

async function answering(child: ChildProcess, port: number, store: string): Promise<void> {
  let failure: DstaError | null = null;
  child.once("error", (error) => {
    failure = new DstaError(
      "NATS_SERVER_MISSING",
      `nats-server cannot be run (${error.message}); install it: apt-get install nats-server`,
      { cause: error },
    );
  });
  child.once("exit", (code) => {
    failure ??= new DstaError("NATS_SERVER_FAILED", `nats-server ended with ${code}; see ${join(store, "nats-server.log")}`);
  });
  for (const untilMs = elapsedMs() + START_MS; elapsedMs() < untilMs; await wait(POLL_MS)) {
    if (failure !== null) throw failure as DstaError;
    if (await accepts(port)) return;
  }
  child.kill("SIGKILL");
  throw new DstaError(
    "NATS_SERVER_FAILED",
    `nats-server did not answer within ${START_MS / 1_000} s; see ${join(store, "nats-server.log")}`,
  );
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  await Promise.race([ended, wait(STOP_MS).then(() => child.kill("SIGKILL"))]);
}

async function endLeftOver(pidFile: string, store: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // The number may be somebody else's by now: only a server on our store is ours to end.
  const command = commandLineOf(pid);
  if (!command?.[0]?.endsWith("nats-server") || !command.includes(store)) return;
  process.kill(pid, "SIGTERM");
  for (const untilMs = elapsedMs() + STOP_MS; pidExists(pid) && elapsedMs() < untilMs;) await wait(POLL_MS);
  if (pidExists(pid)) process.kill(pid, "SIGKILL");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
