/**
 * The `dsta` program: verbs, flags and help. Each verb has its own file; here is what they share: where the floor is,
 * how results are printed, and how a failure becomes a message and an exit code.
 */
import { Command, CommanderError } from "commander";
import { isExpected, messageOf } from "../domain/kernel/errors.ts";
import { CliError, EXIT, EXIT_HELP, type ExitCode, type Terminal } from "./terminal.ts";
import { addBacktest } from "./verbs/backtest.ts";
import { addCluster } from "./verbs/cluster.ts";
import { addCompare } from "./verbs/compare.ts";
import { addDoctor } from "./verbs/doctor.ts";
import { addIndicator } from "./verbs/indicator.ts";
import { addLogs } from "./verbs/logs.ts";
import { addMetrics } from "./verbs/metrics.ts";
import { addMonteCarlo } from "./verbs/monte-carlo.ts";
import { addOptimize } from "./verbs/optimize.ts";
import { addOrders } from "./verbs/orders.ts";
import { addPositions } from "./verbs/positions.ts";
import { addRepl } from "./verbs/repl.ts";
import { addStart } from "./verbs/start.ts";
import { addStatus } from "./verbs/status.ts";
import { addStrategies } from "./verbs/strategies.ts";
import { addTrading } from "./verbs/trading.ts";
import { addValidate } from "./verbs/validate.ts";
import { addWalkForward } from "./verbs/walk-forward.ts";

const VERBS = [
  addStart,
  addCluster,
  addRepl,
  addStatus,
  addStrategies,
  addPositions,
  addOrders,
  addTrading,
  addLogs,
  addMetrics,
  addDoctor,
  addBacktest,
  addOptimize,
  addWalkForward,
  addMonteCarlo,
  addValidate,
  addCompare,
  addIndicator,
];

/** Failures that the program itself tells, for scripts that branch on why. */
const EXIT_OF: Readonly<Record<string, ExitCode>> = {
  CONFIG_INVALID: EXIT.usage,
  NATS_UNREACHABLE: EXIT.notRunning,
  NO_FLOOR: EXIT.notRunning,
  COMMAND_FAILED: EXIT.refused,
};

/** Runs one command line. Resolves with the exit code; never rejects. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.err(`dsta: ${messageOf(error)}\n`);
    if (error instanceof CliError) return error.exitCode;
    if (isExpected(error)) return EXIT_OF[error.type] ?? EXIT.failed;
    terminal.err(`${error instanceof Error ? (error.stack ?? "") : ""}\n`);
    return EXIT.failed;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("dsta")
    .description("A trading floor: strategies, risk, orders and positions on crypto venues")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError("Run dsta --help for what there is.")
    .enablePositionalOptions()
    .addHelpText("after", EXIT_HELP);
  for (const add of VERBS) add(program, terminal);
  return program;
}
