/**
 * One entry for every kind of research job: reads the data, then runs the kind. Equal jobs on equal data by equal code
 * give equal reports but for the run's own times and pace, whatever the number of workers and however often the process
 * was killed on the way.
 */
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import { loadData } from "../data/load.ts";
import { backtestJob } from "./backtest-job.ts";
import type { ResearchJob, ResearchReport } from "./job.ts";
import { monteCarloJob } from "./monte-carlo-job.ts";
import type { JobPorts } from "./ports.ts";
import { searchJob } from "./search-job.ts";
import { validateJob } from "./validate-job.ts";

/**
 * @throws {DstaError} VALIDATION_ERROR naming the field of the spec; NOT_FOUND for an unknown strategy; DATA_NOT_FOUND,
 * DATA_EMPTY, DATA_UNREADABLE, DATA_BAD; CHECKPOINT_OTHER, CHECKPOINT_DAMAGED; what the strategy throws; CANCELLED
 */
export async function runJob(job: ResearchJob, ports: JobPorts): Promise<ResearchReport> {
  const backtest = backtestOf(job);
  // Before minutes are spent on reading: an unknown name is told at once.
  for (const { strategy } of backtest.strategies) ports.catalogue.strategyNamed(strategy);
  const data = ports.data ?? (await loadData(backtest.data, { resolve: ports.resolve, market: backtest.market }));
  switch (job.kind) {
    case "backtest":
      return backtestJob(job.spec, data, ports);
    case "optimize":
      return searchJob(job.spec, data, ports);
    case "monte-carlo":
      return monteCarloJob(job.spec, data, ports);
    case "validate":
      return validateJob(job.spec, data, ports);
  }
}

function backtestOf(job: ResearchJob): BacktestSpec {
  return job.kind === "optimize" || job.kind === "monte-carlo" ? job.spec.backtest : job.spec;
}
