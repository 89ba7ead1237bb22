/**
 * A Monte Carlo from its spec to its report: the backtest once, then its paths on the pool. A path is made from its own
 * number, so neither the size of a part nor the number of workers changes one.
 */
import type { MonteCarloReport } from "../../domain/contract/views/research.ts";
import { toNumber } from "../../domain/kernel/decimal.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import { monteCarloResult, pathMaker } from "../../domain/validation/monte-carlo.ts";
import { PathCollector, type PathResult } from "../../domain/validation/monte-carlo-paths.ts";
import type { LoadedData } from "../data/load.ts";
import { backtestInput } from "../run/input.ts";
import { outcomeMetrics } from "../run/summary.ts";
import type { MonteCarloSpec } from "./job.ts";
import { JobPace } from "./job-pace.ts";
import { inParallel } from "./parallel.ts";
import type { JobPorts } from "./ports.ts";
import { finishedRun, resultHash } from "./run-row.ts";
import type { PathRange } from "./worker-task.ts";

/** Each candle path is a whole backtest; the others take microseconds. */
const PART_PATHS = { "trade-order": 250, "block-bootstrap": 250, "candle-bootstrap": 1 } as const;

/** @throws {DstaError} VALIDATION_ERROR; TOO_LITTLE_DATA; what the strategy throws; CANCELLED */
export async function monteCarloJob(spec: MonteCarloSpec, data: LoadedData, ports: JobPorts): Promise<MonteCarloReport> {
  const { pool, clock, catalogue, head, signal } = ports;
  const { backtest, method, paths, seed } = spec;
  const pace = new JobPace(clock, ports.onProgress);
  pace.expect(paths);
  const startedAtMs = clock.now();
  const input = backtestInput(backtest, data, catalogue.strategyNamed);
  const outcome = runBacktest(input);
  const { fanTimesMs } = pathMaker(runBacktest, input, outcome, { method, paths, seed });
  const collector = new PathCollector(paths, fanTimesMs, toNumber(input.cash));
  let asked = 0;
  await inParallel(pool, signal, () => {
    if (asked >= paths) return null;
    const range: PathRange = { from: asked, to: Math.min(paths, asked + PART_PATHS[method]) };
    asked = range.to;
    return async (either) => {
      const count = range.to - range.from;
      pace.start(count);
      const made = await pool.runOn<readonly PathResult[]>("paths", data, { spec, range }, { signal: either });
      for (const path of made) collector.add(path);
      pace.finish(count, method === "candle-bootstrap" ? count * outcome.bars : 0);
    };
  });
  const result = monteCarloResult(collector, input, outcome, method);
  const run = finishedRun(head, backtest, data, catalogue.strategyNamed, {
    kind: "monte-carlo",
    what: `${method}, ${paths} paths`,
    seed,
    startedAtMs,
    endedAtMs: clock.now(),
    workers: pool.workers,
    progress: pace.progress,
    bestParams: null,
    metrics: outcomeMetrics(outcome).values,
    heldOut: null,
    deflatedSharpe: null,
    hash: resultHash(result),
  });
  return { run, ...result };
}
