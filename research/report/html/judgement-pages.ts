/** The pages of a Monte Carlo (a fan of paths and its quantiles) and of a validation (checks with a verdict each). */
import type { MonteCarloReport, ValidationReport } from "../../../domain/contract/views/research.ts";
import * as text from "../number-text.ts";
import { warningsPanel } from "./backtest-panels.ts";
import type { LineChart } from "./chart-data.ts";
import { html, type Markup } from "./markup.ts";
import { chartPanel, pageOf, panel } from "./page.ts";
import { table } from "./tables.ts";

export function monteCarloPage(report: MonteCarloReport): string {
  const { run, fan, quantiles } = report;
  const line = (label: string, values: readonly number[], colour: string, dash: readonly number[]) => ({
    label,
    values,
    colour,
    dash,
    width: 1,
  });
  const chart: LineChart = {
    kind: "lines",
    id: "fan",
    height: 340,
    x: fan.map(({ time }) => time),
    xUnit: "time",
    xLabel: "UTC",
    unit: "money",
    group: null,
    marks: [],
    series: [
      line(
        "95 %",
        fan.map(({ p95 }) => p95),
        "t3",
        [2, 3],
      ),
      line(
        "75 %",
        fan.map(({ p75 }) => p75),
        "t2",
        [6, 4],
      ),
      { label: "median", values: fan.map(({ p50 }) => p50), colour: "acc" },
      line(
        "25 %",
        fan.map(({ p25 }) => p25),
        "t2",
        [6, 4],
      ),
      line(
        "5 %",
        fan.map(({ p05 }) => p05),
        "dn",
        [2, 3],
      ),
    ],
  };
  const rows = table(
    [
      { title: "Quantile", cell: (row) => text.shareText(row.quantile), right: true },
      { title: "Final equity", cell: (row) => text.moneyText(row.finalEquity), right: true },
      { title: "Maximum drawdown", cell: (row) => text.shareText(row.maxDrawdown), right: true },
    ],
    quantiles,
  );
  const ruin = `${text.shareText(report.ruinShare)} of ${text.countText(report.paths)} paths lost half of the capital`;
  return pageOf({
    title: `${run.title} · ${report.method}`,
    panels: [
      headline(run.title, `${report.method}, ${text.countText(report.paths)} paths, seed ${run.seed}`),
      chartPanel("Paths", "quantiles at each time", [chart]),
      panel("Quantiles", ruin, rows, "half"),
      warningsPanel("How far to trust it", report.warnings, "half"),
    ],
    charts: [chart],
    report,
    footer: `DSTA research · run ${run.id} · all times UTC`,
  });
}

const VERDICT_SIGNS = { pass: ["✓", "up"], warn: ["▲", "warn"], fail: ["◆", "crit"], skipped: ["–", "dim"] } as const;

export function validationPage(report: ValidationReport): string {
  const { run, checks } = report;
  const rows = table(
    [
      {
        title: "Verdict",
        cell: ({ verdict }) => html`<span class="${VERDICT_SIGNS[verdict][1]}">${VERDICT_SIGNS[verdict][0]} ${verdict}</span>`,
      },
      { title: "Check", cell: (row) => row.name },
      { title: "What was found", cell: (row) => row.text, text: true },
      {
        title: "Numbers",
        cell: ({ numbers }) =>
          Object.entries(numbers)
            .map(([name, value]) => `${name} ${value === null ? text.NONE : Number(value.toPrecision(5))}`)
            .join(", "),
        text: true,
      },
    ],
    checks,
  );
  return pageOf({
    title: `${run.title} · validation`,
    panels: [headline(run.title, `${run.symbols.join(", ")} · seed ${run.seed}`), panel("Checks", `${checks.length}`, rows)],
    charts: [],
    report,
    footer: `DSTA research · run ${run.id} · all times UTC`,
  });
}

function headline(title: string, sub: string): Markup {
  return html`<header class="panel">
    <h1>${title}</h1>
    <span class="badge">BACKTEST</span>
    <div class="sub">${sub}</div>
  </header>`;
}
