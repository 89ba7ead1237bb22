/** A finished backtest as text for a person: what ran, the metrics beside those of holding, warnings, faults of the data. */
import { renderTable } from "../../brokers/table.ts";
import type { ResearchWarning } from "../../domain/contract/views/research.ts";
import type { DataFinding } from "../../research/data/findings.ts";
import { metricLabel, metricText, orderedNames } from "../../research/report/metric-labels.ts";
import { countText, paramsText, timeText } from "../../research/report/number-text.ts";
import { paint, type Terminal } from "../terminal.ts";
import type { LocalRun } from "./local-run.ts";

const FINDINGS_MAX = 20;
const SIGNS = { info: ["·", "grey"], warn: ["▲", "yellow"], critical: ["◆", "red"] } as const;

export function backtestSummary(terminal: Terminal, { data, outcome, report }: LocalRun): string {
  const { run, metrics, why, benchmark } = report;
  const params = paramsText(run.bestParams ?? {});
  const symbols = run.symbols.length > 4 ? `${run.symbols.length} symbols` : run.symbols.join(", ");
  const pace = report.barsPerSecond === null ? "" : `, ${(report.barsPerSecond / 1e6).toFixed(2)} M bars/s`;
  const table = renderTable(
    [
      { title: "METRIC", value: metricLabel },
      { title: "RUN", value: (name) => metricText(name, metrics[name]), right: true },
      { title: (benchmark?.name ?? "HOLD").toUpperCase(), value: (name) => metricText(name, benchmark?.metrics[name]), right: true },
      { title: "", value: (name) => why[name] ?? "" },
    ],
    orderedNames([metrics]),
  );
  const { submitted, filled, canceled, refused } = outcome.orders;
  return [
    `${paint(terminal, "bold", run.title)}  ${params}\n`,
    `${symbols}, ${timeText(run.fromMs)} to ${timeText(run.toMs)} UTC, ${countText(report.bars)} bars${pace}\n\n`,
    table,
    warningLines(terminal, report.warnings),
    findingLines(terminal, data.findings),
    report.refusals.map(({ code, count, example }) => `refused ${countText(count)} times: ${code}, ${example}\n`).join(""),
    `\norders ${submitted}, filled ${filled}, cancelled ${canceled}, refused ${refused}\n`,
    paint(
      terminal,
      "grey",
      `result ${report.hash.slice(0, 16)}  data ${data.hash.slice(0, 16)}  code ${run.codeVersion}  seed ${run.seed}\n`,
    ),
  ].join("");
}

function warningLines(terminal: Terminal, warnings: readonly ResearchWarning[]): string {
  if (warnings.length === 0) return "";
  const lines = warnings.map(({ severity, text }) => `${paint(terminal, SIGNS[severity][1], SIGNS[severity][0])} ${text}\n`);
  return `\nHow far to trust it\n${lines.join("")}`;
}

/** Faults of the data that was read, each with its first example. */
function findingLines(terminal: Terminal, findings: readonly DataFinding[]): string {
  if (findings.length === 0) return "";
  const lines = findings
    .slice(0, FINDINGS_MAX)
    .map(({ kind, symbol, count, example }) => `${kind} × ${countText(count)}  ${symbol}  ${example}\n`);
  const left = findings.length > FINDINGS_MAX ? `and ${findings.length - FINDINGS_MAX} more; --json shows all\n` : "";
  return `\n${paint(terminal, "yellow", "Found in the data")}\n${lines.join("")}${left}`;
}
