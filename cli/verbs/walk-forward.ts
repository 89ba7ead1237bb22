/** `dsta walk-forward`: chooses parameters in one window after the other and trades each choice in the window behind it. */
import type { Command } from "commander";
import type { SearchReport } from "../../domain/contract/views/research.ts";
import { type FoldOptions, type SearchOptions, searchFrom, withFoldOptions, withSearchOptions } from "../jobs/search-options.ts";
import { withJobOptions, withResumeOptions } from "../jobs/job-options.ts";
import { catalogueFor, withBacktestOptions } from "../research/backtest-options.ts";
import type { Terminal } from "../terminal.ts";

export function addWalkForward(program: Command, terminal: Terminal): void {
  const command = program
    .command("walk-forward")
    .argument("<strategy>", "such as sma-cross")
    .description("search parameters in rolling windows and trade them in the windows that follow");
  withResumeOptions(withJobOptions(withBacktestOptions(withFoldOptions(withSearchOptions(command))))).action(
    async (strategy: string, options: SearchOptions & FoldOptions) => {
      const spec = searchFrom(strategy, options, options);
      const catalogue = await catalogueFor(options, terminal.env);
      const request = {
        job: { kind: "optimize", spec },
        kind: "walk-forward",
        backtest: spec.backtest,
        catalogue,
        unit: "trials",
      } as const;
      const [{ runJobVerb }, { searchText }] = await Promise.all([import("../jobs/job-verb.ts"), import("../jobs/report-text.ts")]);
      await runJobVerb<SearchReport>(terminal, request, options, searchText);
    },
  );
}
