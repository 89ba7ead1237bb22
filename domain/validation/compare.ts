/**
 * Finished backtests side by side. A comparison is fair when data, range, costs and the rules of filling are the same;
 * whatever is not is listed by field, with each run's value, and whoever wants fairness enforced refuses a list that is
 * not empty. Metrics keep the order of the first run's; one that a run lacks is null there.
 */
import type { BacktestReport, ComparisonReport } from "../contract/views/research.ts";
import { DstaError, invalid } from "../kernel/errors.ts";
import { minuteText } from "./warning/sentence.ts";

const MOST_RUNS = 8;

type Field = readonly [field: string, value: (report: BacktestReport) => string];

/** What has to be equal. Strategies, parameters, sizes and seeds are what is compared. */
const FAIR: readonly Field[] = [
  ["data", ({ run }) => run.dataHash ?? "unknown"],
  ["symbols", ({ run }) => run.symbols.toSorted().join(", ")],
  ["from", ({ run }) => (run.fromMs === null ? "unknown" : minuteText(run.fromMs))],
  ["to", ({ run }) => (run.toMs === null ? "unknown" : minuteText(run.toMs))],
  ["cash", ({ spec }) => spec.cash],
  ["fees", ({ spec }) => feeText(spec.costs)],
  ["slippage", ({ spec }) => JSON.stringify(spec.costs.slippage)],
  ["latency", ({ spec }) => JSON.stringify(spec.costs.latency)],
  ["fill", ({ spec }) => (spec.fill === "volume-share" ? `${spec.fill} ${spec.volumeShare}` : spec.fill)],
  ["market", ({ spec }) => JSON.stringify(spec.market)],
  ["sizeAt", ({ spec }) => spec.sizeAt],
  ["closeAtEnd", ({ spec }) => String(spec.closeAtEnd)],
];

/** @throws {DstaError} VALIDATION_ERROR for fewer than 2 or more than 8 reports, or one run twice. */
export function compareReports(reports: readonly BacktestReport[]): ComparisonReport {
  if (reports.length < 2 || reports.length > MOST_RUNS) throw invalid("runs", `2 to ${MOST_RUNS} finished backtests`, reports.length);
  const ids = reports.map(({ run }) => run.id);
  if (new Set(ids).size < ids.length) throw invalid("runs", "each run once", ids.join(","));
  const names = [...new Set(reports.flatMap(({ metrics }) => Object.keys(metrics)))];
  return {
    runs: reports.map(({ run }) => run),
    differences: FAIR.map(([field, value]) => ({ field, values: reports.map(value) })).filter(({ values }) => new Set(values).size > 1),
    metrics: names.map((name) => ({ name, values: reports.map(({ metrics }) => metrics[name] ?? null) })),
    equity: reports.map(({ run, equity }) => ({ run: run.id, points: equity })),
  };
}

/** @throws {DstaError} NOT_COMPARABLE naming the fields in which the runs differ. */
export function requireFair({ differences }: ComparisonReport): void {
  if (differences.length === 0) return;
  const fields = differences.map(({ field }) => field);
  const text = `runs: expected the same ${fields.join(", ")} in all, got ${differences[0]!.values.join(" and ")}`;
  throw new DstaError("NOT_COMPARABLE", text, { data: { fields } });
}

function feeText({ makerFeeBps, takerFeeBps, tiers, feeAsset }: BacktestReport["spec"]["costs"]): string {
  return JSON.stringify({ makerFeeBps, takerFeeBps, tiers, feeAsset });
}
