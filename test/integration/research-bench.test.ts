/** The bench and its runs' actors on real threads that end, hang or wait: what is written down, and who goes on. */
import { afterEach, describe, expect, it } from "vitest";
import { backtestActor } from "../../actors/data/backtest.actor.ts";
import { submitRun } from "../../actors/data/research-birth.ts";
import { backtestMessages } from "../../domain/contract/actors/research.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { subjects } from "../../domain/contract/subjects.ts";
import type { ResearchRun } from "../../domain/contract/views/research.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { LocalFeed } from "../../mixins/feed/local-feed.ts";
import { LocalDirectory } from "../../mixins/hosted/directory.ts";
import { ActorHost } from "../../mixins/hosted/host.ts";
import { isFatalJournalError } from "../../mixins/journal/event-stream.ts";
import { ResearchBench } from "../../research/host/bench.ts";
import type { RunDocument } from "../../research/store/document.ts";
import { machineClock } from "./database.ts";

class Desk {
  readonly journal = new MemoryJournal();
  readonly saved: string[] = [];
  readonly shown: ResearchRun[] = [];
  readonly bench = new ResearchBench({
    program: new URL("research-thread.worker.ts", import.meta.url),
    root: "none",
    dataFolder: "none",
    ownModule: null,
    codeVersion: "1",
    workers: 1,
    runs: 1,
    clock: machineClock,
  });
  readonly host: ActorHost;
  readonly #feed = new LocalFeed((_subject, error) => {
    throw error;
  });
  #listeners: (() => void)[] = [];

  constructor() {
    this.host = new ActorHost({
      tradingClock: machineClock,
      systemClock: machineClock,
      elapsedMs: () => performance.now(),
      feed: this.#feed,
      directory: new LocalDirectory({ nodeId: "n1" }),
      isUrgent: () => false,
      isFatal: isFatalJournalError,
      announce: () => undefined,
      log: () => undefined,
      defer: (callback) => void setImmediate(callback),
      onDeadLetter: () => undefined,
      askTimeoutMs: 5_000,
    });
    const documents = {
      save: (document: RunDocument): Promise<void> => {
        this.saved.push(document.id);
        return Promise.resolve();
      },
      find: () => Promise.resolve(null),
    };
    const { journal, bench } = this;
    this.host.register(
      backtestActor({ journal, bench, documents, nodeId: "n1", codeVersion: "1", systemClock: machineClock, onBroken: () => undefined }),
    );
    this.#feed.subscribe(subjects.floor("research"), (row) => {
      this.shown.push(row as ResearchRun);
      for (const listener of this.#listeners.splice(0)) listener();
    });
    bench.open();
  }

  async submit(id: string, seed: string): Promise<void> {
    const spec = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: ["a"] }, seed });
    const job = { kind: "backtest", spec } as const;
    await submitRun(this.journal, { type: "RunSubmitted", id, job, by: "anna", strategyVersion: 1, codeVersion: "1", rerunOf: null }, 1);
    await this.row(id);
  }

  row = (id: string): Promise<ResearchRun> => this.host.ask(backtestMessages.row, id, { id });

  /** Resolves when the newest row shown of a run is in this state. */
  async until(id: string, state: ResearchRun["state"]): Promise<ResearchRun> {
    for (;;) {
      const row = this.shown.findLast((shown) => shown.id === id);
      if (row?.state === state) return row;
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  async types(id: string): Promise<string[]> {
    const types: string[] = [];
    for await (const { type } of this.journal.read(`research/${id}`, 0)) types.push(type);
    return types;
  }
}

let desk: Desk;
afterEach(() => desk.bench.close());

describe("a run", () => {
  it("whose thread ends each time before anything is finished waits for a person, who may resume it", async () => {
    desk = new Desk();
    await desk.submit("bt-1", "exit");
    const row = await desk.until("bt-1", "interrupted");
    expect(row.error).toMatchObject({ type: "RUN_KEEPS_ENDING" });
    expect(await desk.types("bt-1")).toEqual(["RunSubmitted", "RunStarted", "RunStarted", "RunStarted", "RunInterrupted"]);
    await desk.host.ask(backtestMessages.resume, "bt-1", { id: "bt-1", by: "anna" });
    await desk.until("bt-1", "running");
    await desk.until("bt-1", "interrupted");
  });

  it("that gets on a little with every thread goes on until it is done", async () => {
    desk = new Desk();
    await desk.submit("bt-1", "trial-exit");
    expect(await desk.until("bt-1", "done")).toMatchObject({ hash: "4" });
    expect(desk.saved).toEqual(["bt-1"]);
    expect((await desk.types("bt-1")).filter((type) => type === "TrialsFinished")).toHaveLength(5);
  });

  it("that waits, runs or holds its thread is cancelled at once, and the next one gets its turn", async () => {
    desk = new Desk();
    await desk.submit("bt-1", "hold");
    await desk.until("bt-1", "running");
    await desk.submit("bt-2", "wait");
    await desk.submit("bt-3", "done");
    expect((await desk.row("bt-2")).state).toBe("queued");
    expect(await desk.host.ask(backtestMessages.cancel, "bt-2", { id: "bt-2", by: "anna" })).toMatchObject({ state: "cancelled" });
    expect(await desk.host.ask(backtestMessages.cancel, "bt-1", { id: "bt-1", by: "anna" })).toMatchObject({ state: "cancelled" });
    await desk.until("bt-3", "done");
    expect(await desk.types("bt-2")).toEqual(["RunSubmitted", "RunCancelled"]);
    await desk.host.ask(backtestMessages.resume, "bt-2", { id: "bt-2", by: "anna" });
    await desk.until("bt-2", "running");
    expect(await desk.host.ask(backtestMessages.cancel, "bt-2", { id: "bt-2", by: "anna" })).toMatchObject({ state: "cancelled" });
    await expect(desk.host.ask(backtestMessages.resume, "bt-3", { id: "bt-3", by: "anna" })).rejects.toMatchObject({
      type: "RUN_NOT_RESUMABLE",
    });
  });

  it("whose node ends in order is gone on with, and that start does not count", async () => {
    desk = new Desk();
    await desk.submit("bt-1", "wait");
    await desk.until("bt-1", "running");
    await desk.host.stop(["backtest"]);
    expect(await desk.types("bt-1")).toEqual(["RunSubmitted", "RunStarted", "RunLeft"]);
  });

  it("that nobody submitted does not exist", async () => {
    desk = new Desk();
    await expect(desk.row("bt-9")).rejects.toMatchObject({ type: "NOT_FOUND" });
  });
});
