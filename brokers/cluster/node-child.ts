/**
 * A node of a cluster on this machine as a child process: `dsta start` with its roles. Its lines are shown with its name
 * before them. It ends with its parent: the pipe on its standard input closes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DstaError } from "../../domain/kernel/errors.ts";

export interface NodeWish {
  readonly name: string;
  readonly roles: string;
  readonly folder: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface NodeChild {
  readonly wish: NodeWish;
  readonly pid: number;
  /** Resolves when it says so, with the port it serves people on; rejects when it ends before. */
  readonly ready: Promise<{ readonly port: number | null }>;
  readonly ended: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

const DSTA = fileURLToPath(new URL("../../cli/dsta.mjs", import.meta.url));

/** @param hear each line that the node says */
export function startNode(wish: NodeWish, hear: (line: string) => void): NodeChild {
  const { name, roles, folder, port } = wish;
  const args = [DSTA, "start", "--roles", roles, "--node", name, "--data", folder, "--port", String(port), "--no-repl", "--with-parent"];
  // A process group of its own: Ctrl-C at the terminal reaches the launcher, which ends nodes in order.
  const child = spawn(process.execPath, args, { env: wish.env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once("error", (error) => resolve(error.message));
  });
  return { wish, pid: child.pid ?? 0, ended, ready: readiness(name, child, ended, hear), signal: (signal) => void child.kill(signal) };
}

function readiness(name: string, child: ChildProcess, ended: Promise<string>, hear: (line: string) => void): NodeChild["ready"] {
  const ready = new Promise<{ readonly port: number | null }>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (line.trim() !== "") hear(line);
        if (!line.startsWith("ready in")) return;
        const port = / http:\/\/\S+:(\d+)/.exec(line)?.[1];
        resolve({ port: port === undefined ? null : Number(port) });
      });
    }
    void ended.then((why) => reject(new DstaError("NODE_FAILED", `${name} ended before it was ready: ${why}`)));
  });
  // Who waits for it hears it; nobody does once the cluster is being stopped.
  ready.catch(() => undefined);
  return ready;
}
