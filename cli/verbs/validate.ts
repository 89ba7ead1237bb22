/** `dsta validate`: whether a backtest can be believed: look-ahead, warm-up, costs, chance. */
import type { Command } from "commander";
import type { ValidationReport } from "../../domain/contract/views/research.ts";
import { type JobOptions, withJobOptions } from "../jobs/job-options.ts";
import { type BacktestOptions, catalogueFor, parsedSpec, withBacktestOptions } from "../research/backtest-options.ts";
import type { Terminal } from "../terminal.ts";

type Options = BacktestOptions & JobOptions;

export function addValidate(program: Command, terminal: Terminal): void {
  const command = program
    .command("validate")
    .argument("<strategy>", "such as sma-cross")
    .description("check a strategy: look-ahead, warm-up, costs, random entries, luck");
  withJobOptions(withBacktestOptions(command)).action(async (strategy: string, options: Options) => {
    const backtest = parsedSpec(strategy, options);
    const catalogue = await catalogueFor(options, terminal.env);
    const request = { job: { kind: "validate", spec: backtest }, kind: "validate", backtest, catalogue, unit: "" } as const;
    const [{ runJobVerb }, { validationText }] = await Promise.all([import("../jobs/job-verb.ts"), import("../jobs/report-text.ts")]);
    await runJobVerb<ValidationReport>(terminal, request, options, validationText);
  });
}
