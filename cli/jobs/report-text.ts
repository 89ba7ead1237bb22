/** What the verbs that run research jobs print when they are done: the answer first, then how far to trust it. */
import { renderTable } from "../../brokers/table.ts";
import type { MonteCarloReport, ResearchTrial, SearchReport, ValidationReport } from "../../domain/contract/views/research.ts";
import { metricLabel, metricText } from "../../research/report/metric-labels.ts";
import { countText, dateText, moneyText, paramsText, ratioText, shareText } from "../../research/report/number-text.ts";

const TOP = 10;
const SHOWN = ["totalReturn", "cagr", "sharpe", "maxDrawdown", "trades"];

export function searchText(report: SearchReport): string {
  const { best, trials, run, trust, front, spec, hypervolume } = report;
  const failed = trials.filter(({ state }) => state === "failed").length;
  const skipped = run.skipped > 0 ? `, ${countText(run.skipped)} combinations skipped` : "";
  const counts = `${countText(trust.trials)} trials${skipped}${failed > 0 ? `, ${failed} failed` : ""}`;
  const lines = [
    best === null ? `No winner: no trial finished within the constraints. ${counts}.` : `Winner of ${counts}: ${paramsText(best.params)}`,
    "",
    renderTable(columnsOf(spec.objectives), winners(report)),
    spec.objectives.length > 1 ? `${front.length} trials on the front, hypervolume ${ratioText(hypervolume)}.\n` : "",
    report.folds.length > 0 ? `${foldText(report)}\n` : "",
    trustText(report),
    firstFailure(trials),
  ];
  return lines.filter((line, index) => line !== "" || index === 1).join("\n");
}

/** The best by the first objective, or all of a front. */
function winners({ trials, front, spec }: SearchReport): readonly ResearchTrial[] {
  const done = trials.filter(({ state, feasible }) => state === "done" && feasible);
  const shown = spec.objectives.length > 1 ? done.filter(({ trial }) => front.includes(trial)) : done;
  const worst = Number.NEGATIVE_INFINITY;
  return shown.toSorted((a, b) => (b.objectives[0] ?? worst) - (a.objectives[0] ?? worst)).slice(0, TOP);
}

function columnsOf(objectives: readonly string[]) {
  const names = [...new Set([...objectives.map((text) => text.replace(/^-/, "")), ...SHOWN])];
  return [
    { title: "TRIAL", value: (row: ResearchTrial) => row.trial, right: true },
    { title: "PARAMETERS", value: (row: ResearchTrial) => paramsText(row.params) },
    ...names.map((name) => ({
      title: metricLabel(name).toUpperCase(),
      value: (row: ResearchTrial) => metricText(name, row.metrics[name] ?? null),
      right: true,
    })),
  ];
}

function foldText({ folds }: SearchReport): string {
  type Fold = SearchReport["folds"][number];
  return renderTable<Fold>(
    [
      { title: "FOLD", value: (row) => row.fold + 1, right: true },
      { title: "TRAINED", value: (row) => `${dateText(row.trainFromMs)} to ${dateText(row.trainToMs)}` },
      { title: "TESTED", value: (row) => `${dateText(row.testFromMs)} to ${dateText(row.testToMs)}` },
      { title: "CHOSEN", value: (row) => (row.params === null ? "none" : paramsText(row.params)) },
      { title: "SHARPE IN", value: (row) => ratioText(row.inSample?.["sharpe"] ?? null), right: true },
      { title: "SHARPE OUT", value: (row) => ratioText(row.outOfSample?.["sharpe"] ?? null), right: true },
      { title: "RETURN OUT", value: (row) => shareText(row.outOfSample?.["totalReturn"] ?? null), right: true },
    ],
    folds,
  );
}

function trustText({ trust }: SearchReport): string {
  const { sharpe, luckSharpe, deflatedSharpe, pbo, stability } = trust;
  const outside = `walk-forward ${ratioText(sharpe.walkForward)}, held out ${ratioText(sharpe.heldOut)}`;
  const doubts = `deflated Sharpe ${ratioText(deflatedSharpe)}, probability of overfitting ${shareText(pbo)}`;
  return [
    `How far to trust it: ${trust.verdict}. ${trust.text}`,
    `  Sharpe searched ${ratioText(sharpe.searched)}, ${outside}; by luck ${ratioText(luckSharpe)}`,
    `  ${doubts}, stability ${ratioText(stability)}`,
    ...trust.warnings.map(({ severity, text }) => `  ${severity === "info" ? "-" : "!"} ${text}`),
    "",
  ].join("\n");
}

function firstFailure(trials: readonly ResearchTrial[]): string {
  const failed = trials.find(({ state }) => state === "failed");
  return failed === undefined ? "" : `Trial ${failed.trial} (${paramsText(failed.params)}) failed: ${failed.reason}\n`;
}

export function monteCarloText({ method, paths, quantiles, ruinShare, warnings }: MonteCarloReport): string {
  const table = renderTable(
    [
      { title: "QUANTILE", value: (row: MonteCarloReport["quantiles"][number]) => shareText(row.quantile), right: true },
      { title: "FINAL EQUITY", value: (row) => moneyText(row.finalEquity), right: true },
      { title: "MAXIMUM DRAWDOWN", value: (row) => shareText(row.maxDrawdown), right: true },
    ],
    quantiles,
  );
  const ruin = `Half of the capital was lost in ${shareText(ruinShare)} of ${countText(paths)} paths (${method}).`;
  return [table, ruin, ...warnings.map(({ severity, text }) => `${severity === "info" ? "-" : "!"} ${text}`), ""].join("\n");
}

export function validationText({ checks }: ValidationReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.map(({ name, verdict, text }) => `${verdict.toUpperCase().padEnd(7)}  ${name.padEnd(width)}  ${text}\n`).join("");
}
