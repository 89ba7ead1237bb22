/**
 * A search or a walk-forward as one page: how far to trust the winner before the winner, then the space, the front, the
 * folds and the trials.
 */
import type { ResearchTrial, SearchReport } from "../../../domain/contract/views/research.ts";
import { metricLabel, metricText } from "../metric-labels.ts";
import * as text from "../number-text.ts";
import { warningsPanel } from "./backtest-panels.ts";
import type { ChartUnit, LineChart } from "./chart-data.ts";
import { heatMap } from "./heat-map.ts";
import { html, type Markup } from "./markup.ts";
import { chartPanel, pageOf, panel } from "./page.ts";
import { facts, table } from "./tables.ts";
import { onOneAxis } from "./time-series.ts";

const TRIAL_ROWS = 300;
const SHARES: ReadonlySet<string> = new Set(["totalReturn", "cagr", "volatility", "maxDrawdown", "averageDrawdown", "winRate", "exposure"]);

interface Objective {
  readonly metric: string;
  readonly minimised: boolean;
}

export function searchPage(report: SearchReport): string {
  const { run, spec } = report;
  const objectives = spec.objectives.map((objective): Objective => ({
    metric: objective.replace(/^-/, ""),
    minimised: objective.startsWith("-"),
  }));
  const front = frontChart(report, objectives);
  const curves = curveCharts(report);
  const names = Object.keys(spec.space);
  const main = objectives[0]!;
  const heat =
    names.length < 2
      ? []
      : [
          panel(
            `${metricLabel(main.metric)} by ${names[0]!} and ${names[1]!}`,
            `${report.trials.length} trials`,
            heatMap(report.trials, report.best, { across: names[0]!, up: names[1]!, ...main }),
            "half",
          ),
        ];
  const charts = [...curves, front];
  return pageOf({
    title: `${run.title} · ${run.symbols.join(", ")}`,
    panels: [
      headline(report, objectives),
      trustPanel(report),
      warningsPanel("Warnings", report.trust.warnings, "half"),
      ...(curves.length === 0 ? [] : [chartPanel("Equity of the winner", "out of sample: test windows one after another", curves)]),
      ...heat,
      chartPanel(frontTitle(objectives), `${report.front.length} on the front`, [front], "half"),
      ...(report.folds.length === 0 ? [] : [foldsPanel(report, main)]),
      trialsPanel(report, objectives),
      madePanel(report),
    ],
    charts,
    report,
    footer: `DSTA research · run ${run.id} · all times UTC`,
  });
}

function headline({ run, spec, best, trust }: SearchReport, objectives: readonly Objective[]): Markup {
  const figures = objectives.map(
    ({ metric }) =>
      html`<div class="figure"><span>${metricLabel(metric)}, best</span><b>${metricText(metric, best?.metrics[metric])}</b></div>`,
  );
  return html`<header class="panel">
    <h1>${run.title}</h1>
    <span class="badge">BACKTEST</span>
    <div class="sub">best: ${best === null ? "none" : text.paramsText(best.params)}</div>
    <div class="sub">
      ${run.symbols.join(", ")} · ${text.timeText(run.fromMs)} to ${text.timeText(run.toMs)} UTC · ${spec.method} ·
      ${text.countText(trust.trials)} trials
    </div>
    <div class="figures">
      ${figures}
      <div class="figure"><span>Deflated Sharpe</span><b>${text.ratioText(trust.deflatedSharpe)}</b></div>
      <div class="figure"><span>PBO</span><b>${text.shareText(trust.pbo)}</b></div>
    </div>
  </header>`;
}

const VERDICTS = { none: "No evidence.", weak: "Weak evidence.", fair: "Fair evidence.", good: "Good evidence." } as const;

function trustPanel({ trust }: SearchReport): Markup {
  const rows: readonly (readonly [string, string])[] = [
    ["Trials of this idea", text.countText(trust.trials)],
    ["Deflated Sharpe, wanted ≥ 0.95", text.ratioText(trust.deflatedSharpe)],
    ["Probability of overfitting (PBO), wanted ≤ 20 %", text.shareText(trust.pbo)],
    ["Neighbours over the winner", text.ratioText(trust.stability)],
    ["Sharpe, searched", text.ratioText(trust.sharpe.searched)],
    ["Sharpe, walk-forward", text.ratioText(trust.sharpe.walkForward)],
    ["Sharpe, hold-out", text.ratioText(trust.sharpe.heldOut)],
    ["Sharpe that luck alone would show", text.ratioText(trust.luckSharpe)],
    ["Trades in the hold-out", text.countText(trust.heldOutTrades)],
  ];
  const verdict = html`<div class="verdict ${trust.verdict}"><b>${VERDICTS[trust.verdict]}</b> ${trust.text}</div>`;
  return panel("How far to trust the winner", "", html`<div class="body">${verdict}${facts(rows)}</div>`, "half");
}

function unitOf(metric: string): ChartUnit {
  return SHARES.has(metric) ? "share" : "ratio";
}

function frontAxes(objectives: readonly Objective[]): readonly [x: string, y: string] {
  const y = objectives[0]!.metric;
  return [objectives[1]?.metric ?? (y === "maxDrawdown" ? "totalReturn" : "maxDrawdown"), y];
}

function frontTitle(objectives: readonly Objective[]): string {
  const [x, y] = frontAxes(objectives);
  return `${metricLabel(y)} against ${metricLabel(x).toLowerCase()}`;
}

function frontChart({ trials, front, best }: SearchReport, objectives: readonly Objective[]): LineChart {
  const [xName, yName] = frontAxes(objectives);
  const onFront = new Set(front);
  const rows = trials
    .filter((trial) => typeof trial.metrics[xName] === "number" && typeof trial.metrics[yName] === "number")
    .toSorted((a, b) => a.metrics[xName]! - b.metrics[xName]!);
  const values = (fits: (trial: ResearchTrial) => boolean) => rows.map((row) => (fits(row) ? row.metrics[yName]! : null));
  const isBest = (row: ResearchTrial) => row.trial === best?.trial && row.fold === best.fold;
  return {
    kind: "lines",
    id: "front",
    height: 340,
    x: rows.map((row) => row.metrics[xName]!),
    xUnit: unitOf(xName),
    xLabel: metricLabel(xName).toLowerCase(),
    unit: unitOf(yName),
    group: null,
    marks: [],
    series: [
      { label: "trial", values: values((row) => !onFront.has(row.trial)), colour: "t3", points: true },
      { label: "Pareto front", values: values((row) => onFront.has(row.trial) && !isBest(row)), colour: "acc", points: true },
      { label: "chosen", values: values(isBest), colour: "warn", points: true },
    ],
  };
}

function curveCharts({ equity, stitched, folds }: SearchReport): readonly LineChart[] {
  const curves = [
    ...(equity.length === 0 ? [] : [{ label: "winner", points: equity, colour: "acc" }]),
    ...(stitched.length === 0 ? [] : [{ label: "out of sample", points: stitched, colour: "t1", dash: [6, 4] }]),
  ];
  if (curves.length === 0) return [];
  const marks = folds.map(({ testFromMs, fold }) => ({ x: testFromMs, text: `fold ${fold + 1}` }));
  return [
    { kind: "lines", id: "equity", height: 300, xUnit: "time", xLabel: "UTC", unit: "money", group: "time", marks, ...onOneAxis(curves) },
  ];
}

function foldsPanel({ folds }: SearchReport, { metric }: Objective): Markup {
  const range = (fromMs: number, toMs: number) => `${text.dateText(fromMs)} – ${text.dateText(toMs)}`;
  const body = table(
    [
      { title: "Fold", cell: (row) => row.fold + 1, right: true },
      { title: "Trained on", cell: (row) => range(row.trainFromMs, row.trainToMs) },
      { title: "Tested on", cell: (row) => range(row.testFromMs, row.testToMs) },
      { title: "Parameters", cell: (row) => (row.params === null ? "none" : text.paramsText(row.params)), text: true },
      { title: `${metricLabel(metric)}, in`, cell: (row) => metricText(metric, row.inSample?.[metric]), right: true },
      { title: `${metricLabel(metric)}, out`, cell: (row) => metricText(metric, row.outOfSample?.[metric]), right: true },
      { title: "Return, out", cell: (row) => metricText("totalReturn", row.outOfSample?.["totalReturn"]), right: true },
    ],
    folds,
  );
  return panel("Folds", "parameters are chosen on the training window only", body);
}

function trialsPanel({ trials, best }: SearchReport, objectives: readonly Objective[]): Markup {
  const { metric, minimised } = objectives[0]!;
  const worst = minimised ? Infinity : -Infinity;
  const order = (trial: ResearchTrial) => trial.metrics[metric] ?? worst;
  const sorted = trials
    .toSorted((a, b) => (minimised ? order(a) - order(b) : order(b) - order(a)) || a.trial - b.trial)
    .slice(0, TRIAL_ROWS);
  const shown = [...new Set([...objectives.map((objective) => objective.metric), "totalReturn", "maxDrawdown", "trades"])];
  const body = table<ResearchTrial>(
    [
      { title: "Trial", cell: (row) => row.trial, right: true },
      { title: "Parameters", cell: (row) => text.paramsText(row.params), text: true },
      ...shown.map((name) => ({
        title: metricLabel(name),
        cell: (row: ResearchTrial) => metricText(name, row.metrics[name]),
        right: true,
      })),
      { title: "State", cell: (row) => (row.reason === null ? row.state : `${row.state}: ${row.reason}`), text: true },
    ],
    sorted,
    (row) => row.trial === best?.trial,
  );
  return panel("Trials", `best first, ${sorted.length} of ${trials.length}`, body);
}

function madePanel({ run, spec }: SearchReport): Markup {
  const rows: readonly (readonly [string, string | Markup])[] = [
    ["Run", html`<code>${run.id}</code>`],
    ["Data hash", html`<code>${run.dataHash ?? text.NONE}</code>`],
    ["Code version", html`<code>${run.codeVersion}</code>`],
    ["Seed", spec.seed],
    ["Hold-out", text.shareText(spec.holdOutShare)],
  ];
  return panel(
    "How it was made",
    "",
    html`<div class="body">
      ${facts(rows)}
      <details>
        <summary>Spec</summary>
        <pre>${JSON.stringify(spec, null, 2)}</pre>
      </details>
    </div>`,
  );
}
