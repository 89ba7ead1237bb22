/**
 * A node of a cluster on this machine as a child process: `dsta start` with its roles. Its lines are shown with its name
 * before them. It ends with its parent: the pipe on its standard input closes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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
  /** Resolves with the line that says it is ready; rejects when it ends before. */
  readonly ready: Promise<string>;
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
  return { wish, pid: child.pid ?? 0, ended, ready: readiness(child, ended, hear), signal: (signal) => void child.kill(signal) };
}

function readiness(child: ChildProcess, ended: Promise<string>, hear: (line: string) => void): Promise<string> {
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on("line", (line) => {
        hear(line);
        if (line.startsWith("ready in")) resolve(line);
      });
    }
    void ended.then((why) => reject(new Error(`it ended before it was ready: ${why}`)));
  });
  // Who waits for it hears it; nobody does once the cluster is being stopped.
  ready.catch(() => undefined);
  return ready;
}
