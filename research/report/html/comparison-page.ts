/** Runs side by side as one page: first where they differ in data or costs, then curves and metrics with the best marked. */
import type { ComparisonReport } from "../../../domain/contract/views/research.ts";
import { bestIndex, metricLabel, metricText } from "../metric-labels.ts";
import * as text from "../number-text.ts";
import type { LineChart } from "./chart-data.ts";
import { html, type Markup } from "./markup.ts";
import { chartPanel, pageOf, panel } from "./page.ts";
import { table } from "./tables.ts";
import { onOneAxis } from "./time-series.ts";

const LOOKS = [
  { colour: "acc" },
  { colour: "t1", dash: [6, 4] },
  { colour: "up" },
  { colour: "warn", dash: [2, 3] },
  { colour: "dn" },
  { colour: "sim", dash: [6, 4] },
  { colour: "t3" },
  { colour: "crit", dash: [2, 3] },
] as const;

export function comparisonPage(report: ComparisonReport): string {
  const { runs } = report;
  const curves = report.equity.map(({ run, points }, index) => ({ label: run, points, ...LOOKS[index % LOOKS.length]! }));
  const chart: LineChart = {
    kind: "lines",
    id: "equity",
    height: 340,
    xUnit: "time",
    xLabel: "UTC",
    unit: "money",
    group: null,
    marks: [],
    ...onOneAxis(curves),
  };
  const title = `Comparison of ${runs.map(({ id }) => id).join(", ")}`;
  return pageOf({
    title,
    panels: [
      html`<header class="panel">
        <h1>${title}</h1>
        <span class="badge">BACKTEST</span>
      </header>`,
      differencesPanel(report),
      chartPanel("Equity", "each run's own cash", [chart]),
      metricsPanel(report),
      runsPanel(report),
    ],
    charts: [chart],
    report,
    footer: "DSTA research · comparison · all times UTC",
  });
}

function differencesPanel({ runs, differences }: ComparisonReport): Markup {
  if (differences.length === 0) {
    const same = html`<div class="body">
      <div class="verdict good"><b>A fair comparison.</b> Same data, range and costs.</div>
    </div>`;
    return panel("Where they differ", "", same);
  }
  const unfair = html`<div class="body">
    <div class="verdict">
      <b>Not the same question.</b> Data, range or costs differ: the numbers below cannot be held against each other without that.
    </div>
  </div>`;
  const rows = table(
    [
      { title: "What", cell: (row) => row.field },
      ...runs.map(({ id }, index) => ({
        title: id,
        cell: (row: { values: readonly string[] }) => row.values[index] ?? text.NONE,
        text: true,
      })),
    ],
    differences,
  );
  return panel("Where they differ", `${differences.length}`, html`${unfair}${rows}`);
}

function metricsPanel({ runs, metrics }: ComparisonReport): Markup {
  const cell = (name: string, values: readonly (number | null)[], index: number) => {
    const shown = metricText(name, values[index] ?? null);
    return bestIndex(name, values) === index ? html`<b>${shown}</b>` : shown;
  };
  const body = table(
    [
      { title: "Metric", cell: (row) => metricLabel(row.name), text: true },
      ...runs.map(({ id }, index) => ({
        title: id,
        cell: (row: ComparisonReport["metrics"][number]) => cell(row.name, row.values, index),
        right: true,
      })),
    ],
    metrics,
  );
  return panel("Metrics", "the better in bold, where one is better", html`<div class="whole">${body}</div>`);
}

function runsPanel({ runs }: ComparisonReport): Markup {
  const body = table(
    [
      { title: "Run", cell: (row) => row.id },
      { title: "Title", cell: (row) => row.title, text: true },
      { title: "Symbols", cell: (row) => row.symbols.join(", "), text: true },
      { title: "From", cell: (row) => text.dateText(row.fromMs) },
      { title: "To", cell: (row) => text.dateText(row.toMs) },
      { title: "Data", cell: (row) => html`<code>${row.dataHash?.slice(0, 12) ?? text.NONE}</code>` },
      { title: "Code", cell: (row) => html`<code>${row.codeVersion}</code>` },
      { title: "Seed", cell: (row) => row.seed },
    ],
    runs,
  );
  return panel("Runs", "", body);
}
