/**
 * A backtest from its spec to its report, in the caller's own thread: one run is shorter than sending its curve from
 * thread to thread would take. Whoever must not be held up runs the job in a thread of its own.
 */
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import type { BacktestReport } from "../../domain/contract/views/research.ts";
import { runBacktest } from "../../domain/simulation/backtest/run.ts";
import type { LoadedData } from "../data/load.ts";
import { backtestInput } from "../run/input.ts";
import { reportOf } from "../run/report.ts";
import { JobPace } from "./job-pace.ts";
import { cancelled } from "./pool.ts";
import type { JobPorts } from "./ports.ts";
import { finishedRun } from "./run-row.ts";

/** Every point and trade is in the report. @throws {DstaError} VALIDATION_ERROR; what the strategy throws; CANCELLED */
export function backtestJob(spec: BacktestSpec, data: LoadedData, ports: JobPorts): BacktestReport {
  const { clock, catalogue, head, signal } = ports;
  if (signal?.aborted) throw cancelled();
  const pace = new JobPace(clock, ports.onProgress);
  pace.expect(data.rows);
  const startedAtMs = clock.now();
  const input = backtestInput(spec, data, catalogue.strategyNamed);
  const outcome = runBacktest(input);
  pace.finish(outcome.bars, outcome.bars);
  const { progress } = pace;
  const run = finishedRun(head, spec, data, catalogue.strategyNamed, {
    kind: "backtest",
    what: "",
    seed: spec.seed,
    startedAtMs,
    endedAtMs: clock.now(),
    workers: 1,
    progress,
    bestParams: null,
    metrics: null,
    heldOut: null,
    deflatedSharpe: null,
    hash: outcome.hash,
  });
  return reportOf({ run, spec, input, outcome, data, points: null, barsPerSecond: progress.barsPerSecond });
}
