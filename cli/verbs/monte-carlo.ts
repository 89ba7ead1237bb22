/** `dsta monte-carlo`: what else could have come of the same strategy: other orders of its trades, other days, other candles. */
import { type Command, Option } from "commander";
import type { MonteCarloReport } from "../../domain/contract/views/research.ts";
import type { MonteCarloSpec } from "../../research/jobs/job.ts";
import { type JobOptions, withJobOptions } from "../jobs/job-options.ts";
import { parseCount } from "../jobs/search-options.ts";
import { type BacktestOptions, catalogueFor, parsedSpec, withBacktestOptions } from "../research/backtest-options.ts";
import { type Terminal, usage } from "../terminal.ts";

interface Options extends BacktestOptions, JobOptions {
  readonly paths: number;
  readonly mcMethod: MonteCarloSpec["method"];
}

const PATHS = { default: 1_000, most: 100_000 };

export function addMonteCarlo(program: Command, terminal: Terminal): void {
  const command = program
    .command("monte-carlo")
    .argument("<strategy>", "such as sma-cross")
    .description("repeat a backtest with its trades in another order, days drawn again, or other candles")
    .option("--paths <count>", "how many", parseCount, PATHS.default)
    .addOption(
      new Option("--mc-method <method>", "what is drawn again")
        .choices(["trade-order", "block-bootstrap", "candle-bootstrap"])
        .default("block-bootstrap"),
    );
  withJobOptions(withBacktestOptions(command)).action(async (strategy: string, options: Options) => {
    if (options.paths > PATHS.most) throw usage(`--paths: expected at most ${PATHS.most}, got ${options.paths}`);
    const backtest = parsedSpec(strategy, options);
    const catalogue = await catalogueFor(options, terminal.env);
    const spec: MonteCarloSpec = { backtest, method: options.mcMethod, paths: options.paths, seed: backtest.seed };
    const request = { job: { kind: "monte-carlo", spec }, kind: "monte-carlo", backtest, catalogue, unit: "paths" } as const;
    const [{ runJobVerb }, { monteCarloText }] = await Promise.all([import("../jobs/job-verb.ts"), import("../jobs/report-text.ts")]);
    await runJobVerb<MonteCarloReport>(terminal, request, options, monteCarloText);
  });
}
