/** `dsta compare`: finished backtests side by side, and where the question they answer is not the same. */
import type { Command } from "commander";
import { renderTable } from "../../brokers/table.ts";
import type { ComparisonReport } from "../../domain/contract/views/research.ts";
import { paint, type Terminal } from "../terminal.ts";

interface Flags {
  readonly json?: boolean;
  readonly report?: string;
  readonly fair?: boolean;
}

export function addCompare(program: Command, terminal: Terminal): void {
  program
    .command("compare")
    .argument("<runs...>", "2 to 8: ids of saved runs, their folders, or report.json files")
    .description("compare finished backtests")
    .option("--json", "print the comparison as JSON")
    .option("--report <file>", "write a report that needs no network: .html or .pdf")
    .option("--fair", "refuse runs whose data, range or costs differ")
    .action((runs: string[], flags: Flags) => compare(runs, flags, terminal));
}

async function compare(names: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  const { reportFormat, writeReport } = await import("../research/write-report.ts");
  const reportAs = flags.report === undefined ? null : reportFormat("--report", flags.report);
  const { savedReport } = await import("../research/saved-runs.ts");
  const reports = await Promise.all(names.map((name) => savedReport(name, terminal.env)));
  const { compareReports, requireFair } = await import("../../domain/validation/compare.ts");
  const comparison = compareReports(reports);
  if (flags.fair) requireFair(comparison);
  if (flags.report !== undefined && reportAs !== null) await writeReport(flags.report, comparison, reportAs);
  if (flags.json) {
    terminal.out(`${JSON.stringify(comparison)}\n`);
    return;
  }
  terminal.out(await comparisonText(terminal, comparison));
  if (flags.report !== undefined) terminal.out(`written: ${flags.report}\n`);
}

async function comparisonText(terminal: Terminal, { runs, differences, metrics }: ComparisonReport): Promise<string> {
  const { bestIndex, metricLabel, metricText } = await import("../../research/report/metric-labels.ts");
  const table = renderTable(
    [
      { title: "METRIC", value: ({ name }) => metricLabel(name) },
      ...runs.map(({ id }, index) => ({
        title: id,
        value: ({ name, values }: ComparisonReport["metrics"][number]) =>
          `${metricText(name, values[index])}${bestIndex(name, values) === index ? " *" : "  "}`,
        right: true,
      })),
    ],
    metrics,
  );
  const unfair = differences.map(({ field, values }) => `${paint(terminal, "yellow", "▲")} ${field}: ${values.join(" / ")}\n`).join("");
  const verdict = differences.length === 0 ? "Same data, range and costs.\n" : `They do not answer the same question:\n${unfair}`;
  return `${table}\n${verdict}`;
}
