/** Parts of research jobs: work in parallel, pace, windows of time, one trial. */
import { describe, expect, it } from "vitest";
import { backtestSpec } from "../../domain/contract/research/spec.ts";
import { foldSpec } from "../../domain/contract/research/search.ts";
import { decimal } from "../../domain/kernel/decimal.ts";
import { ManualClock } from "../../domain/kernel/clock.ts";
import { seededRandom } from "../../domain/kernel/random.ts";
import { ColumnCache } from "../../domain/indicator/column-series.ts";
import { newBarTable, rowsOf } from "../../domain/market/bar-table.ts";
import { parseObjective } from "../../domain/optimization/objective.ts";
import type { LoadedData } from "../../research/data/load.ts";
import { evaluateTrial } from "../../research/jobs/evaluate.ts";
import { JobPace } from "../../research/jobs/job-pace.ts";
import type { JobProgress } from "../../research/jobs/job.ts";
import { inParallel } from "../../research/jobs/parallel.ts";
import { planOf } from "../../research/jobs/search-plan.ts";
import { rangeOf, WHOLE, WindowedData } from "../../research/jobs/time-window.ts";
import type { PruneRule, TrialRequest } from "../../research/jobs/worker-task.ts";
import { strategyNamed } from "../../strategies/index.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2023, 0, 1);
const ROWS = 2_400;

function market(): LoadedData {
  const table = newBarTable({ venue: "sim", symbol: "BTC/USDT", intervalMs: HOUR_MS }, ROWS);
  const random = seededRandom("jobs-parts");
  let price = 30_000;
  for (let row = 0; row < ROWS; row++) {
    const open = price;
    price = Math.round((price + random.normal() * 100) * 100) / 100;
    table.openTimeMs[row] = START_MS + row * HOUR_MS;
    table.open[row] = open;
    table.high[row] = Math.max(open, price) + 5;
    table.low[row] = Math.min(open, price) - 5;
    table.close[row] = price;
    table.volume[row] = 10;
  }
  const instrument = {
    venue: "sim",
    symbol: "BTC/USDT",
    base: "BTC",
    quote: "USDT",
    kind: "linear" as const,
    priceDecimals: 2,
    quantityDecimals: 5,
    tickSize: decimal("0.01"),
    lotSize: decimal("0.00001"),
    minQuantity: decimal("0.00001"),
    maxQuantity: decimal("9000"),
    minNotional: decimal("1"),
    makerFeeRate: decimal("0"),
    takerFeeRate: decimal("0"),
  };
  const funding = new Map([["BTC/USDT", { timeMs: Float64Array.of(START_MS, START_MS + 8 * HOUR_MS), rate: Float64Array.of(0.1, 0.2) }]]);
  return { tables: [table], instruments: [instrument], funding, findings: [], hash: "m", rows: ROWS };
}

const data = market();
const spec = backtestSpec.parse({ strategies: [{ strategy: "sma-cross" }], data: { files: ["m"] } });

function trial(more: Partial<TrialRequest> = {}) {
  const bench = { strategyNamed, data: new WindowedData(data), cache: new ColumnCache() };
  return evaluateTrial(spec, bench, { params: { fast: 5, slow: 20 }, window: WHOLE, prune: null, curvePoints: 0, ...more });
}

describe("work in parallel", () => {
  it("keeps twice as many parts under way as there are workers, and all are done at the end", async () => {
    let [asked, running, most] = [0, 0, 0];
    await inParallel({ workers: 2 }, undefined, () =>
      asked++ >= 20
        ? null
        : async () => {
            most = Math.max(most, ++running);
            await Promise.resolve();
            running--;
          },
    );
    expect({ most, running }).toEqual({ most: 4, running: 0 });
  });

  it("ends the others when one fails, and throws what it threw", async () => {
    let asked = 0;
    let ended = 0;
    const until = (signal: AbortSignal) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener("abort", () => {
          ended++;
          reject(new Error("ended"));
        }),
      );
    const work = inParallel({ workers: 2 }, undefined, () => (asked++ === 3 ? () => Promise.reject(new Error("boom")) : until));
    await expect(work).rejects.toThrow("boom");
    expect({ asked, ended }).toEqual({ asked: 4, ended: 3 });
  });
});

describe("pace", () => {
  it("counts what an earlier process finished as done, and not towards the time left", () => {
    const clock = new ManualClock();
    const told: JobProgress[] = [];
    const pace = new JobPace(clock, (progress) => told.push(progress));
    pace.expect(110);
    pace.resume(50);
    pace.start(20);
    expect(told.at(-1)).toMatchObject({ done: 50, total: 110, running: 20, etaMs: null, barsPerSecond: null });
    clock.advance(10_000);
    pace.finish(20, 1_000_000);
    expect(told.at(-1)).toMatchObject({ done: 70, running: 0, etaMs: 20_000, barsPerSecond: 100_000 });
    pace.expect(-40);
    expect(pace.progress).toMatchObject({ done: 70, total: 70, etaMs: 0 });
  });
});

describe("windows of time", () => {
  it("cut every column and the funding without copying, once", () => {
    const windows = new WindowedData(data);
    const window = { fromMs: START_MS + 8 * HOUR_MS, toMs: START_MS + 20 * HOUR_MS, tradeFromMs: null };
    const part = windows.at(window);
    expect(windows.at({ ...window, tradeFromMs: START_MS })).toBe(part);
    expect(part.tables[0]!.close.buffer).toBe(data.tables[0]!.close.buffer);
    expect(part).toMatchObject({ rows: 12 });
    expect(rangeOf(part)).toEqual({ fromMs: window.fromMs, toMs: window.toMs });
    expect([...part.funding.get("BTC/USDT")!.rate]).toEqual([0.2]);
    expect(windows.at(WHOLE)).toBe(data);
    expect(rowsOf(windows.at({ ...WHOLE, toMs: 0 }).tables[0]!)).toBe(0);
    expect(rangeOf(windows.at({ ...WHOLE, toMs: 0 }))).toBeNull();
  });

  it("plan folds inside what is searched, and test them behind their training", () => {
    const plan = planOf({ holdOutShare: 0.2, folds: foldSpec.parse({ count: 3 }) }, data);
    expect(plan.heldOut).toEqual({ fromMs: null, toMs: START_MS + ROWS * HOUR_MS, tradeFromMs: START_MS + 0.8 * ROWS * HOUR_MS });
    expect(plan.folds).toHaveLength(3);
    for (const { train, test } of plan.folds) {
      expect(test.tradeFromMs! - train.toMs!).toBeGreaterThanOrEqual(86_400_000);
      expect(test.toMs).toBeLessThanOrEqual(plan.searched.toMs!);
    }
    expect(() => planOf({ holdOutShare: 0.2, folds: foldSpec.parse({ count: 50, testShare: 0.01 }) }, data)).toThrow(/days/);
  });
});

describe("a trial", () => {
  it("gives metrics, 16 blocks and a hash, the same every time", () => {
    const result = trial({ curvePoints: 50 });
    expect(result).toMatchObject({ state: "done", reason: null, bars: ROWS });
    expect(result.blocks).toHaveLength(16);
    expect(result.curve).toHaveLength(50);
    expect(result.metrics["trades"]).toBeGreaterThan(10);
    expect(trial({ curvePoints: 50 })).toEqual(result);
  });

  it("out of sample begins with its cash when its window does, its indicators warm", () => {
    const from = START_MS + 1_200 * HOUR_MS;
    const late = trial({ window: { fromMs: null, toMs: null, tradeFromMs: from }, curvePoints: 2_000 });
    const cold = trial({ window: { fromMs: from, toMs: null, tradeFromMs: null }, curvePoints: 2_000 });
    expect(late.curve[0]).toMatchObject({ value: 10_000 });
    expect(late.curve[0]!.time).toBe(from);
    expect(late.metrics["days"]).toBe(50);
    expect(late.metrics["exposure"]).toBeGreaterThan(cold.metrics["exposure"]! * 0.8);
    expect(late.metrics["exposure"]).toBeLessThanOrEqual(1);
  });

  it("is skipped for parameters that do not fit", () => {
    expect(trial({ params: { fast: 30, slow: 20 } })).toMatchObject({
      state: "skipped",
      reason: expect.stringContaining("slow above fast"),
      blocks: [],
    });
  });

  it("is pruned at the first checkpoint whose level it does not reach", () => {
    const rule = (stopBelow: PruneRule["stopBelow"]): PruneRule => ({
      objective: parseObjective("-maxDrawdown"),
      checkpoints: [0.25, 0.5, 0.75],
      stopBelow,
    });
    const free = trial({ prune: rule([null, null, null]) });
    expect(free.state).toBe("done");
    expect(free.partial).toHaveLength(3);
    expect(trial({ prune: rule([...free.partial]) })).toEqual(free);
    const ended = trial({ prune: rule([null, 0, null]) });
    expect(ended).toMatchObject({ state: "pruned", partial: free.partial.slice(0, 2), hash: null });
    expect(ended.bars).toBeLessThan(ROWS * 0.51);
  });
});
