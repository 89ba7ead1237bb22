/** The cluster in the foreground: says when it is ready, and ends in order on Ctrl-C or SIGTERM; at once on a second one. */
import { elapsedMs } from "../system-ports.ts";
import { type ClusterOptions, startCluster } from "./cluster.ts";

/** One Ctrl-C arrives several times: from the terminal, from npm and from a Node that started this one. */
const ECHO_MS = 1_000;

/** Resolves when the cluster has ended. */
export async function runCluster(options: ClusterOptions, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const startedMs = elapsedMs();
  let firstMs: number | null = null;
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        firstMs ??= elapsedMs();
        if (elapsedMs() - firstMs > ECHO_MS) process.exit(130);
        resolve();
      });
    }
  });
  const cluster = await startCluster(options, env, say);
  say(`cluster ready in ${((elapsedMs() - startedMs) / 1_000).toFixed(1)} s: ${cluster.url}   NATS ${cluster.natsUrl}`);
  say(`node cli/dsta.mjs repl --data ${options.data} joins the mesh: nodes, actors, move, drain, restart, positions, orders, halt`);
  await asked;
  say("stopping: nodes hand over and save");
  await cluster.stop();
  say("stopped; the next start continues from here");
  process.exit(0);
}
