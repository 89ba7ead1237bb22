/**
 * The program in the foreground: says when it is ready, gives a person at a terminal the REPL, and ends in order on
 * Ctrl-C or SIGTERM. A second signal, not the echo of the first, ends it at once; the journal makes that safe.
 */
import type { StartOptions } from "../config/start-options.ts";
import { isExpected } from "../domain/kernel/errors.ts";
import type { RunningFloor } from "./start.ts";
import { elapsedMs, wait } from "./system-ports.ts";

const FIRST_BOOK_WAIT_MS = 10_000;
const POLL_MS = 20;
/** One Ctrl-C arrives several times: from the terminal, from npm and from a Node that started this one. */
const ECHO_MS = 1_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Resolves when the program has ended; sets the exit code. */
export async function runInForeground(options: StartOptions, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  let stopAsked: (signal: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => (stopAsked = resolve));
  let firstMs: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      firstMs ??= elapsedMs();
      if (elapsedMs() - firstMs > ECHO_MS) process.exit(130);
      stopAsked(signal);
    });
  }
  if (options.withParent) process.stdin.on("end", () => stopAsked("the end of its parent")).resume();
  process.on("uncaughtException", (error) => crash("uncaught exception", error));
  process.on("unhandledRejection", (error) => crash("unhandled rejection", error));

  // Loaded after the signals are listened to: reading the program takes longer than a person waits for Ctrl-C.
  const { startFloor } = await import("./start.ts");
  const starting = startFloor(options, env);
  // A signal during the start waits for it: half a start cannot be ended in order.
  const floor = await starting;
  await firstBook(floor);
  announce(floor, options);
  if (options.repl && process.stdin.isTTY && process.stdout.isTTY) floor.repl(() => stopAsked("SIGINT"));
  const signal = await asked;
  say(`${signal === "SIGINT" ? "\n" : ""}stopping: saving state`);
  await floor.stop();
  say("stopped; the next start continues from here");
  process.exit(0);
}

async function firstBook(floor: RunningFloor): Promise<void> {
  const untilMs = elapsedMs() + FIRST_BOOK_WAIT_MS;
  while (floor.mesh.floor.feeds().live === 0 && floor.mesh.floor.feeds().total > 0 && elapsedMs() < untilMs) await wait(POLL_MS);
}

function announce(floor: RunningFloor, options: StartOptions): void {
  const { url, identity, mesh } = floor;
  const ready = `ready in ${process.uptime().toFixed(1)} s`;
  if (identity.meshed) announceNode(floor);
  else announceFloor(floor, options);
  say(url === null ? `${ready}: node ${mesh.nodeId}` : `${ready}: ${url}   API ${url}/api/docs`);
}

function announceFloor({ adminPassword, dataFolder, database, source, mesh, strategies }: RunningFloor, options: StartOptions): void {
  const { live, total } = mesh.floor.feeds();
  const market = options.replay.length > 0 ? `replay of ${options.replay.length} file(s) at speed ${options.speed}` : "simulated venue";
  say(`DSTA ${mesh.version}  ${source.desk.name}  ${source.desk.mode.toUpperCase()} (not real money)`);
  say(`  market    ${market}, ${total === 0 ? "bars only" : `${live} of ${total} books live`}, ${strategies} strategies`);
  say(`  data      ${dataFolder} (${database})`);
  sayLogin(adminPassword);
}

function announceNode({ adminPassword, dataFolder, database, source, identity, mesh }: RunningFloor): void {
  say(`DSTA ${mesh.version}  ${source.desk.name}  node ${identity.nodeId}: ${identity.roles.join(", ")}`);
  say(`  actors    ${mesh.floor.host.size} here, ${mesh.directory.members().length} nodes in the mesh`);
  say(`  data      ${dataFolder} (${database})`);
  sayLogin(adminPassword);
}

function sayLogin(adminPassword: string | null): void {
  if (adminPassword !== null) say(`  login     user admin, password ${adminPassword}   shown this once`);
}

/** The state of a process after an error nobody expected is not known: end it; the next start recovers from the journal. */
function crash(what: string, error: unknown): never {
  process.stderr.write(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(isExpected(error) ? 1 : 70);
}
