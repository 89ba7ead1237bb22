/**
 * One thread for research, from the node's side: made when first needed, replaced when it ended. What runs in it can hold
 * its own event loop and its own memory, never the node's; ending it ends everything it was doing, its pool included.
 */
import { Worker } from "node:worker_threads";
import { DstaError, messageOf } from "../../domain/kernel/errors.ts";
import { Rpc, type RpcHandlers } from "./rpc.ts";

/** What a thread is given when it is made. */
export interface ThreadSettings {
  /** Root of the runs' folders. */
  readonly root: string;
  /** Folder whose files are data sets. */
  readonly dataFolder: string;
  /** URL of the user's own strategies; null for none. */
  readonly ownModule: string | null;
  /** Threads of the pool that a search spreads over. */
  readonly workers: number;
  readonly codeVersion: string;
}

export class RunThread {
  readonly #program: URL;
  readonly #name: string;
  readonly #settings: ThreadSettings;
  readonly #handlers: RpcHandlers;
  #open: { readonly worker: Worker; readonly rpc: Rpc } | null = null;

  /** @param program the worker's file; `handlers` answer what the thread asks */
  constructor(program: URL, name: string, settings: ThreadSettings, handlers: RpcHandlers) {
    this.#program = program;
    this.#name = name;
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /** @throws {DstaError} what was thrown there; RESEARCH_THREAD_ENDED (retryable) when the thread ended first */
  ask<R>(name: string, params: unknown): Promise<R> {
    return this.#rpc().ask<R>(name, params);
  }

  /** Nothing when no thread lives. */
  tell(name: string, params: unknown): void {
    this.#open?.rpc.tell(name, params);
  }

  async end(why: string): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    open.rpc.end(ended(why));
    await open.worker.terminate();
  }

  #rpc(): Rpc {
    if (this.#open !== null) return this.#open.rpc;
    const worker = new Worker(this.#program, { workerData: this.#settings, name: this.#name });
    const rpc = new Rpc(worker, this.#handlers);
    const open = { worker, rpc };
    const gone = (why: string): void => {
      if (this.#open === open) this.#open = null;
      rpc.end(ended(why));
    };
    worker.on("error", (error) => gone(messageOf(error)));
    worker.on("exit", (code) => gone(`it ended with code ${code}`));
    // A thread that only waits keeps no process from ending.
    worker.unref();
    this.#open = open;
    return rpc;
  }
}

function ended(why: string): DstaError {
  return new DstaError("RESEARCH_THREAD_ENDED", `the thread of research is gone: ${why}`, { code: 503, retryable: true });
}
