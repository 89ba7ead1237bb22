import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBroker } from "moleculer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { researchStoreService } from "../../actors/data/research-store.service.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import type { BacktestReport } from "../../domain/contract/views/research.ts";
import { MemoryJournal } from "../../domain/journal/memory-journal.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { ResearchBench } from "../../research/host/bench.ts";
import type { RunDocument } from "../../research/store/document.ts";
import { fileAdapter, mongoAdapter } from "../../research/store/document-adapter.ts";
import { OpenRuns } from "../../research/store/open-runs.ts";
import { putSeries, readTrades, withSeries } from "../../research/store/run-files.ts";
import { applyRunEvent, encodeRunEvent, hasEnded, type RunEvent, type RunRecord } from "../../research/store/run-record.ts";
import { run } from "../integration/gateway-rows.ts";

const spec = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: ["a.csv"] } });
const submitted: Extract<RunEvent, { type: "RunSubmitted" }> = {
  type: "RunSubmitted",
  id: "bt-1",
  job: { kind: "backtest", spec },
  by: "anna",
  strategyVersion: 3,
  codeVersion: "1",
  rerunOf: null,
};
const reached = { done: 5, total: 10, skipped: 0, bestParams: null, metrics: null };
const fold = (events: readonly RunEvent[]): RunRecord =>
  events.reduce<RunRecord | null>((record, event) => applyRunEvent(record, event, 7), null)!;
const trial = {
  trial: 0,
  fold: null,
  part: "train",
  params: {},
  state: "done",
  reason: null,
  metrics: {},
  blocks: [],
  hash: "x",
  partial: [],
} as const;

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "dsta-store-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a run's record", () => {
  it("goes from queued to running to how it ended, and back when it is resumed", () => {
    const start: RunEvent = { type: "RunStarted", node: "n1", workers: 2 };
    expect(fold([submitted]).run).toMatchObject({ id: "bt-1", state: "queued", by: "anna", title: "sma-cross", submittedAtMs: 7 });
    expect(fold([submitted, start]).run).toMatchObject({ state: "running", node: "n1", workers: 2 });
    const cancelled = [submitted, start, { type: "RunCancelled", by: "bob", reached } as const];
    expect(fold(cancelled).run).toMatchObject({ state: "cancelled", done: 5, total: 10, running: 0 });
    expect(hasEnded(fold(cancelled).run)).toBe(true);
    expect(fold([...cancelled, { type: "RunResumed", by: "bob" }]).run).toMatchObject({ state: "queued", endedAtMs: null });
    const error = { type: "DATA_EMPTY", message: "nothing in it" };
    expect(fold([submitted, start, { type: "RunFailed", error, reached }]).run).toMatchObject({ state: "failed", error });
  });

  it("counts starts in vain: a finished trial, an orderly leave and a person end the count", () => {
    const start: RunEvent = { type: "RunStarted", node: "n1", workers: 2 };
    expect(fold([submitted, start, start]).vainStarts).toBe(2);
    expect(fold([submitted, start, start, { type: "TrialsFinished", records: [trial] }])).toMatchObject({ vainStarts: 0, trials: 1 });
    expect(fold([submitted, start, { type: "RunLeft", node: "n1", reached }])).toMatchObject({ vainStarts: 0, run: { state: "queued" } });
    expect(fold([submitted, start, start, start, { type: "RunResumed", by: "anna" }]).vainStarts).toBe(0);
  });

  it("of another thing than a run is a broken invariant", () => {
    expect(() => fold([{ type: "RunResumed", by: "anna" }])).toThrow("never submitted");
  });
});

describe("open runs", () => {
  it("are those that have not ended, read once and then kept up", async () => {
    const journal = new MemoryJournal();
    const write = async (id: string, event: RunEvent): Promise<void> => {
      const { epoch, version } = await journal.fence(`research/${id}`);
      await journal.append(`research/${id}`, epoch, version, [encodeRunEvent(event, 1)]);
    };
    const open = new OpenRuns(journal);
    expect(await open.ids()).toEqual([]);
    for (const id of ["bt-1", "bt-2", "op-3"]) await write(id, { ...submitted, id });
    await write("bt-2", { type: "RunCancelled", by: "anna", reached });
    expect(await open.ids()).toEqual(["bt-1", "op-3"]);
    await write("bt-2", { type: "RunResumed", by: "anna" });
    await write("bt-1", { type: "RunFailed", error: { type: "X", message: "x" }, reached });
    expect(await open.ids()).toEqual(["op-3", "bt-2"]);
    expect(await new OpenRuns(journal).ids()).toEqual(["op-3", "bt-2"]);
  });
});

const points = (count: number) => Array.from({ length: count }, (_, at) => ({ time: 1_000 * at, value: 100 + Math.sin(at) * (at % 17) }));
const trade = { strategyId: "s", symbol: "BTC/USDT", side: "long", entryTime: 1, entryPrice: 1, exitTime: null, exitPrice: null } as const;
const rest = { quantity: 1, fee: 0, funding: 0, pnl: 1, returnRatio: null, bars: 1, mae: null, mfe: null, why: "é\n", exitWhy: null };
const report: BacktestReport = {
  run,
  spec,
  metrics: { sharpe: null },
  why: { sharpe: "too short" },
  benchmark: { name: "buy and hold", metrics: {}, equity: points(40) },
  equity: points(1_000),
  drawdown: [],
  trades: Array.from({ length: 30 }, (_, at) => ({ ...trade, ...rest, bars: at })),
  tradesTotal: 30,
  monthly: [],
  drawdowns: [],
  attribution: [],
  costs: { fee: 0, slippage: 0, funding: 0, turnover: null },
  warnings: [],
  finalEquity: 100,
  bars: 1_000,
  barsPerSecond: null,
  hash: "cd",
  refusals: [],
};

describe("a report's series", () => {
  it("come back as they were, or thinned", async () => {
    const place = join(folder, "bt-1");
    const slim = (await putSeries(place, report)) as BacktestReport;
    expect([slim.equity, slim.trades, slim.benchmark?.equity]).toEqual([[], [], []]);
    const whole = (await withSeries(place, slim, null)) as BacktestReport;
    expect({ ...whole, drawdown: [] }).toEqual(report);
    expect(whole.drawdown).toHaveLength(1_000);
    const thin = (await withSeries(place, slim, 10)) as BacktestReport;
    expect([thin.equity.length, thin.trades.length, thin.tradesTotal]).toEqual([10, 10, 30]);
    expect([thin.equity[0], thin.equity.at(-1)]).toEqual([report.equity[0], report.equity.at(-1)]);
    expect(await readTrades(place)).toEqual(report.trades);
  });

  it("that are gone say so", async () => {
    const slim = await putSeries(join(folder, "bt-2"), report);
    await rm(join(folder, "bt-2"), { recursive: true });
    await expect(withSeries(join(folder, "bt-2"), slim, 10)).rejects.toMatchObject({ type: "RESULTS_GONE", code: 410 });
  });
});

describe("documents", () => {
  const document = (id: string, dataHash: string): RunDocument => ({
    id,
    specHash: "s",
    dataHash,
    codeVersion: "1",
    job: { kind: "backtest", spec },
    seed: "dsta",
    savedAtMs: 1,
    node: "n1",
    folder: id,
    summary: { ...run },
    report: JSON.stringify({ "a.b": 1, $set: 2 }),
  });
  const program = new URL("none.worker.ts", import.meta.url);

  async function opened(): Promise<ServiceBroker> {
    const settings = { root: folder, dataFolder: folder, ownModule: null, codeVersion: "1", workers: 1 };
    const bench = new ResearchBench({ ...settings, program, runs: 1, clock: new ManualClock(0) });
    const broker = new ServiceBroker({ logger: false, metrics: false, validator: false });
    const adapter = await fileAdapter(join(folder, "documents.db"));
    broker.createService(researchStoreService({ adapter, bench, root: folder, dataFolder: folder, nodeId: "n1", kept: 3 }));
    await broker.start();
    return broker;
  }

  it("are found by what was asked of which data, after a restart and with a torn last line", async () => {
    const first = await opened();
    await first.call("research-store.save", document("bt-1", "a"));
    await first.call("research-store.save", { ...document("bt-1", "a"), seed: "again" });
    await first.call("research-store.save", document("bt-2", "b"));
    await first.stop();
    await writeFile(join(folder, "documents.db"), '{"_id":"bt-3","specHa', { flag: "a" });
    const second = await opened();
    const same = (dataHash: string) => second.call("research-store.same", { specHash: "s", dataHash, codeVersion: "1" });
    expect(await same("a")).toMatchObject({ id: "bt-1", seed: "again", report: expect.stringContaining("a.b") });
    expect(await same("c")).toBeNull();
    await expect(second.call("research-store.results", { run: { ...run, id: "bt-9" }, points: 5 })).rejects.toMatchObject({
      type: "RESULTS_GONE",
    });
    await second.stop();
  });

  it("leave oldest first, and a folder with the last of those who share it", async () => {
    const broker = await opened();
    await mkdir(join(folder, "bt-1"), { recursive: true });
    await broker.call("research-store.save", { ...document("bt-3", "c"), savedAtMs: 3, folder: "bt-1" });
    await broker.call("research-store.save", { ...document("bt-4", "d"), savedAtMs: 4 });
    const same = (dataHash: string) => broker.call("research-store.same", { specHash: "s", dataHash, codeVersion: "1" });
    expect([await same("a"), await same("c")]).toMatchObject([null, { id: "bt-3" }]);
    expect(existsSync(join(folder, "bt-1"))).toBe(true);
    for (const at of [5, 6]) await broker.call("research-store.save", { ...document(`bt-${at}`, `${at}`), savedAtMs: at });
    expect([await same("b"), await same("c"), await same("d")]).toMatchObject([null, null, { id: "bt-4" }]);
    expect(existsSync(join(folder, "bt-1"))).toBe(false);
    await broker.stop();
  });

  it("want a MongoDB that answers", async () => {
    const failure = { type: "CONFIG_INVALID", data: { field: "MONGO_URL" } };
    await expect(mongoAdapter("mongodb://127.0.0.1:9/x?serverSelectionTimeoutMS=100")).rejects.toMatchObject(failure);
  });
});
