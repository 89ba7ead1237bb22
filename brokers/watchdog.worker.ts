/**
 * The watchdog's thread: samples the beats of the event loop it guards and asks the held thread who holds it. What it
 * decides by is in mixins/watchdog/stuck-judge.ts. A strategy found stuck is written into the quarantine, over a
 * connection made beforehand, then the process is ended at once: no code of the held loop could end it in order.
 */
import { appendFileSync, writeSync } from "node:fs";
import { Session } from "node:inspector";
import { parentPort, workerData } from "node:worker_threads";
import pg from "pg";
import { messageOf } from "../domain/kernel/errors.ts";
import { PostgresQuarantine } from "../mixins/quarantine/postgres-quarantine.ts";
import { type Holder, StuckJudge, type Verdict } from "../mixins/watchdog/stuck-judge.ts";
import { elapsedMs, systemClock, wait } from "./system-ports.ts";
import type { WatchdogData } from "./watchdog.ts";

/** The session of this node ends soon: no longer than this for the record. */
const RECORD_LIMIT_MS = 250;
const CONNECT_LIMIT_MS = 2_000;
/** Keeps the connection from being closed as idle, and makes a new one when the server was restarted. */
const KEEP_READY_MS = 10_000;
const STDERR = 2;
const PINO_WARN = 40;
const PINO_FATAL = 60;

const { nodeId, databaseUrl, logFile, beats: shared, limits, question } = workerData as WatchdogData;
const beats = new Int32Array(shared);
const pool = new pg.Pool({
  connectionString: databaseUrl,
  max: 1,
  idleTimeoutMillis: 0,
  connectionTimeoutMillis: CONNECT_LIMIT_MS,
  statement_timeout: RECORD_LIMIT_MS,
});
// An idle connection that is lost is made anew by the next look.
pool.on("error", () => undefined);
const quarantine = new PostgresQuarantine(pool);

let held: Session | null = null;
let answer: Holder | null = null;
let isAsking = false;

/** Answered while the held thread runs JavaScript; not while it collects garbage or is inside native code. */
function ask(): void {
  if (isAsking) return;
  if (held === null) {
    held = new Session();
    held.connectToMainThread();
  }
  isAsking = true;
  held.post("Runtime.evaluate", { expression: question, returnByValue: true, silent: true }, (error, reply) => {
    isAsking = false;
    if (error === null && reply.exceptionDetails === undefined) answer = reply.result.value as Holder;
  });
}

function log(level: number, text: string): void {
  try {
    appendFileSync(logFile, `${JSON.stringify({ level, time: new Date().toISOString(), msg: text })}\n`);
  } catch (error) {
    writeSync(STDERR, `${text} (not in the log: ${messageOf(error)})\n`);
  }
}

/** Two folders and the file are enough to find it, and say nothing about the machine. */
function placeOf(holder: Holder): string {
  const frame = holder.stack.find((line) => line.includes(".ts")) ?? holder.stack[0] ?? "";
  return frame.replace(/^at /, "").replace(/file:\/\/\S*?((?:[^/\s]+\/){0,2}[^/\s)]+)(?=\)?$)/, "$1");
}

function warn({ heldMs, holder }: Extract<Verdict, { kind: "slow" }>): void {
  const who = holder === null ? "garbage collection or native code" : (holder.actorId ?? "no actor");
  const where = holder === null ? "" : `, at ${placeOf(holder)}`;
  log(PINO_WARN, `the event loop is held since ${Math.round(heldMs)} ms by ${who}${where}`);
}

async function end({ heldMs, holder }: Extract<Verdict, { kind: "stuck" }>): Promise<void> {
  const actorId = holder.actorId!;
  const reason = `held the event loop for ${Math.round(heldMs)} ms in its own code, at ${placeOf(holder)}`;
  const record = quarantine.put({ actorId, reason, node: nodeId, atMs: systemClock.now() });
  const outcome = await Promise.race([
    record.then(
      () => "it is not started again until somebody does",
      (error: unknown) => `it could not be quarantined (${messageOf(error)}) and will be started again`,
    ),
    wait(RECORD_LIMIT_MS).then(() => "whether it is quarantined is not known: the database did not answer in time"),
  ]);
  const text = `${actorId} ${reason}: this process ends; ${outcome}`;
  log(PINO_FATAL, text);
  writeSync(STDERR, `${text}\n${holder.stack.map((frame) => `    ${frame}\n`).join("")}`);
  process.kill(process.pid, "SIGKILL");
}

async function keepReady(): Promise<void> {
  try {
    await pool.query("select 1");
  } catch (error) {
    log(PINO_WARN, `the watchdog has no connection to the database: ${messageOf(error)}`);
  }
}

const judge = new StuckJudge(limits);

function look(): void {
  const verdict = judge.sample({ nowMs: elapsedMs(), beats: Atomics.load(beats, 0), answer });
  answer = null;
  if (verdict.kind === "stuck") {
    clearInterval(looking);
    return void end(verdict);
  }
  if (verdict.kind === "slow") warn(verdict);
  if (verdict.kind === "slow" || (verdict.kind === "late" && verdict.ask)) ask();
}

await keepReady();
const looking = setInterval(look, limits.sampleMs);
setInterval(() => void keepReady(), KEEP_READY_MS);
parentPort!.postMessage("looking", []);
