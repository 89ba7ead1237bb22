/** The flags of `optimize` and `walk-forward`, and the search they mean. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  SEARCH_METHODS,
  searchSpec,
  type SearchMethod,
  type SearchSpec,
  type SearchSpecInput,
} from "../../domain/contract/research/search.ts";
import { parseDurationMs } from "../duration.ts";
import { type BacktestOptions, expectationOf, parsedSpec } from "../research/backtest-options.ts";
import { usage } from "../terminal.ts";
import type { JobOptions } from "./job-options.ts";
import { parseSpace } from "./space-option.ts";

/** A grid is as large as its space; beyond this it is a mistake, or says so with --trials. */
const GRID_TRIALS = 10_000;

export interface SearchOptions extends BacktestOptions, JobOptions {
  readonly space: readonly string[];
  readonly method: SearchMethod;
  readonly objective: string;
  readonly constraint?: readonly string[];
  readonly trials?: number;
  readonly holdOut?: number;
  readonly prune?: boolean;
}

export interface FoldOptions {
  readonly folds?: number;
  readonly mode?: "rolling" | "anchored";
  readonly testShare?: number;
  readonly embargo?: string;
}

export function withSearchOptions(command: Command): Command {
  return command
    .requiredOption("--space <name=range...>", "what is searched: fast=5:40:5, alpha=0.1:0.9, size=10:10000:log, side=long,both")
    .addOption(new Option("--method <method>", "how").choices(SEARCH_METHODS).default("grid"))
    .option("--objective <metrics>", "what is maximised, with a minus minimised: sharpe,-maxDrawdown", "sharpe")
    .option("--constraint <rules...>", "what a winner must hold, such as 'trades >= 30'")
    .option("--trials <count>", `most trials (default 100; of a grid ${GRID_TRIALS})`, parseCount)
    .option("--hold-out <share>", "newest share of the data that no trial sees (default 0.2)", parseShare)
    .option("--prune", "end trials early that lie below the median of the finished ones");
}

export function withFoldOptions(command: Command): Command {
  return command
    .option("--folds <count>", "windows (default 6)", parseCount)
    .addOption(
      new Option("--mode <mode>", "training windows roll, or all start at the first bar (default rolling)").choices([
        "rolling",
        "anchored",
      ]),
    )
    .option("--test-share <share>", "length of a test window as a share of its training window (default 0.25)", parseShare)
    .option("--embargo <time>", "left out between training and test (default 1d)");
}

/** @throws {CliError} wrong usage, naming the flag */
export function searchFrom(strategy: string, options: SearchOptions, folds: FoldOptions | null): SearchSpec {
  const input: SearchSpecInput = {
    backtest: parsedSpec(strategy, options),
    space: parseSpace(options.space),
    method: options.method,
    objectives: options.objective.split(","),
    constraints: [...(options.constraint ?? [])],
    trials: options.trials ?? (options.method === "grid" ? GRID_TRIALS : undefined),
    holdOutShare: options.holdOut,
    prune: options.prune ?? false,
    seed: options.seed,
    folds:
      folds === null
        ? null
        : {
            count: folds.folds,
            mode: folds.mode,
            testShare: folds.testShare,
            ...(folds.embargo === undefined ? {} : { embargoMs: folds.embargo === "0" ? 0 : parseDurationMs("--embargo", folds.embargo) }),
          },
  };
  const result = searchSpec.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const path = issue.path.join(".");
  const [field = "", inside] = issue.path.map(String);
  const flag = FLAG_OF[path] ?? FLAG_OF[field] ?? path;
  throw usage(`${flag}: ${field === "space" && inside !== undefined ? `${inside}: ` : ""}${expectationOf(issue)}`);
}

const FLAG_OF: Readonly<Record<string, string>> = {
  space: "--space",
  objectives: "--objective",
  constraints: "--constraint",
  trials: "--trials",
  holdOutShare: "--hold-out",
  "folds.count": "--folds",
  "folds.testShare": "--test-share",
  "folds.embargoMs": "--embargo",
};

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1");
  return Number(text);
}

function parseShare(text: string): number {
  if (!/^\d(\.\d+)?$/.test(text)) throw new InvalidArgumentError("expected a share such as 0.2");
  return Number(text);
}
