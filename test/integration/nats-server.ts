/**
 * A real nats-server on a free port of this machine, with a store folder of its own, for tests and benches.
 * It can be killed (as by the machine), stopped in order, started again on the same port and store, and paused.
 * `stop` leaves neither a process nor a file.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface NatsServerOptions {
  /** With JetStream, stored in files of the store folder. Default true. */
  readonly jetstream?: boolean;
  /** Address it listens on. Default 127.0.0.1. */
  readonly host?: string;
  /** More of nats-server's configuration language: accounts, TLS, limits. */
  readonly config?: string;
}

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly storeDir: string;
  readonly pid: () => number;
  /** SIGKILL; the store stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store, after `kill` or by ending it in order first. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends it and removes the store. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 10_000;

export async function startNats({ jetstream = true, host = "127.0.0.1", config = "" }: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await mkdtemp(join(tmpdir(), "dsta-nats-"));
  const storeDir = join(folder, "store");
  const port = await freePort();
  const file = join(folder, "server.conf");
  const store = jetstream ? `jetstream { store_dir: ${JSON.stringify(storeDir)} }\n` : "";
  await writeFile(file, `listen: ${host}:${port}\n${store}${config}\n`);
  let server = await launch(file, port);
  const url = `nats://127.0.0.1:${port}`;
  return {
    url,
    port,
    storeDir,
    pid: () => server.pid ?? 0,
    kill: () => end(server, "SIGKILL"),
    restart: async () => {
      await end(server, "SIGTERM");
      server = await launch(file, port);
    },
    pause: () => void server.kill("SIGSTOP"),
    resume: () => void server.kill("SIGCONT"),
    stop: async () => {
      server.kill("SIGCONT");
      await end(server, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(file: string, port: number): Promise<ChildProcess> {
  const server = spawn("nats-server", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  server.stderr.on("data", (bytes: Buffer) => (output = (output + bytes.toString()).slice(-4_000)));
  const failed = new Promise<never>((_, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`nats-server ended with ${code}: ${output}`)));
  });
  failed.catch(() => undefined);
  await Promise.race([failed, greeted(port, Date.now() + READY_WITHIN_MS)]);
  return server;
}

/** Resolves when the server has sent its first line, INFO: it then serves clients. */
async function greeted(port: number, deadlineMs: number): Promise<void> {
  for (;;) {
    if (await isGreeted(port)) return;
    if (Date.now() > deadlineMs) throw new Error(`nats-server did not greet on port ${port} within ${READY_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isGreeted(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = (greeting: boolean) => {
      socket.destroy();
      resolve(greeting);
    };
    socket.once("data", (bytes) => done(bytes.toString().startsWith("INFO")));
    socket.once("error", () => done(false));
    socket.once("close", () => done(false));
  });
}

function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    server.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      if (address === null || typeof address === "string") return reject(new Error("no port"));
      probe.close(() => resolve(address.port));
    });
  });
}
