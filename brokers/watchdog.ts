/**
 * Guards this process's event loop from a thread of its own (watchdog.worker.ts): the loop beats into shared memory, the
 * thread looks, and a strategy that keeps the loop from beating is quarantined and the process ended, so that its other
 * actors live on elsewhere. Off while a debugger is attached: at a breakpoint every loop is stuck.
 */
import { url as debuggerUrl } from "node:inspector";
import { Worker } from "node:worker_threads";
import type { LoopHolder } from "../mixins/watchdog/loop-holder.ts";
import type { JudgeLimits } from "../mixins/watchdog/stuck-judge.ts";

export interface WatchdogOptions {
  readonly nodeId: string;
  readonly databaseUrl: string;
  /** Its lines are appended here; the loop it watches cannot write them. */
  readonly logFile: string;
  readonly stuckMs: number;
  readonly holder: LoopHolder;
  /** The watchdog itself failed: the loop is not guarded any more. */
  readonly onFailure: (error: Error) => void;
}

export interface WatchdogData extends Pick<WatchdogOptions, "nodeId" | "databaseUrl" | "logFile"> {
  readonly beats: SharedArrayBuffer;
  readonly limits: JudgeLimits;
  /** Evaluated in the held thread, gives a `Holder`. */
  readonly question: string;
}

export interface Watchdog {
  close(): Promise<void>;
}

const BEAT_MS = 50;
const SAMPLE_MS = 25;
const WARN_MS = 200;
const WORKER = new URL("./watchdog.worker.ts", import.meta.url);
const QUESTION_NAME = "dsta.loop-holder";

/** Resolves when the thread looks. */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const { nodeId, databaseUrl, logFile, stuckMs, holder, onFailure } = options;
  if (debuggerUrl() !== undefined) return { close: () => Promise.resolve() };
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const beating = setInterval(() => void Atomics.add(beats, 0, 1), BEAT_MS);
  beating.unref();
  // Asked through the inspector, which can interrupt a loop but sees only what the global object reaches.
  (globalThis as Record<symbol, unknown>)[Symbol.for(QUESTION_NAME)] = () => holder.describe();
  const workerData: WatchdogData = {
    nodeId,
    databaseUrl,
    logFile,
    beats: beats.buffer,
    limits: { sampleMs: SAMPLE_MS, askAfterMs: BEAT_MS + SAMPLE_MS, warnMs: Math.min(WARN_MS, stuckMs / 2), stuckMs },
    question: `globalThis[Symbol.for(${JSON.stringify(QUESTION_NAME)})]()`,
  };
  const worker = new Worker(WORKER, { workerData, name: "watchdog" });
  await new Promise<void>((resolve, reject) => worker.once("message", () => resolve()).once("error", reject));
  worker.on("error", onFailure);
  worker.unref();
  return {
    async close() {
      clearInterval(beating);
      await worker.terminate();
    },
  };
}
