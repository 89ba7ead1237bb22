/** `dsta optimize`: searches a strategy's parameters on recorded bars, and says how far to trust the winner. */
import type { Command } from "commander";
import type { SearchReport } from "../../domain/contract/views/research.ts";
import { type SearchOptions, searchFrom, withSearchOptions } from "../jobs/search-options.ts";
import { withJobOptions, withResumeOptions } from "../jobs/job-options.ts";
import { catalogueFor, withBacktestOptions } from "../research/backtest-options.ts";
import type { Terminal } from "../terminal.ts";

export function addOptimize(program: Command, terminal: Terminal): void {
  const command = program
    .command("optimize")
    .argument("<strategy>", "such as sma-cross")
    .description("search a strategy's parameters: grid, random, NSGA-II or Bayesian");
  withResumeOptions(withJobOptions(withBacktestOptions(withSearchOptions(command)))).action(
    async (strategy: string, options: SearchOptions) => {
      const spec = searchFrom(strategy, options, null);
      const catalogue = await catalogueFor(options, terminal.env);
      const request = { job: { kind: "optimize", spec }, kind: "optimize", backtest: spec.backtest, catalogue, unit: "trials" } as const;
      const [{ runJobVerb }, { searchText }] = await Promise.all([import("../jobs/job-verb.ts"), import("../jobs/report-text.ts")]);
      await runJobVerb<SearchReport>(terminal, request, options, searchText);
    },
  );
}
