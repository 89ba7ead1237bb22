/** Searches, comparisons, Monte Carlo and validation as PDF: what decides first, then curves and tables. */
import type {
  ComparisonReport,
  MonteCarloReport,
  ResearchRun,
  ResearchTrial,
  SearchReport,
  ValidationReport,
} from "../../../domain/contract/views/research.ts";
import { bestIndex, metricLabel, metricText } from "../metric-labels.ts";
import * as text from "../number-text.ts";
import { COLOURS, writeWarnings } from "./backtest-pdf.ts";
import { PdfSheet } from "./sheet.ts";

const TRIAL_ROWS = 100;
const LINES = [COLOURS.main, COLOURS.other, COLOURS.loss, COLOURS.second, "#6b3fc9", "#855600", "#13171c", "#b3152b"] as const;

export function searchPdf(report: SearchReport): Promise<Buffer> {
  const { run, spec, trust, best, folds, trials } = report;
  const sheet = sheetOf(run, run.title);
  sheet.line(`${spec.method}, ${text.countText(trust.trials)} trials, hold-out ${text.shareText(spec.holdOutShare)}`, "dim");
  sheet.line(best === null ? "No trial fits the constraints." : `Best: ${text.paramsText(best.params)}`);
  sheet.figures([
    ["Deflated Sharpe", text.ratioText(trust.deflatedSharpe)],
    ["PBO", text.shareText(trust.pbo)],
    ["Sharpe, searched", text.ratioText(trust.sharpe.searched)],
    ["Sharpe, walk-forward", text.ratioText(trust.sharpe.walkForward)],
    ["Sharpe, hold-out", text.ratioText(trust.sharpe.heldOut)],
  ]);
  sheet.line(trust.text, trust.verdict === "good" ? "text" : "warn");
  writeWarnings(sheet, trust.warnings);
  sheet.heading("Equity of the winner");
  const stitched = { label: "out of sample", colour: COLOURS.other, points: report.stitched };
  sheet.curves(
    [{ label: "winner", colour: COLOURS.main, points: report.equity }, ...(report.stitched.length === 0 ? [] : [stitched])],
    180,
    text.axisMoneyText,
  );
  const metric = spec.objectives[0]!.replace(/^-/, "");
  const minimised = spec.objectives[0]!.startsWith("-");
  if (folds.length > 0) writeFolds(sheet, folds, metric);
  const order = (trial: ResearchTrial) => (trial.metrics[metric] ?? Number.NEGATIVE_INFINITY) * (minimised ? -1 : 1);
  const sorted = trials.filter(({ state }) => state === "done").toSorted((a, b) => order(b) - order(a) || a.trial - b.trial);
  sheet.heading("Trials", `best first, ${Math.min(TRIAL_ROWS, sorted.length)} of ${trials.length}`);
  const names = [...new Set([metric, "totalReturn", "maxDrawdown", "trades"])];
  sheet.table<ResearchTrial>(
    [
      { title: "Trial", cell: ({ trial }) => String(trial), width: 1, right: true },
      { title: "Parameters", cell: ({ params }) => text.paramsText(params), width: 5 },
      ...names.map((name) => ({
        title: metricLabel(name),
        cell: (row: ResearchTrial) => metricText(name, row.metrics[name]),
        width: 2,
        right: true,
      })),
    ],
    sorted.slice(0, TRIAL_ROWS),
  );
  return sheet.end(`DSTA research - run ${run.id} - data ${run.dataHash?.slice(0, 12) ?? text.NONE} - code ${run.codeVersion}`);
}

function writeFolds(sheet: PdfSheet, folds: SearchReport["folds"], metric: string): void {
  sheet.heading("Folds", "parameters are chosen on the training window only");
  sheet.table(
    [
      { title: "Fold", cell: ({ fold }) => String(fold + 1), width: 1, right: true },
      { title: "Tested on", cell: (row) => `${text.dateText(row.testFromMs)} to ${text.dateText(row.testToMs)}`, width: 4 },
      { title: "Parameters", cell: ({ params }) => (params === null ? "none" : text.paramsText(params)), width: 4 },
      { title: `${metricLabel(metric)}, in`, cell: ({ inSample }) => metricText(metric, inSample?.[metric]), width: 2, right: true },
      { title: `${metricLabel(metric)}, out`, cell: ({ outOfSample }) => metricText(metric, outOfSample?.[metric]), width: 2, right: true },
    ],
    folds,
  );
}

export function comparisonPdf(report: ComparisonReport): Promise<Buffer> {
  const { runs, differences, metrics } = report;
  const sheet = sheetOf(runs[0]!, `Comparison of ${runs.map(({ id }) => id).join(", ")}`);
  sheet.heading("Where they differ");
  for (const { field, values } of differences) sheet.line(`${field}: ${values.join(" / ")}`, "warn");
  if (differences.length === 0) sheet.line("A fair comparison: same data, range and costs.");
  sheet.heading("Equity");
  const curves = report.equity.map(({ run, points }, index) => ({ label: run, colour: LINES[index % LINES.length]!, points }));
  sheet.curves(curves, 200, text.axisMoneyText);
  sheet.heading("Metrics", "* the better, where one is better");
  sheet.table(
    [
      { title: "Metric", cell: ({ name }) => metricLabel(name), width: 3 },
      ...runs.map(({ id }, index) => ({
        title: id,
        cell: ({ name, values }: ComparisonReport["metrics"][number]) =>
          `${bestIndex(name, values) === index ? "* " : ""}${metricText(name, values[index])}`,
        width: 2,
        right: true,
      })),
    ],
    metrics,
  );
  return sheet.end("DSTA research - comparison - all times UTC");
}

export function monteCarloPdf(report: MonteCarloReport): Promise<Buffer> {
  const { run, fan, quantiles } = report;
  const sheet = sheetOf(run, `${run.title}, ${report.method}`);
  sheet.line(`${text.countText(report.paths)} paths; ${text.shareText(report.ruinShare)} lost half of the capital`, "dim");
  const quantile = (label: string, colour: string, key: "p05" | "p25" | "p50" | "p75" | "p95") => ({
    label,
    colour,
    points: fan.map((row) => ({ time: row.time, value: row[key] })),
  });
  const curves = [quantile("5 %", COLOURS.loss, "p05"), quantile("median", COLOURS.main, "p50"), quantile("95 %", COLOURS.other, "p95")];
  sheet.curves(curves, 200, text.axisMoneyText);
  writeWarnings(sheet, report.warnings);
  sheet.heading("Quantiles");
  sheet.table(
    [
      { title: "Quantile", cell: (row) => text.shareText(row.quantile), width: 1, right: true },
      { title: "Final equity", cell: (row) => text.moneyText(row.finalEquity), width: 1, right: true },
      { title: "Maximum drawdown", cell: (row) => text.shareText(row.maxDrawdown), width: 1, right: true },
    ],
    quantiles,
  );
  return sheet.end(`DSTA research - run ${run.id} - all times UTC`);
}

export function validationPdf({ run, checks }: ValidationReport): Promise<Buffer> {
  const sheet = sheetOf(run, `${run.title}, validation`);
  const looks = { pass: "text", warn: "warn", fail: "crit", skipped: "dim" } as const;
  for (const { name, verdict, text: found, numbers } of checks) {
    sheet.heading(`${name}: ${verdict}`);
    sheet.line(found, looks[verdict]);
    for (const [number, value] of Object.entries(numbers))
      sheet.line(`${number} ${value === null ? text.NONE : Number(value.toPrecision(6))}`, "dim");
  }
  return sheet.end(`DSTA research - run ${run.id} - all times UTC`);
}

function sheetOf(run: ResearchRun, title: string): PdfSheet {
  return new PdfSheet(title, run.endedAtMs ?? run.submittedAtMs);
}
