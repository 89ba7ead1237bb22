/** `dsta backtest`: one strategy over recorded bars, in this process; needs no floor. */
import type { Command } from "commander";
import type { BacktestSpec } from "../../domain/contract/research/spec.ts";
import { type BacktestOptions, catalogueFor, parsedSpec, withBacktestOptions } from "../research/backtest-options.ts";
import { type Terminal, usage } from "../terminal.ts";

interface Flags extends BacktestOptions {
  readonly spec?: string;
  readonly json?: boolean;
  readonly report?: string;
  readonly template?: string;
  readonly trades?: string;
  readonly equity?: string;
  readonly save?: boolean;
}

/** Flags that say what becomes of the result, not what the run is. */
const BESIDE_SPEC: ReadonlySet<string> = new Set(["spec", "json", "report", "template", "trades", "equity", "save", "strategies"]);

export function addBacktest(program: Command, terminal: Terminal): void {
  withBacktestOptions(
    program.command("backtest").argument("[strategy]", "what runs, such as sma-cross").description("run a strategy over recorded bars"),
  )
    .option("--spec <file>", "run what a file or saved run says, in place of a strategy and flags: several strategies, fee tiers")
    .option("--json", "print one JSON object: every trade, every point of the curve, metrics")
    .option("--report <file>", "write a report that needs no network: .html or .pdf")
    .option("--template <file>", "with --report x.html: your own Liquid template")
    .option("--trades <file>", "write the trades: .csv or .parquet")
    .option("--equity <file>", "write the curve, every point: .csv or .parquet")
    .option("--save", "keep the run in the data folder, for dsta compare")
    .action((strategy: string | undefined, flags: Flags) => backtest(strategy, flags, terminal));
}

async function specOf(strategy: string | undefined, flags: Flags, terminal: Terminal): Promise<BacktestSpec> {
  if (flags.spec === undefined) {
    if (strategy === undefined) throw usage("expected the name of a strategy, such as sma-cross, or --spec");
    return parsedSpec(strategy, flags);
  }
  const beside = Object.keys(flags).find((name) => !BESIDE_SPEC.has(name));
  if (strategy !== undefined || beside !== undefined) {
    const given = beside === undefined ? strategy : `--${beside.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw usage(`--spec: it says everything about the run itself; leave out ${given}`);
  }
  const { savedSpec } = await import("../research/saved-runs.ts");
  return savedSpec(flags.spec, terminal.env);
}

async function backtest(strategy: string | undefined, flags: Flags, terminal: Terminal): Promise<void> {
  const spec = await specOf(strategy, flags, terminal);
  const files = await import("../research/write-report.ts");
  const reportAs = flags.report === undefined ? null : files.reportFormat("--report", flags.report);
  const tradesAs = flags.trades === undefined ? null : files.tableFormat("trades", flags.trades);
  const equityAs = flags.equity === undefined ? null : files.tableFormat("equity", flags.equity);
  if (flags.template !== undefined && reportAs !== "html") throw usage("--template: give --report with a name that ends in .html too");
  const template = flags.template === undefined ? {} : { template: await files.readTemplate(flags.template) };
  const { chartsOf, runLocally, wholeReport } = await import("../research/local-run.ts");
  const local = await runLocally(spec, await catalogueFor(flags, terminal.env));

  const written: string[] = [];
  if (flags.report !== undefined && reportAs !== null) {
    await files.writeReport(flags.report, local.report, reportAs, { charts: chartsOf(local), ...template });
    written.push(flags.report);
  }
  if (flags.trades !== undefined && tradesAs !== null) {
    await files.writeReport(flags.trades, local.report, tradesAs);
    written.push(flags.trades);
  }
  if (flags.equity !== undefined && equityAs !== null) {
    await files.writeReport(flags.equity, wholeReport(local), equityAs);
    written.push(flags.equity);
  }
  if (flags.save) {
    const { saveRun } = await import("../research/save-run.ts");
    written.push(await saveRun(local, terminal.env));
  }
  if (flags.json) {
    const { backtestJson } = await import("../research/backtest-json.ts");
    terminal.out(`${JSON.stringify(backtestJson(local))}\n`);
    return;
  }
  const { backtestSummary } = await import("../research/backtest-summary.ts");
  terminal.out(backtestSummary(terminal, local));
  for (const path of written) terminal.out(`written: ${path}\n`);
}
