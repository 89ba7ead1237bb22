/** The research pool: equal results for any number of workers, and what breaks in a trial stays in that trial. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ResearchTrial } from "../../domain/contract/views/research.ts";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { loadData } from "../../research/data/load.ts";
import { planOf } from "../../research/jobs/search-plan.ts";
import { WHOLE } from "../../research/jobs/time-window.ts";
import type { ResearchPool } from "../../research/jobs/pool.ts";
import type { TrialRequest, TrialResult } from "../../research/jobs/worker-task.ts";
import { endAll, HOURS, MemoryLog, openPool, results, search, searchOf } from "./jobs-floor.ts";

const MOODS = (...values: string[]) => ({ mood: { values }, fast: { values: [4, 8] } });

const backtest = backtestSpec.parse({
  strategies: [{ strategy: "moody" }],
  data: { files: [HOURS], symbol: "BTC/USDT", fromMs: Date.UTC(2024, 0, 1) },
});
const loaded = loadData(backtest.data, { resolve: (name) => name, market: backtest.market });

function request(params: TrialRequest["params"]): TrialRequest {
  return { params, window: WHOLE, prune: null, curvePoints: 0 };
}

function byMood(trials: readonly ResearchTrial[], mood: string): readonly ResearchTrial[] {
  return trials.filter(({ params }) => params["mood"] === mood);
}

describe("a search on the pool", () => {
  let single: ResearchPool;
  let triple: ResearchPool;
  beforeAll(() => {
    [single, triple] = [openPool({ workers: 1 }), openPool({ workers: 3 })];
  });
  afterAll(endAll);

  it.each([
    ["grid", {}],
    ["random", { trials: 12 }],
    ["nsga2", { trials: 24, objectives: ["sharpe", "-maxDrawdown"] }],
    ["bayes", { trials: 12 }],
    ["grid", { folds: { count: 2, embargoMs: 0 }, prune: true }],
  ] as const)("gives equal results with 1 and with 3 workers: %s %j", async (method, more) => {
    const space = { fast: { from: 4, to: 12, step: 2 }, slow: { from: 10, to: 60, step: 10 } };
    const spec = searchOf({ ...more, space, method, ...("objectives" in more ? { objectives: [...more.objectives] } : {}) } as never);
    const one = await search(spec, single);
    const three = await search(spec, triple);
    expect(results(three)).toEqual(results(one));
    expect(one.best).not.toBeNull();
    expect(one.run.done).toBe(one.run.total);
  });

  it("goes on from any checkpoint to the result it would have had, and runs nothing twice", async () => {
    const spec = searchOf({
      folds: { count: 2, embargoMs: 0 },
      method: "bayes",
      trials: 10,
      space: { fast: { from: 2, to: 20 }, slow: { from: 21, to: 90 } },
    });
    const log = new MemoryLog();
    const whole = await search(spec, openPool(), log);
    const pool = openPool();
    for (const kept of [1, 17, log.records.length - 1, log.records.length]) {
      const rest = new MemoryLog(log.records.slice(0, kept));
      expect(results(await search(spec, pool, rest))).toEqual(results(whole));
      const keys = rest.records.map(({ fold, part, trial }) => `${part}/${fold}/${trial}`);
      expect(new Set(keys).size).toBe(keys.length);
      expect(rest.records).toHaveLength(log.records.length);
    }
  });

  it("chooses the same when what is held out, or a fold's test window, is not there at all", async () => {
    const folds = { count: 2, embargoMs: 0 };
    const spec = searchOf({ folds });
    const pool = openPool();
    const report = await search(spec, pool);
    const { searched } = planOf(spec, await loaded);
    const upTo = (toMs: number) => ({ ...spec.backtest, data: { ...spec.backtest.data, toMs } });
    const without = await search(searchOf({ folds, holdOutShare: 0, backtest: upTo(searched.toMs!) }), pool);
    const { trials, stitched } = report;
    expect(without).toMatchObject({ trials, stitched, folds: report.folds });
    const [first] = report.folds;
    const trained = await search(searchOf({ holdOutShare: 0, backtest: upTo(first!.trainToMs), seed: "dsta/fold/0" }), pool);
    expect(trained.best).toMatchObject({ params: first!.params, metrics: first!.inSample });
  });
});

describe("a trial that breaks", () => {
  afterEach(endAll);

  it("fails with its message and the bar when the strategy throws; the others finish", async () => {
    const { trials, best } = await search(searchOf({ space: MOODS("well", "throws") }), openPool());
    for (const trial of byMood(trials, "throws")) {
      expect(trial).toMatchObject({ state: "failed", reason: expect.stringMatching(/boom at bar 500.*2024-01/) });
    }
    expect(byMood(trials, "well").map(({ state }) => state)).toEqual(["done", "done"]);
    expect(best?.params["mood"]).toBe("well");
  });

  it.each(["exits", "late"])("is run once more and then failed when its worker dies: %s", async (mood) => {
    const log = new MemoryLog();
    const { trials } = await search(searchOf({ space: MOODS("well", mood) }), openPool(), log);
    for (const trial of byMood(trials, mood)) expect(trial).toMatchObject({ state: "failed", reason: expect.stringContaining("twice") });
    expect(byMood(trials, "well").map(({ state }) => state)).toEqual(["done", "done"]);
    expect(log.records.filter(({ part }) => part === "train")).toHaveLength(4);
  });

  it("is failed when it needs more memory than a worker has", async () => {
    const { trials } = await search(searchOf({ space: { mood: { values: ["well", "eats"] } } }), openPool({ memoryMb: 48 }));
    for (const trial of byMood(trials, "eats")) expect(trial).toMatchObject({ state: "failed", reason: expect.stringContaining("48 MB") });
    expect(byMood(trials, "well").map(({ state }) => state)).toEqual(["done"]);
  });

  it("is skipped when its parameters do not fit", async () => {
    const pool = openPool();
    const got = await pool.runOn<readonly TrialResult[]>("trials", await loaded, {
      spec: backtest,
      trials: [request({ fast: 30, slow: 20 })],
    });
    expect(got[0]).toMatchObject({ state: "skipped", reason: expect.stringContaining("slow above fast") });
  });
});

describe("the pool", () => {
  afterEach(endAll);

  it("ends a task that takes too long, and goes on", async () => {
    const pool = openPool({ workers: 1 });
    const data = await loaded;
    const stuck = pool.runOn("trials", data, { spec: backtest, trials: [request({ mood: "spins" })] }, { limitMs: 1_500 });
    await expect(stuck).rejects.toMatchObject({ type: "RESEARCH_STUCK", retryable: true });
    const got = await pool.runOn<readonly TrialResult[]>("trials", data, { spec: backtest, trials: [request({})] });
    expect(got[0]!.state).toBe("done");
  });

  it("ends what runs and what waits at once when it is cancelled, and goes on", async () => {
    const pool = openPool({ workers: 1 });
    const data = await loaded;
    const stop = new AbortController();
    const task = { spec: backtest, trials: [request({ mood: "spins" })] };
    const running = [0, 1, 2].map(() => pool.runOn("trials", data, task, { signal: stop.signal }));
    const warm = pool.runOn<readonly TrialResult[]>("trials", data, { spec: backtest, trials: [request({})] });
    stop.abort();
    for (const ended of await Promise.allSettled(running)) expect(ended).toMatchObject({ reason: { type: "CANCELLED" } });
    expect((await warm)[0]!.state).toBe("done");
    await expect(pool.runOn("trials", data, task, { signal: stop.signal })).rejects.toMatchObject({ type: "CANCELLED" });
  });

  it("refuses more than may wait, and is closed with tasks open", async () => {
    const pool = openPool({ workers: 1, waitingMax: 1 });
    const data = await loaded;
    const task = { spec: backtest, trials: [request({ mood: "spins" })] };
    const open = Promise.allSettled([pool.runOn("trials", data, task), pool.runOn("trials", data, task)]);
    await expect(pool.runOn("trials", data, task)).rejects.toMatchObject({ type: "BUSY", retryable: true });
    await pool.close();
    for (const ended of await open) expect(ended).toMatchObject({ reason: { type: "CANCELLED" } });
  });

  it("cancels a search and keeps what finished", async () => {
    const stop = new AbortController();
    const log = new MemoryLog();
    const spec = searchOf({ space: { fast: { from: 2, to: 19, step: 1 }, slow: { from: 20, to: 120, step: 10 } }, trials: 1_000 });
    const cut = search(spec, openPool(), log, { signal: stop.signal, onProgress: ({ done }) => void (done >= 5 && stop.abort()) });
    await expect(cut).rejects.toMatchObject({ type: "CANCELLED" });
    expect(log.records.length).toBeGreaterThanOrEqual(5);
    expect(log.records.length).toBeLessThan(198);
  });
});
