/**
 * The research bench of a node: runs wait here for one of a few threads, first come first served, and questions about
 * finished runs go to a thread of their own, so that a report is not behind a search.
 *
 * Bounded: `runs` at once; at most 1,000 wait, beyond that BUSY (retryable). Ending a run is immediate for whoever asked;
 * its thread is free again when what it was doing has stopped, which is forced after `CANCEL_GRACE_MS`.
 */
import type { ResearchJobRow } from "../../domain/contract/actors/research.ts";
import type { Clock } from "../../domain/kernel/clock.ts";
import { DstaError } from "../../domain/kernel/errors.ts";
import type { JobProgress, TrialRecord } from "../jobs/job.ts";
import type { RunHead } from "../jobs/run-row.ts";
import type { RunDocument, RunKey } from "../store/document.ts";
import { RunThread, type ThreadSettings } from "./run-thread.ts";

/** More than may be submitted: a node may take over the runs of others. */
const WAITING_MAX = 1_000;
const CANCEL_GRACE_MS = 2_000;

/** What a run needs of its actor. */
export interface RunPorts {
  /** A thread is free: the start is written down, and what finished before comes back. */
  begin(workers: number): Promise<readonly TrialRecord[]>;
  /** What the trials are of, before the first. @throws {DstaError} CHECKPOINT_OTHER */
  identify(key: RunKey): Promise<void>;
  append(records: readonly TrialRecord[]): Promise<void>;
  /** A finished run with the same results. */
  find(key: RunKey): Promise<RunDocument | null>;
  onProgress(progress: JobProgress): void;
}

export interface RunResult {
  readonly document: RunDocument;
  /** The run that computed it, when it was not this one. */
  readonly cachedFrom: string | null;
}

export interface BenchParts extends ThreadSettings {
  /** The file threads run. */
  readonly program: URL;
  /** Runs at once. */
  readonly runs: number;
  readonly clock: Clock;
}

export interface RunTask {
  readonly job: ResearchJobRow;
  readonly head: RunHead;
  /** Computes even when the same was computed before. */
  readonly fresh: boolean;
}

interface Entry {
  readonly task: RunTask;
  readonly ports: RunPorts;
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: unknown) => void;
  ended: boolean;
}

interface Slot {
  readonly thread: RunThread;
  entry: Entry | null;
}

export class ResearchBench {
  readonly workers: number;
  readonly #parts: BenchParts;
  readonly #slots: Slot[] = [];
  readonly #waiting: Entry[] = [];
  readonly #reader: RunThread;
  #open = false;
  #closed = false;

  constructor(parts: BenchParts) {
    this.#parts = parts;
    // The pools of all runs together have the node's workers.
    this.workers = Math.max(1, Math.floor(parts.workers / parts.runs));
    const { root, dataFolder, ownModule, codeVersion } = parts;
    const settings: ThreadSettings = { root, dataFolder, ownModule, codeVersion, workers: this.workers };
    for (let at = 0; at < parts.runs; at++) this.#slots.push(this.#slot(`research/${at}`, settings));
    this.#reader = new RunThread(parts.program, "research/reader", settings, {});
  }

  /** Runs may start: whoever keeps their documents is up. */
  open(): void {
    this.#open = true;
    this.#next();
  }

  /** @throws {DstaError} BUSY */
  checkRoom(): void {
    if (this.#waiting.length >= WAITING_MAX) throw busy();
  }

  /** @throws {DstaError} BUSY; RUN_ENDED after `end`; what the job throws; RESEARCH_THREAD_ENDED */
  run(task: RunTask, ports: RunPorts): Promise<RunResult> {
    if (this.#closed) return Promise.reject(runEnded(task.head.id));
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, ports, resolve, reject, ended: false });
      this.#next();
    });
  }

  /** Ends a waiting or running run; nothing for one that is neither. */
  end(id: string): void {
    const at = this.#waiting.findIndex(({ task }) => task.head.id === id);
    if (at >= 0) for (const entry of this.#waiting.splice(at, 1)) this.#drop(entry);
    const slot = this.#slots.find(({ entry }) => entry?.task.head.id === id && !entry.ended);
    if (slot === undefined) return;
    const entry = slot.entry!;
    this.#drop(entry);
    slot.thread.tell("cancel", id);
    this.#parts.clock.after(CANCEL_GRACE_MS, () => {
      if (slot.entry === entry) void slot.thread.end(`${id} did not stop`);
    });
  }

  /** Answers about finished runs and data sets. @throws {DstaError} what the reader throws */
  read<R>(name: string, params: unknown): Promise<R> {
    return this.#reader.ask<R>(name, params);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const entry of this.#waiting.splice(0)) this.#drop(entry);
    for (const { entry } of this.#slots) if (entry !== null) this.#drop(entry);
    await Promise.all([this.#reader, ...this.#slots.map(({ thread }) => thread)].map((thread) => thread.end("the node is being stopped")));
  }

  #slot(name: string, settings: ThreadSettings): Slot {
    const current = (): RunPorts => {
      const entry = slot.entry;
      if (entry === null || entry.ended) throw runEnded(entry?.task.head.id ?? "a run");
      return entry.ports;
    };
    const thread = new RunThread(this.#parts.program, name, settings, {
      append: (records: readonly TrialRecord[]) => current().append(records),
      find: (key: RunKey) => current().find(key),
      identify: (key: RunKey) => current().identify(key),
      progress: (progress: JobProgress) => {
        if (slot.entry !== null && !slot.entry.ended) slot.entry.ports.onProgress(progress);
      },
    });
    const slot: Slot = { thread, entry: null };
    return slot;
  }

  #next(): void {
    if (!this.#open || this.#closed) return;
    for (const slot of this.#slots) {
      if (slot.entry !== null) continue;
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      slot.entry = entry;
      void this.#carry(slot, entry);
    }
  }

  async #carry(slot: Slot, entry: Entry): Promise<void> {
    const { task, ports } = entry;
    try {
      const records = await ports.begin(this.workers);
      if (entry.ended) throw runEnded(task.head.id);
      entry.resolve(await slot.thread.ask<RunResult>("run", { ...task, records }));
    } catch (error) {
      entry.reject(error);
    } finally {
      entry.ended = true;
      slot.entry = null;
      this.#next();
    }
  }

  #drop(entry: Entry): void {
    entry.ended = true;
    entry.reject(runEnded(entry.task.head.id));
  }
}

function runEnded(id: string): DstaError {
  return new DstaError("RUN_ENDED", `${id} was ended`, { code: 409, data: { id } });
}

function busy(): DstaError {
  return new DstaError("BUSY", `${WAITING_MAX} runs wait already`, { code: 503, retryable: true, data: { retryAfterMs: 5_000 } });
}
