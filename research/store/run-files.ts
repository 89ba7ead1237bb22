/**
 * The long series of a finished run, as files in the run's folder: curves as pairs of 64-bit floats (time in UTC ms, value),
 * trades and trials as lines of JSON. The report keeps everything else. Owns what is taken out of a report and put back;
 * a report taken apart and put together with all points is the report that was computed.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EquitySeries } from "../../domain/analytics/inputs.ts";
import { drawdownCurve } from "../../domain/analytics/drawdown.ts";
import { lttb, minMax } from "../../domain/analytics/thinning.ts";
import type { BacktestReport, ResearchTrade, ResearchTrial, SearchReport } from "../../domain/contract/views/research.ts";
import { DstaError, isExpected } from "../../domain/kernel/errors.ts";
import type { ResearchReport } from "../jobs/job.ts";

type Point = BacktestReport["equity"][number];

/** Fewer could not hold the ends, a low and a high. */
const POINTS_MIN = 4;

/** Writes the series and gives back the report without them. A folder that is there already is replaced. */
export async function putSeries(folder: string, report: ResearchReport): Promise<ResearchReport> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (isBacktest(report)) return putBacktest(folder, report);
  if (isSearch(report)) return putSearch(folder, report);
  return report;
}

/** The report again, its curves and lists thinned to `points` each; null keeps all. @throws {DstaError} RESULTS_GONE */
export async function withSeries(folder: string, slim: ResearchReport, points: number | null): Promise<ResearchReport> {
  if (isBacktest(slim)) return backtestWith(folder, slim, points);
  if (isSearch(slim)) return searchWith(folder, slim, points);
  return slim;
}

export const readTrades = (folder: string): Promise<ResearchTrade[]> => readLines<ResearchTrade>(folder, "trades");
export const readTrials = (folder: string): Promise<ResearchTrial[]> => readLines<ResearchTrial>(folder, "trials");

async function putBacktest(folder: string, report: BacktestReport): Promise<BacktestReport> {
  const { benchmark } = report;
  await putCurve(folder, "equity", report.equity);
  await putLines(folder, "trades", report.trades);
  if (benchmark !== null) await putCurve(folder, "benchmark", benchmark.equity);
  return { ...report, equity: [], drawdown: [], trades: [], benchmark: benchmark === null ? null : { ...benchmark, equity: [] } };
}

async function backtestWith(folder: string, slim: BacktestReport, points: number | null): Promise<BacktestReport> {
  const equity = await readCurve(folder, "equity");
  const trades = await readTrades(folder);
  const benchmark = slim.benchmark === null ? null : { ...slim.benchmark, equity: shown(await readCurve(folder, "benchmark"), points) };
  return {
    ...slim,
    benchmark,
    equity: shown(equity, points),
    drawdown: shown(drawdownCurve(equity), points, minMax),
    trades: points === null ? trades : trades.slice(0, points),
    tradesTotal: trades.length,
  };
}

async function putSearch(folder: string, report: SearchReport): Promise<SearchReport> {
  await putCurve(folder, "equity", report.equity);
  await putCurve(folder, "stitched", report.stitched);
  await putLines(folder, "trials", report.trials);
  return { ...report, equity: [], stitched: [], trials: [] };
}

async function searchWith(folder: string, slim: SearchReport, points: number | null): Promise<SearchReport> {
  const trials = await readTrials(folder);
  return {
    ...slim,
    equity: shown(await readCurve(folder, "equity"), points),
    stitched: shown(await readCurve(folder, "stitched"), points),
    trials: points === null ? trials : spread(trials, points, slim.best?.trial ?? null),
  };
}

/** The best and the front always; of the others every so many. */
function spread(trials: readonly ResearchTrial[], count: number, best: number | null): ResearchTrial[] {
  if (trials.length <= count) return [...trials];
  const kept = new Set<ResearchTrial>();
  for (const trial of trials) if (trial.onFront || (trial.trial === best && trial.fold === null)) kept.add(trial);
  const step = trials.length / Math.max(1, count - kept.size);
  for (let at = 0; at < trials.length && kept.size < count; at += step) kept.add(trials[Math.floor(at)]!);
  return trials.filter((trial) => kept.has(trial));
}

async function putCurve(folder: string, name: string, curve: readonly Point[]): Promise<void> {
  const pairs = new Float64Array(curve.length * 2);
  for (const [at, { time, value }] of curve.entries()) {
    pairs[2 * at] = time;
    pairs[2 * at + 1] = value;
  }
  await writeFile(join(folder, `${name}.f64`), new Uint8Array(pairs.buffer));
}

async function readCurve(folder: string, name: string): Promise<EquitySeries> {
  const bytes = await read(folder, `${name}.f64`);
  const pairs = new Float64Array(Uint8Array.from(bytes).buffer);
  const timeMs = new Float64Array(pairs.length / 2);
  const value = new Float64Array(pairs.length / 2);
  for (let at = 0; at < timeMs.length; at++) {
    timeMs[at] = pairs[2 * at]!;
    value[at] = pairs[2 * at + 1]!;
  }
  return { timeMs, value };
}

async function putLines(folder: string, name: string, rows: readonly object[]): Promise<void> {
  await writeFile(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

async function readLines<T>(folder: string, name: string): Promise<T[]> {
  const text = (await read(folder, `${name}.jsonl`)).toString("utf8");
  return text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as T);
}

async function read(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    if (isExpected(error)) throw error;
    throw resultsGone(error);
  }
}

export function resultsGone(cause?: unknown): DstaError {
  return new DstaError("RESULTS_GONE", "the results of this run are not on its node any more: run it again", { code: 410, cause });
}

function shown(curve: EquitySeries, points: number | null, thin: typeof lttb = lttb): Point[] {
  const { timeMs, value } = points === null ? curve : thin(curve, Math.max(POINTS_MIN, points));
  return Array.from(timeMs, (time, at) => ({ time, value: value[at]! }));
}

function isBacktest(report: ResearchReport): report is BacktestReport {
  return "finalEquity" in report;
}

function isSearch(report: ResearchReport): report is SearchReport {
  return "trust" in report;
}
