/**
 * The threads that research runs on: Piscina's workers behind one door. Owns how many tasks run and wait, what a worker
 * is sent, and what its end means. Threads start with the first task and are ended after a time without any.
 *
 * Cancelling ends the worker at once: a running strategy cannot be asked to stop. A worker that dies takes its task along
 * (RESEARCH_WORKER_DIED, RESEARCH_OUT_OF_MEMORY, RESEARCH_STUCK: whoever asked may try again); the pool lives on.
 */
import { Piscina } from "piscina";
import type { CancelTimer, Clock } from "../../domain/kernel/clock.ts";
import { decodeError } from "../../domain/kernel/error-record.ts";
import { DstaError, invariant, messageOf } from "../../domain/kernel/errors.ts";
import type { LoadedData } from "../data/load.ts";
import type { DataRef, WorkerAnswer, WorkerProgress, WorkerSettings } from "./worker-task.ts";

export interface PoolOptions {
  readonly workers: number;
  readonly ownModule: string | null;
  /** The machine's clock: limits of tasks, and the end of idle threads. */
  readonly clock: Clock;
  /** Old space of a worker's heap, in MB; bars lie outside of it. Default 512. */
  readonly memoryMb?: number;
  /** Tasks that may wait; one more is refused as BUSY. Default 10,000. */
  readonly waitingMax?: number;
  /** Threads without work for so long are ended. Default 60,000. */
  readonly idleMs?: number;
}

export interface TaskOptions {
  readonly signal?: AbortSignal | undefined;
  /** A task that is not done by then is ended as RESEARCH_STUCK. Default none. */
  readonly limitMs?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

const WORKER = new URL("./research.worker.ts", import.meta.url).href;
const DEFAULTS = { memoryMb: 512, waitingMax: 10_000, idleMs: 60_000 } as const;

export function createPool(options: PoolOptions): ResearchPool {
  return new ResearchPool(options);
}

export class ResearchPool {
  readonly workers: number;
  readonly #options: Required<PoolOptions>;
  readonly #waiting: ((hasTurn: boolean) => void)[] = [];
  readonly #progress = new Map<number, (done: number, total: number) => void>();
  #threads: Piscina | null = null;
  #active = 0;
  #asked = 0;
  #closed = false;
  #idle: CancelTimer | null = null;

  constructor(options: PoolOptions) {
    this.workers = options.workers;
    this.#options = { ...DEFAULTS, ...options };
  }

  /**
   * Runs one exported function of the worker's file. @throws {DstaError} what the task failed with, CANCELLED, BUSY,
   * RESEARCH_WORKER_DIED, RESEARCH_OUT_OF_MEMORY, RESEARCH_STUCK
   */
  async run<Result>(name: string, task: object, options: TaskOptions = {}): Promise<Result> {
    const answer = await this.#ask<Result>(name, task, options);
    invariant(answer.kind !== "needs-data", `${name}: the worker asks for data that no task of this kind has`);
    return valueOf(answer);
  }

  /** As `run`, of data: sent along only to a worker that does not hold it yet. */
  async runOn<Result>(name: string, data: LoadedData, task: object, options: TaskOptions = {}): Promise<Result> {
    const { hash } = data;
    const light: DataRef = { hash, data: null };
    const answer = await this.#ask<Result>(name, { ...task, data: light }, options);
    if (answer.kind !== "needs-data") return valueOf(answer);
    const whole: DataRef = { hash, data };
    return this.run(name, { ...task, data: whole }, options);
  }

  /** Ends every thread; what runs or waits ends as CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#idle?.();
    for (const wake of this.#waiting.splice(0)) wake(false);
    const threads = this.#threads;
    this.#threads = null;
    await threads?.destroy();
  }

  async #ask<Result>(name: string, task: object, options: TaskOptions): Promise<WorkerAnswer<Result>> {
    await this.#turn(options.signal);
    const id = this.#asked++;
    if (options.onProgress) this.#progress.set(id, options.onProgress);
    const limit = new AbortController();
    const stop = options.limitMs === undefined ? null : this.#options.clock.after(options.limitMs, () => limit.abort());
    try {
      const signal = AbortSignal.any([limit.signal, ...(options.signal ? [options.signal] : [])]);
      return (await this.#started().run({ ...task, id }, { name, signal })) as WorkerAnswer<Result>;
    } catch (error) {
      throw this.#meaning(error, limit.signal.aborted && !options.signal?.aborted ? (options.limitMs ?? 0) : null);
    } finally {
      stop?.();
      this.#progress.delete(id);
      this.#free();
    }
  }

  /** Piscina never holds more tasks than it has threads: those that wait, wait here. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    const isFree = this.#active < this.workers;
    if (isFree) this.#active++;
    const hasTurn = isFree || (await this.#wait(signal));
    if (hasTurn && !signal?.aborted && !this.#closed) return;
    if (hasTurn) this.#free();
    throw cancelled();
  }

  /** True when a task that ended passed its turn on; false when this one is not wanted any more. */
  #wait(signal: AbortSignal | undefined): Promise<boolean> {
    const { waitingMax } = this.#options;
    if (this.#waiting.length >= waitingMax)
      throw new DstaError("BUSY", `research: ${waitingMax} tasks wait already`, { code: 503, retryable: true });
    return new Promise((resolve) => {
      const wake = (hasTurn: boolean): void => {
        signal?.removeEventListener("abort", leave);
        resolve(hasTurn);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve(false);
      };
      this.#waiting.push(wake);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }

  /** The turn passes to the first that waits; without one the threads may go. */
  #free(): void {
    const next = this.#waiting.shift();
    if (next) return next(true);
    this.#active--;
    if (this.#active > 0 || this.#closed) return;
    this.#idle?.();
    this.#idle = this.#options.clock.after(this.#options.idleMs, () => {
      if (this.#active > 0) return;
      const threads = this.#threads;
      this.#threads = null;
      void threads?.destroy();
    });
  }

  #started(): Piscina {
    this.#idle?.();
    if (this.#threads) return this.#threads;
    const { workers, memoryMb, ownModule } = this.#options;
    const workerData: WorkerSettings = { ownModule };
    const threads = new Piscina({
      filename: WORKER,
      minThreads: workers,
      maxThreads: workers,
      maxQueue: workers,
      // Recording the time of every task keeps histograms that nobody reads.
      recordTiming: false,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    threads.on("message", ({ task, done, total }: WorkerProgress) => this.#progress.get(task)?.(done, total));
    // A thread that ends without a task: the next task starts another one.
    threads.on("error", () => undefined);
    this.#threads = threads;
    return threads;
  }

  #meaning(error: unknown, limitMs: number | null): Error {
    if (limitMs !== null) return new DstaError("RESEARCH_STUCK", `no result within ${limitMs} ms`, { data: { limitMs }, retryable: true });
    const isAbort = error instanceof Error && error.name === "AbortError";
    if (isAbort || this.#closed) return cancelled();
    const code = error instanceof Error && "code" in error ? error.code : null;
    const { memoryMb } = this.#options;
    if (code === "ERR_WORKER_OUT_OF_MEMORY")
      return new DstaError("RESEARCH_OUT_OF_MEMORY", `needed more than ${memoryMb} MB`, { data: { memoryMb }, retryable: true });
    return new DstaError("RESEARCH_WORKER_DIED", `its thread ended: ${messageOf(error)}`, { retryable: true, cause: error });
  }
}

/** Whether a task ended with its worker: the same task may do better on another one. */
export function isWorkerLoss(error: unknown): error is DstaError {
  return error instanceof DstaError && ["RESEARCH_WORKER_DIED", "RESEARCH_OUT_OF_MEMORY", "RESEARCH_STUCK"].includes(error.type);
}

export function cancelled(): DstaError {
  return new DstaError("CANCELLED", "the run was cancelled");
}

function valueOf<Result>(answer: Exclude<WorkerAnswer<Result>, { kind: "needs-data" }>): Result {
  if (answer.kind === "failed") throw decodeError(answer.error);
  return answer.value;
}
