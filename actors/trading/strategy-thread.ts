/**
 * Strategies that run in threads of their own, from the node's side: one worker each, ended with its session.
 *
 * What goes wrong in a thread ends that thread and is a typed fault of its strategy: an answer later than the limit is
 * STRATEGY_STUCK, memory above the limit STRATEGY_OUT_OF_MEMORY, any other end STRATEGY_CRASHED. The limit counts time in
 * which this process ran: neither a held event loop here nor a suspended process is charged to the strategy.
 */
import { Worker } from "node:worker_threads";
import type { Clock } from "../../domain/kernel/clock.ts";
import { decodeError } from "../../domain/kernel/error-record.ts";
import { DstaError, invariant, messageOf } from "../../domain/kernel/errors.ts";
import type { Decision } from "../../domain/strategy/decision.ts";
import type { RunnerView, SavedState } from "../../domain/strategy/runner.ts";
import type { SessionRunner } from "./strategy-runner.ts";
import type { CallParams, StrategyJob, ThreadAnswer, ThreadCall, ThreadData } from "./strategy-protocol.ts";

export interface ThreadSettings {
  /** The machine's clock. */
  readonly clock: Clock;
  readonly elapsedMs: () => number;
  readonly defer: (callback: () => void) => void;
  /** An answer later than this is STRATEGY_STUCK. */
  readonly callLimitMs: number;
  /** Old space of the thread's heap, in MB. */
  readonly memoryMb: number;
  /** URL of the user's own strategies; null for none. */
  readonly ownModule: string | null;
}

/** Reading the program takes longer than any answer; counted until the author's code begins. */
const LOAD_LIMIT_MS = 30_000;
const WORKER = new URL("./strategy.worker.ts", import.meta.url);

type Reply = Extract<ThreadAnswer, { type: "made" | "done" }>;

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Threads of this node, one an instance: a new session's thread replaces the one before. */
export class StrategyThreads {
  readonly #settings: ThreadSettings;
  readonly #runners = new Map<string, ThreadRunner>();

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
  }

  /** `onFault` is told of an end that nobody was waiting for. @throws {DstaError} the faults, and what making a runner throws */
  async open(job: StrategyJob, onFault: (error: Error) => void): Promise<SessionRunner> {
    const { id } = job.instance;
    this.end(id);
    const runner = new ThreadRunner(job, this.#settings, onFault, () => {
      if (this.#runners.get(id) === runner) this.#runners.delete(id);
    });
    this.#runners.set(id, runner);
    try {
      await runner.made();
    } catch (error) {
      runner.end();
      throw error;
    }
    return runner;
  }

  end(id: string): void {
    this.#runners.get(id)?.end();
  }

  get size(): number {
    return this.#runners.size;
  }
}

class ThreadRunner implements SessionRunner {
  readonly isolation = "thread";
  readonly #id: string;
  readonly #settings: ThreadSettings;
  readonly #worker: Worker;
  readonly #onFault: (error: Error) => void;
  readonly #onEnd: () => void;
  #waiting: Waiting | null = null;
  /** Of the wait that is under way; another number is another wait. */
  #wait = 0;
  #ended = false;
  #made: Extract<ThreadAnswer, { type: "made" }> | null = null;
  #ready = false;
  #view: RunnerView = { warmupBars: 0, seenBars: 0, ready: false, inside: [] };
  #saved: Reply["saved"] = null;

  constructor(job: StrategyJob, settings: ThreadSettings, onFault: (error: Error) => void, onEnd: () => void) {
    this.#id = job.instance.id;
    this.#settings = settings;
    this.#onFault = onFault;
    this.#onEnd = onEnd;
    const workerData: ThreadData = { job, ownModule: settings.ownModule };
    this.#worker = new Worker(WORKER, {
      workerData,
      name: `strategy/${this.#id}`,
      resourceLimits: { maxOldGenerationSizeMb: settings.memoryMb },
    });
    this.#worker.on("message", (answer: ThreadAnswer) => this.#onAnswer(answer));
    this.#worker.on("error", (error) => this.#fault(faultOf(this.#id, error, settings.memoryMb)));
    this.#worker.on("exit", (code) => this.#fault(crashed(this.#id, `its thread ended with code ${code}`)));
    // A thread that only waits keeps no process from ending.
    this.#worker.unref();
  }

  async made(): Promise<void> {
    const reply = await this.#answered(LOAD_LIMIT_MS);
    invariant(reply.type === "made", `${this.#id}: the thread's first answer is ${reply.type}`);
    this.#made = reply;
  }

  get candles() {
    invariant(this.#made, `${this.#id}: asked before it was made`);
    return this.#made.candles;
  }

  get ready(): boolean {
    return this.#ready;
  }

  async warm(...params: CallParams<"warm">): Promise<void> {
    await this.#call("warm", params);
  }

  onBar(...params: CallParams<"onBar">): Promise<Decision> {
    return this.#decide("onBar", params);
  }

  onTop(...params: CallParams<"onTop">): Promise<Decision> {
    return this.#decide("onTop", params);
  }

  onTrade(...params: CallParams<"onTrade">): Promise<Decision> {
    return this.#decide("onTrade", params);
  }

  onFill(...params: CallParams<"onFill">): Promise<Decision> {
    return this.#decide("onFill", params);
  }

  onOrder(...params: CallParams<"onOrder">): Promise<Decision> {
    return this.#decide("onOrder", params);
  }

  onConnection(...params: CallParams<"onConnection">): Promise<Decision> {
    return this.#decide("onConnection", params);
  }

  onStart(...params: CallParams<"onStart">): Promise<Decision> {
    return this.#decide("onStart", params);
  }

  onStop(...params: CallParams<"onStop">): Promise<Decision> {
    return this.#decide("onStop", params);
  }

  view(): RunnerView {
    return this.#view;
  }

  saveState(): SavedState {
    invariant(this.#saved, `${this.#id}: nothing to save after this event`);
    if ("error" in this.#saved) throw decodeError(this.#saved.error);
    return this.#saved.state;
  }

  end(): void {
    this.#close(new DstaError("STRATEGY_ENDED", `${this.#id}: its thread was ended`, { data: { strategyId: this.#id } }));
  }

  async #decide<C extends ThreadCall>(call: C, params: CallParams<C>): Promise<Decision> {
    const reply = await this.#call(call, params);
    invariant(reply.type === "done" && reply.decision !== null, `${this.#id}: no decision for ${call}`);
    return reply.decision;
  }

  #call<C extends ThreadCall>(call: C, params: CallParams<C>): Promise<Reply> {
    if (this.#ended) return Promise.reject(crashed(this.#id, "its thread is gone"));
    const reply = this.#answered(this.#settings.callLimitMs);
    this.#worker.postMessage({ call, params }, []);
    return reply;
  }

  #answered(limitMs: number): Promise<Reply> {
    invariant(this.#waiting === null, `${this.#id}: two questions at once`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#watch(++this.#wait, limitMs);
    });
  }

  #onAnswer(answer: ThreadAnswer): void {
    if (this.#ended) return;
    const waiting = this.#waiting;
    invariant(waiting, `${this.#id}: an answer nobody asked for`);
    // What takes time from here on is the author's `setup`.
    if (answer.type === "loaded") return this.#watch(++this.#wait, this.#settings.callLimitMs);
    this.#waiting = null;
    this.#wait++;
    if (answer.type === "failed") return waiting.reject(decodeError(answer.error));
    this.#ready = answer.ready;
    this.#saved = answer.saved;
    this.#view = answer.view ?? this.#view;
    waiting.resolve(answer);
  }

  /** Counts in slices, so that a slice in which this process did not run counts as an ordinary one. */
  #watch(wait: number, limitMs: number): void {
    const { clock, defer, elapsedMs } = this.#settings;
    const sliceMs = limitMs / 8;
    let countedMs = 0;
    let lastMs = elapsedMs();
    const next = (): void => {
      if (wait !== this.#wait) return;
      const nowMs = elapsedMs();
      countedMs += Math.min(nowMs - lastMs, sliceMs * 2);
      lastMs = nowMs;
      if (countedMs < limitMs) return void clock.after(sliceMs, next);
      // The answer may wait in this thread's own queue: read that first.
      defer(() => {
        if (wait === this.#wait) this.#fault(stuck(this.#id, limitMs));
      });
    };
    clock.after(sliceMs, next);
  }

  #fault(error: Error): void {
    if (this.#ended) return;
    if (this.#waiting === null) this.#onFault(error);
    this.#close(error);
  }

  #close(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wait++;
    void this.#worker.terminate();
    this.#onEnd();
    this.#waiting?.reject(error);
    this.#waiting = null;
  }
}

function stuck(strategyId: string, limitMs: number): DstaError {
  return new DstaError("STRATEGY_STUCK", `${strategyId}: no answer from its thread within ${limitMs} ms`, {
    data: { strategyId, limitMs },
  });
}

function crashed(strategyId: string, why: string, cause?: unknown): DstaError {
  return new DstaError("STRATEGY_CRASHED", `${strategyId}: ${why}`, { data: { strategyId }, cause });
}

function faultOf(strategyId: string, error: unknown, memoryMb: number): DstaError {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ERR_WORKER_OUT_OF_MEMORY") return crashed(strategyId, `its thread failed: ${messageOf(error)}`, error);
  return new DstaError("STRATEGY_OUT_OF_MEMORY", `${strategyId}: its thread needed more than ${memoryMb} MB`, {
    data: { strategyId, memoryMb },
    cause: error,
  });
}
